/** The example organisation in small, real keys and real decisions for the tests of this room. */
import { generateKeyPairSync } from 'node:crypto';
import type { JWK } from 'jose';
import { createDirectory } from '../../src/approvals/directory.ts';
import type { Organisation } from '../../src/approvals/people.ts';
import { decisionSigner, decisionVerifier, publicKeyOf } from '../../src/approvals/signing.ts';
import type { Amendment } from '../../src/domain/amendment.ts';
import type { ApprovalSettings } from '../../src/domain/approval-settings.ts';
import type { Decision } from '../../src/domain/decision.ts';
import type { Agent, Person } from '../../src/domain/people.ts';
import type { Absences, Directory } from '../../src/domain/ports.ts';

export const NOW = new Date('2026-11-21T14:00:00.000Z');
export const DIGEST = 'a'.repeat(64);

export function person(id: string, groups: readonly string[], extra: Partial<Person> = {}): Person {
  const name = id.charAt(0).toUpperCase() + id.slice(1);
  return {
    id,
    name,
    groups,
    active: true,
    timeZone: 'Europe/Berlin',
    slack: { team: 'T0ACME', user: `U0${id.toUpperCase()}` },
    ...extra,
  };
}

export function agent(id: string, owner: string, identities: Agent['identities'] = []): Agent {
  return {
    ...{ id, title: id, owner, profile: 'release', environment: 'prod', maxTier: 2, suspended: false },
    ...{ tenant: 'main', identities },
  };
}

export const ACME: Organisation = {
  groups: ['platform', 'finance', 'finance-leads', 'support'].map((id) => ({ id, title: id })),
  people: [
    person('alice', ['platform']),
    person('bob', ['platform']),
    person('carol', ['finance', 'finance-leads']),
    person('dan', ['finance', 'finance-leads']),
    person('erin', ['support']),
    person('dana', ['platform']),
    person('sam', ['support']),
    person('ivan', ['platform'], { active: false }),
  ],
  agents: [agent('release-agent', 'dana'), agent('support-agent', 'sam')],
  slack: {
    team: 'T0ACME',
    app: 'A0COUNTERSIGN',
    approvalsChannel: 'C0APPROVALS',
    channels: { 'agent-notices': 'C0NOTICES' },
  },
  approvals: {},
};

export const unreachable: Directory = {
  person: () => Promise.reject(new Error('directory down')),
  personBySlack: () => Promise.reject(new Error('directory down')),
  personByIdentity: () => Promise.reject(new Error('directory down')),
  members: () => Promise.reject(new Error('directory down')),
  agent: () => Promise.reject(new Error('directory down')),
  agentsOf: () => Promise.reject(new Error('directory down')),
  agentByIdentity: () => Promise.reject(new Error('directory down')),
};

export function privateKey(): JWK {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK;
}

export function decision(changes: Partial<Decision> = {}): Decision {
  return {
    id: 'd-1',
    request: 'req_1',
    version: 1,
    digest: DIGEST,
    person: 'alice',
    answer: 'approve',
    surface: 'slack',
    at: NOW.toISOString(),
    ...changes,
  };
}

/** Finance leads may break the glass, two of them together, for a quarter of an hour. */
export const SETTINGS: ApprovalSettings = {
  breakGlass: { group: 'finance-leads', people: 2, minutes: 15, channel: 'agent-notices' },
};

export const nobodyAway: Absences = { inForce: async () => [] };

/** A signer, its verifier and the organisation's directory, all real. */
export async function approvalsOffice(directory: Directory = createDirectory(ACME)) {
  const key = privateKey();
  const { sign } = await decisionSigner(key);
  const verifier = await decisionVerifier([await publicKeyOf(key)]);
  const approvalSettings = async () => SETTINGS;
  return { sign, deps: { verifier, directory, absences: nobodyAway, approvalSettings, clock: () => NOW } };
}

export function amendment(changes: Partial<Amendment> = {}): Amendment {
  return {
    id: 'a-1',
    request: 'req_1',
    version: 1,
    digest: DIGEST,
    step: 0,
    was: 'b'.repeat(64),
    ask: 'c'.repeat(64),
    person: 'alice',
    reason: 'Another branch was meant',
    surface: 'slack',
    at: NOW.toISOString(),
    ...changes,
  };
}
