/** A small organisation for tests of the loader and of `decide`: few tools, few names, bundles written on the spot. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StepFacts } from '../../src/domain/facts.ts';
import { type LoadedPolicy, loadPolicy, type PolicySources } from '../../src/policy/load.ts';

type Names = Omit<PolicySources, 'folder'>;

export const NAMES: Names = {
  tools: [
    { name: 'crm.look', effect: 'read', reversibility: 'reversible', smaller: [] },
    { name: 'crm.edit', effect: 'write', reversibility: 'reversible', smaller: [] },
    { name: 'crm.erase', effect: 'delete', reversibility: 'irreversible', smaller: [] },
    { name: 'mail.draft', effect: 'draft', reversibility: 'reversible', smaller: [] },
    { name: 'mail.send', effect: 'message', reversibility: 'costly', smaller: ['mail.draft'] },
    { name: 'pay.refund', effect: 'money', reversibility: 'irreversible', smaller: [] },
  ],
  groups: ['leads', 'desk'],
  channels: ['notices'],
  profiles: ['clerk', 'reader'],
  agents: ['clerk-1', 'reader-1'],
};

export const SCOPES = 'scopes: [crm/people, crm/firms, mail/out, pay/cards]\n';

/** A right bundle, small enough to see what a test changes in it. */
export const AUTHORITY = `
@id("look") @reason("Readers may look.")
permit (principal in Profile::"reader", action in Action::"read", resource in Scope::"crm");

@id("clerk-edits") @reason("Clerks may look, edit and erase.")
permit (
  principal in Profile::"clerk",
  action in [Action::"crm.look", Action::"crm.edit", Action::"crm.erase"],
  resource in Scope::"crm"
);

@id("clerk-mails") @reason("Clerks may write mail.")
permit (
  principal in Profile::"clerk",
  action in [Action::"mail.draft", Action::"mail.send"],
  resource in Scope::"mail/out"
);

@id("clerk-pays") @reason("Clerks may refund.")
permit (principal in Profile::"clerk", action == Action::"pay.refund", resource in Scope::"pay");

@id("suspended") @reason("A suspended agent may do nothing.")
forbid (principal, action, resource) when { principal.suspended };
`;

export const GATES = `
@id("edit-notice") @gate("notify") @channel("notices") @reason("Edits are announced.")
forbid (principal, action == Action::"crm.edit", resource);

@id("erase") @gate("approval") @tier("high") @approvers("leads") @quorum("2") @ttl("2h") @escalate("desk")
@reason("Erasing needs two leads.")
forbid (principal, action == Action::"crm.erase", resource);

@id("unsure") @gate("downscope") @to("mail.draft") @reason("An unsure agent only drafts.")
forbid (principal, action == Action::"mail.send", resource) when { context.confidence.lessThan(decimal("0.8")) };

@id("send") @gate("approval") @tier("low") @approvers("desk") @quorum("1") @ttl("30m") @reason("Sending needs the desk.")
forbid (principal, action == Action::"mail.send", resource);

@id("pay") @gate("approval") @tier("medium") @approvers("desk") @quorum("1") @ttl("1d") @reason("Refunds need the desk.")
forbid (principal, action == Action::"pay.refund", resource);
`;

export interface BundleText {
  readonly authority?: string;
  readonly gates?: string;
  readonly scopes?: string;
  readonly names?: Partial<Names>;
}

/** Loads a bundle from a folder of its own that is gone afterwards. */
export async function loadText(text: BundleText = {}): Promise<LoadedPolicy> {
  const folder = await mkdtemp(join(tmpdir(), 'policy-'));
  try {
    await writeFile(join(folder, 'authority.cedar'), text.authority ?? AUTHORITY);
    await writeFile(join(folder, 'gates.cedar'), text.gates ?? GATES);
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
    ...changes,
  };
}
