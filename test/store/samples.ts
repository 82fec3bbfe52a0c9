/** Values for the store's tests; every id is new, so that tests share one database without meeting. */
import { randomUUID } from 'node:crypto';
import type { Absence } from '../../src/domain/absence.ts';
import type { AccessGrant } from '../../src/domain/access.ts';
import type { CardView, OpenApproval } from '../../src/domain/card.ts';
import type { EffectKey, Intent } from '../../src/domain/effect.ts';
import { idempotencyKey } from '../../src/domain/effect.ts';
import type { Halt } from '../../src/domain/halt.ts';
import type { Revocation, ToolSwitch } from '../../src/domain/orders.ts';
import type { Session } from '../../src/domain/session.ts';
import type { GrantProof, StandingGrant } from '../../src/domain/standing-grant.ts';
import type { Observation, UsageQuery } from '../../src/domain/usage.ts';

export function newRequest(): string {
  return `req_${randomUUID()}`;
}

export function anIntent(change: Partial<Intent> = {}): Intent {
  const key: EffectKey = { request: change.request ?? newRequest(), step: 0, direction: 'do', ...change };
  return {
    tool: 'github.delete_branch',
    target: 'github:acme/webshop#heads/old-checkout',
    captured: { commit: 'c0ffee' },
    idempotencyKey: idempotencyKey(key),
    counted: { agent: 'release-agent', tenant: 'acme', session: null, tier: 2, amountCents: 0 },
    ...change,
    ...{ request: key.request, step: key.step, direction: key.direction },
  };
}

export function anApproval(change: Partial<OpenApproval> = {}): OpenApproval {
  return {
    request: newRequest(),
    version: 1,
    digest: 'd'.repeat(64),
    agent: 'release-agent',
    owner: 'dana',
    title: 'Delete branch old-checkout',
    tier: 'high',
    needs: [{ groups: ['platform'], count: 2 }],
    excluded: ['dana'],
    expiresAt: '2026-11-21T16:00:00.000Z',
    openedAt: '2026-11-21T12:00:00.000Z',
    ...change,
  };
}

export function aView(change: Partial<CardView> = {}): CardView {
  return {
    seq: 1,
    request: newRequest(),
    version: 1,
    digest: 'd'.repeat(64),
    policyVersion: 'p1',
    agent: 'release-agent',
    owner: 'dana',
    reason: 'Merged last week',
    tier: 'high',
    steps: [],
    needs: [{ groups: ['platform'], count: 1 }],
    need: 1,
    have: 0,
    excluded: ['dana'],
    votes: [],
    requestedAt: '2026-11-21T12:00:00.000Z',
    expiresAt: '2026-11-21T16:00:00.000Z',
    state: 'waiting',
    ...change,
  };
}

export function aHalt(change: Partial<Halt> = {}): Halt {
  return {
    id: `halt_${randomUUID()}`,
    scope: 'agent',
    subject: 'release-agent',
    reason: 'Deletes too much',
    by: 'alice',
    at: '2026-11-21T12:00:00.000Z',
    ...change,
  };
}

export function aRevocation(change: Partial<Revocation> = {}): Revocation {
  return {
    kind: 'session',
    subject: `ses_${randomUUID()}`,
    reason: 'A planted value showed up in its arguments',
    by: 'alice',
    at: '2026-11-21T12:00:00.000Z',
    ...change,
  };
}

export function aSwitch(change: Partial<ToolSwitch> = {}): ToolSwitch {
  return {
    subject: `tool_${randomUUID()}`,
    state: 'off',
    environment: 'prod',
    reason: 'The vendor is down',
    by: 'alice',
    at: '2026-11-21T12:00:00.000Z',
    ...change,
  };
}

export function aSession(change: Partial<Session> = {}): Session {
  return {
    id: `ses_${randomUUID()}`,
    agent: 'release-agent',
    task: { purpose: 'Tidy up old branches', tools: ['github.list_branches', 'github.delete_branch'] },
    declaredAt: '2026-11-21T12:00:00.000Z',
    ...change,
  };
}

export function aGrant(change: Partial<AccessGrant> = {}): AccessGrant {
  return {
    id: `${newRequest()}:0:do`,
    agent: 'release-agent',
    tool: 'github.delete_branch',
    scope: 'github/acme',
    reason: 'The release of the week',
    request: newRequest(),
    from: '2026-11-21T12:00:00.000Z',
    until: '2026-11-21T13:00:00.000Z',
    ...change,
  };
}

export function anAbsence(change: Partial<Absence> = {}): Absence {
  return {
    id: `abs_${randomUUID()}`,
    person: `person-${randomUUID()}`,
    from: '2026-11-21T09:00:00.000Z',
    until: '2026-11-21T17:00:00.000Z',
    madeAt: '2026-11-21T08:30:00.000Z',
    by: 'operator',
    ...change,
  };
}

export function anObservation(change: Partial<Observation> = {}): Observation {
  return {
    kind: 'read',
    request: newRequest(),
    step: 0,
    agent: 'release-agent',
    tenant: 'acme',
    session: null,
    tool: 'github.list_branches',
    target: 'github:acme/webshop',
    tier: 2,
    ...change,
  };
}

export function aQuery(change: Partial<UsageQuery> = {}): UsageQuery {
  return {
    request: newRequest(),
    step: 0,
    agent: 'release-agent',
    tenant: 'acme',
    session: null,
    tool: 'github.delete_branch',
    target: 'github:acme/webshop#heads/old-checkout',
    now: new Date(),
    ...change,
  };
}

export function aStandingGrant(change: Partial<StandingGrant> = {}): StandingGrant {
  return {
    id: `grant_${randomUUID()}`,
    agent: 'release-agent',
    tool: 'github.delete_branch',
    covers: 'target',
    target: 'github:acme/webshop#heads/old-checkout',
    scope: 'github/acme/webshop',
    label: 'acme/webshop branch old-checkout',
    ask: 'a'.repeat(64),
    tier: 'medium',
    rules: ['delete-branch'],
    until: '2026-11-21T20:00:00.000Z',
    usesMax: 10,
    grantedBy: 'alice',
    request: newRequest(),
    mintedAt: '2026-11-21T12:00:00.000Z',
    ...change,
  };
}

export function aProof(change: Partial<GrantProof> = {}): GrantProof {
  const { id, scope, label } = { ...aStandingGrant(), id: 'github:acme/webshop#heads/old-checkout@c0ffee' };
  return {
    jws: 'e30.e30.e30',
    onBehalfOf: null,
    args: { repository: 'acme/webshop', branch: 'old-checkout' },
    step: {
      ...{ index: 0, ask: 'a'.repeat(64), tool: 'github.delete_branch', title: 'Delete branch' },
      ...{ effect: 'delete', reversibility: 'reversible', facts: [], undo: 'Made again' },
      target: { id, scope, label, kind: 'branch', tier: 2, traits: [] },
    },
    ...change,
  };
}
