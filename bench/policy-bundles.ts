/** Bundles of a wanted size, written as people would write them and loaded as any other. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StepFacts } from '../src/domain/facts.ts';
import type { Policy } from '../src/domain/ports.ts';
import { NOTHING_RECENT } from '../src/domain/usage.ts';
import { loadPolicy } from '../src/policy/load.ts';
import type { PolicyTool } from '../src/policy/vocabulary.ts';

export interface BundleSize {
  /** Grants and gates in equal parts, two of them blocks. */
  readonly rules: number;
  /** Tools the rules are about, in turn. */
  readonly tools: number;
}

const PROFILES = 5;
const SCOPES = 10;

/** Loads a bundle of this size. */
export async function bundleOf({ rules, tools }: BundleSize): Promise<Policy> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-policy-'));
  const half = rules / 2;
  try {
    const lines = numbers(half - 2).map((index) => lineOf(index, tools));
    await writeFile(join(folder, 'permissions.yaml'), `permissions:\n${lines.join('')}`);
    await writeFile(join(folder, 'tiers.yaml'), 'tiers: {}\n');
    await writeFile(join(folder, 'authority.cedar'), BLOCKS);
    await writeFile(
      join(folder, 'gates.cedar'),
      numbers(half)
        .map((index) => gateOf(index, tools))
        .join('\n'),
    );
    await writeFile(join(folder, 'scopes.yaml'), `scopes: [${numbers(SCOPES).map(scope).join(', ')}]\n`);
    return await loadPolicy({
      folder,
      tools: numbers(tools).map(toolOf),
      groups: ['desk'],
      people: ['olga'],
      channels: ['notices'],
      profiles: numbers(Math.min(PROFILES, half - 2)).map((index) => `profile-${index}`),
      agents: ['agent-0'],
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A step that no two calls have alike unless the number is the same. It is granted, and no gate fires. */
export function stepOf(index: number): StepFacts {
  const { name, effect, reversibility } = toolOf(0);
  return {
    agent: { id: 'agent-0', profile: 'profile-0', owner: 'olga', suspended: false, maxTier: 3 },
    tool: name,
    effect,
    reversibility,
    target: { kind: 'row', id: `row-${index}`, label: 'A row', scope: scope(0), tier: 2, traits: [] },
    environment: 'prod',
    confidence: 1,
    amountCents: 0,
    changeFreeze: false,
    stepCount: 1,
    now: new Date('2026-11-23T09:00:00Z'),
    businessHours: true,
    holiday: false,
    behalfGroups: ['desk'],
    elevated: false,
    task: { declared: true, outside: false },
    recent: NOTHING_RECENT,
    input: {},
  };
}

const BLOCKS = `
@id("suspended") @owner("olga") @reason("A suspended agent may do nothing.")
forbid (principal, action, resource) when { principal.suspended };
@id("over-clearance") @owner("olga") @reason("The data is more sensitive than the agent may see.")
forbid (principal, action, resource) when { resource.tier > principal.maxTier };
`;

function lineOf(index: number, tools: number): string {
  const profile = `profile-${index % PROFILES}`;
  const where = scope(Math.floor(index / PROFILES) % SCOPES);
  return `  - { id: grant-${index}, profile: ${profile}, effect: write, tools: [${toolName(index % tools)}], scope: ${where}, maxTier: 4, owner: olga, reason: "Agents may do number ${index}." }\n`;
}

function gateOf(index: number, tools: number): string {
  return `@id("gate-${index}") @owner("desk") @gate("approval") @tier("low") @approvers("desk") @quorum("1") @ttl("1h")
@reason("Number ${index} needs the desk.")
forbid (principal, action == Action::"${toolName(index % tools)}", resource in Scope::"${scope(index % SCOPES)}")
when { context.recent.agentDay.steps > ${index} && resource.traits.contains(Trait::"personal-data") };`;
}

function toolOf(index: number): PolicyTool {
  const name = toolName(index);
  return { name, effect: 'write', reversibility: 'reversible', smaller: [], policyFacts: {} };
}

// A name is letters only.
const toolName = (index: number) =>
  `svc.do_${[...String(index)].map((digit) => 'abcdefghij'[Number(digit)]).join('')}`;
const scope = (index: number) => `svc/place-${index}`;
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
