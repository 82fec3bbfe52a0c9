/** A small organisation for tests of the loader and of `decide`: few tools, few names, bundles written on the spot. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reversibility, ToolEffect } from '../../src/domain/ask.ts';
import type { StepFacts } from '../../src/domain/facts.ts';
import { NOTHING_RECENT } from '../../src/domain/usage.ts';
import { type LoadedPolicy, loadPolicy, type PolicySources } from '../../src/policy/load.ts';
import type { PolicyTool } from '../../src/policy/vocabulary.ts';

type Names = Omit<PolicySources, 'folder'>;

const tool = (name: string, effect: ToolEffect, reversibility: Reversibility): PolicyTool => ({
  name,
  effect,
  reversibility,
  smaller: name === 'mail.send' ? ['mail.draft'] : [],
  policyFacts: {},
});

export const NAMES: Names = {
  tools: [
    tool('crm.look', 'read', 'reversible'),
    tool('crm.edit', 'write', 'reversible'),
    tool('crm.erase', 'delete', 'irreversible'),
    tool('mail.draft', 'draft', 'reversible'),
    tool('mail.send', 'message', 'costly'),
    tool('pay.refund', 'money', 'irreversible'),
  ],
  groups: ['leads', 'desk'],
  people: ['olga', 'sam'],
  channels: ['notices'],
  profiles: ['clerk', 'reader'],
  agents: ['clerk-1', 'reader-1'],
};

export const SCOPES = 'scopes: [crm/people, crm/firms, mail/out, pay/cards]\n';

/** Nothing in common but a wait: rules without `@ttl` are asked for that long. */
export const TIERS = 'tiers: { critical: { ttl: 45m } }\n';

/** A line of the matrix, as text; `more` are further fields. */
export const line = (
  id: string,
  { profile = 'clerk', effect, tools, scope, maxTier = 4, reason = 'X may.', more = '' }: LineWords,
): string =>
  `  - { id: ${id}, profile: ${profile}, effect: ${effect}, tools: [${tools}], scope: ${scope}, maxTier: ${maxTier}, owner: olga, reason: "${reason}"${more} }\n`;

interface LineWords {
  readonly profile?: string;
  readonly effect: string;
  readonly tools: string;
  readonly scope: string;
  readonly maxTier?: number;
  readonly reason?: string;
  readonly more?: string;
}

/** A right bundle, small enough to see what a test changes in it. */
export const PERMISSIONS = [
  'permissions:\n',
  line('look', { profile: 'reader', effect: 'read', tools: 'crm.look', scope: 'crm/people' }),
  line('clerk-looks', { effect: 'read', tools: 'crm.look', scope: 'crm/people' }),
  line('clerk-looks-firms-up', { effect: 'read', tools: 'crm.look', scope: 'crm/firms' }),
  line('clerk-edits', { effect: 'write', tools: 'crm.edit', scope: 'crm/people' }),
  line('clerk-erases', { effect: 'delete', tools: 'crm.erase', scope: 'crm/people' }),
  line('clerk-drafts', { effect: 'draft', tools: 'mail.draft', scope: 'mail/out' }),
  line('clerk-mails', { effect: 'message', tools: 'mail.send', scope: 'mail/out' }),
  line('clerk-pays', { effect: 'money', tools: 'pay.refund', scope: 'pay/cards' }),
].join('');

export const AUTHORITY = `
@id("suspended") @owner("leads") @reason("A suspended agent may do nothing.")
forbid (principal, action, resource) when { principal.suspended };
`;

export const GATES = `
@id("edit-notice") @owner("desk") @gate("notify") @channel("notices") @reason("Edits are announced.")
forbid (principal, action == Action::"crm.edit", resource);

@id("erase") @owner("desk") @gate("approval") @tier("high") @approvers("leads") @quorum("2") @ttl("2h") @escalate("desk")
@reason("Erasing needs two leads.")
forbid (principal, action == Action::"crm.erase", resource);

@id("unsure") @owner("desk") @gate("downscope") @to("mail.draft") @reason("An unsure agent only drafts.")
forbid (principal, action == Action::"mail.send", resource) when { context.confidence.lessThan(decimal("0.8")) };

@id("send") @owner("desk") @gate("approval") @tier("low") @approvers("desk") @quorum("1") @ttl("30m") @reason("Sending needs the desk.")
forbid (principal, action == Action::"mail.send", resource);

@id("pay") @owner("desk") @gate("approval") @tier("medium") @approvers("desk") @quorum("1") @ttl("1d") @reason("Refunds need the desk.")
forbid (principal, action == Action::"pay.refund", resource);
`;

export interface BundleText {
  readonly permissions?: string;
  readonly authority?: string;
  readonly gates?: string;
  readonly tiers?: string;
  readonly scopes?: string;
  readonly names?: Partial<Names>;
}

/** Loads a bundle from a folder of its own that is gone afterwards. */
export async function loadText(text: BundleText = {}): Promise<LoadedPolicy> {
  const folder = await mkdtemp(join(tmpdir(), 'policy-'));
  try {
    await writeFile(join(folder, 'permissions.yaml'), text.permissions ?? PERMISSIONS);
    await writeFile(join(folder, 'authority.cedar'), text.authority ?? AUTHORITY);
    await writeFile(join(folder, 'gates.cedar'), text.gates ?? GATES);
    await writeFile(join(folder, 'tiers.yaml'), text.tiers ?? TIERS);
    await writeFile(join(folder, 'scopes.yaml'), text.scopes ?? SCOPES);
    return await loadPolicy({ ...NAMES, ...text.names, folder });
  } finally {
    await rm(folder, { recursive: true });
  }
}

const SCOPE_OF: Readonly<Record<string, string>> = { crm: 'crm/people', mail: 'mail/out', pay: 'pay/cards' };

/** Facts of a clerk's unsuspicious step with this tool; tests change what they are about. */
export function factsOf(tool: string, changes: Partial<StepFacts> = {}): StepFacts {
  const known = NAMES.tools.find(({ name }) => name === tool) ?? NAMES.tools[0];
  const { effect, reversibility } = known ?? { effect: 'read', reversibility: 'reversible' };
  const scope = SCOPE_OF[tool.split('.')[0] ?? ''] ?? 'crm/people';
  return {
    agent: { id: 'clerk-1', profile: 'clerk', owner: 'olga', suspended: false, maxTier: 3 },
    tool,
    effect,
    reversibility,
    target: { kind: 'thing', id: `${scope}#7`, label: 'Thing 7', scope, tier: 2, traits: [] },
    environment: 'prod',
    confidence: 1,
    amountCents: 0,
    changeFreeze: false,
    stepCount: 1,
    now: new Date('2026-11-21T09:00:00Z'),
    businessHours: true,
    holiday: false,
    behalfGroups: null,
    elevated: false,
    task: { declared: false, outside: false },
    recent: NOTHING_RECENT,
    input: {},
    ...changes,
  };
}
