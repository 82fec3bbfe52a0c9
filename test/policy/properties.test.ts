/**
 * `decide` against a second, naive judge: random bundles and random facts, where the naive judge asks plain functions
 * instead of Cedar. Every verdict must agree, so the promises below hold for bundles nobody wrote by hand.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StepFacts } from '../../src/domain/facts.ts';
import type { Policy } from '../../src/domain/ports.ts';
import { NOTHING_RECENT } from '../../src/domain/usage.ts';
import { VERDICT_EFFECTS, type VerdictEffect } from '../../src/domain/verdict.ts';
import { loadAcme } from './acme.ts';
import { type LooseRule, looseBundles } from './loose-bundle.ts';
import { factsOf, NAMES } from './sample.ts';

/** A condition in Cedar and in TypeScript. `true` in `breaks` means the engine fails on it. */
interface Condition {
  readonly cedar: string;
  holds(facts: StepFacts): boolean;
  breaks(facts: StepFacts): boolean;
}

const never = () => false;
const CONDITIONS: readonly Condition[] = [
  { cedar: 'true', holds: () => true, breaks: never },
  { cedar: 'principal.suspended', holds: ({ agent }) => agent.suspended, breaks: never },
  {
    cedar: 'resource.tier > principal.maxTier',
    holds: ({ agent, target }) => target.tier > agent.maxTier,
    breaks: never,
  },
  { cedar: 'context.amountCents > 1000', holds: ({ amountCents }) => amountCents > 1000, breaks: never },
  {
    cedar: 'context.changeFreeze && context.environment == Environment::"prod"',
    holds: (facts) => facts.changeFreeze && facts.environment === 'prod',
    breaks: never,
  },
  {
    cedar: 'resource.traits.contains(Trait::"personal-data")',
    holds: ({ target }) => target.traits.includes('personal-data'),
    breaks: never,
  },
  {
    cedar: 'resource in Scope::"crm/people"',
    holds: ({ target }) => target.scope === 'crm/people',
    breaks: never,
  },
  {
    cedar: 'context.stepCount * 5000000000000000000 > 1',
    holds: () => true,
    breaks: ({ stepCount }) => stepCount > 1,
  },
  {
    cedar: 'context.now.offset(duration("106751991167d")) > context.now',
    holds: () => true,
    breaks: () => true,
  },
  {
    cedar: 'context.recent.agentHour.steps > 3',
    holds: ({ recent }) => recent.agentHour.steps > 3,
    breaks: never,
  },
  { cedar: 'context.recent.readTier >= 3', holds: ({ recent }) => recent.readTier >= 3, breaks: never },
  { cedar: 'context.task.outside', holds: ({ task }) => task.outside, breaks: never },
  { cedar: 'context.elevated', holds: ({ elevated }) => elevated, breaks: never },
  { cedar: '!context.businessHours', holds: ({ businessHours }) => !businessHours, breaks: never },
  {
    cedar: 'context.behalf && context.behalfGroups.contains(Group::"desk")',
    holds: ({ behalfGroups }) => behalfGroups?.includes('desk') ?? false,
    breaks: never,
  },
  {
    cedar: 'Agent::"reader-1".suspended',
    holds: ({ agent }) => agent.id === 'reader-1' && agent.suspended,
    breaks: ({ agent }) => agent.id !== 'reader-1',
  },
];
const CONFIDENCE: Condition = {
  cedar: 'context.confidence.lessThan(decimal("0.5"))',
  holds: ({ confidence }) => confidence < 0.5,
  breaks: never,
};

interface RandomRule {
  readonly kind: 'grant' | 'block' | 'approval' | 'notify' | 'downscope';
  readonly profile: string;
  readonly tools: readonly string[];
  readonly scope: string;
  readonly condition: Condition;
}

const TOOLS = NAMES.tools.map(({ name }) => name);
const scopes = ['crm', 'crm/people', 'mail/out', 'pay/cards'];

const MAILS: RandomRule = {
  kind: 'grant',
  profile: 'clerk',
  tools: ['mail.draft', 'mail.send'],
  scope: 'mail/out',
  condition: { cedar: 'true', holds: () => true, breaks: never },
};

const rule: fc.Arbitrary<RandomRule> = fc
  .record({
    kind: fc.constantFrom('grant', 'grant', 'block', 'approval', 'notify', 'downscope'),
    profile: fc.constantFrom(...NAMES.profiles),
    tools: fc.uniqueArray(fc.constantFrom(...TOOLS), { minLength: 1, maxLength: 4 }),
    scope: fc.constantFrom(...scopes),
    condition: fc.constantFrom(...CONDITIONS),
  })
  .chain((made) =>
    fc.boolean().map((byHint): RandomRule => {
      // A grant may not look at confidence this way, and only mail.send has a smaller tool.
      const condition = byHint && made.kind !== 'grant' ? CONFIDENCE : made.condition;
      return { ...made, condition, tools: made.kind === 'downscope' ? ['mail.send'] : made.tools };
    }),
  );

/** Half of the bundles let clerks mail, so that downscopes have something to stand on. */
const rules: fc.Arbitrary<readonly RandomRule[]> = fc
  .tuple(fc.boolean(), fc.array(rule, { minLength: 2, maxLength: 12 }))
  .map(([mails, others]) => (mails ? [MAILS, ...others] : others));

const facts: fc.Arbitrary<StepFacts> = fc
  .record({
    tool: fc.constantFrom(...TOOLS),
    profile: fc.constantFrom(...NAMES.profiles),
    agent: fc.constantFrom('clerk-1', 'reader-1'),
    suspended: fc.boolean(),
    maxTier: fc.constantFrom(1, 2, 3, 4),
    tier: fc.constantFrom(1, 2, 3, 4),
    scope: fc.constantFrom('', '', '', 'crm/people', 'crm/firms', 'mail/out', 'pay/cards', 'elsewhere'),
    personal: fc.boolean(),
    environment: fc.constantFrom('prod', 'staging', 'dev'),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    amountCents: fc.nat(2000),
    changeFreeze: fc.boolean(),
    stepCount: fc.integer({ min: 1, max: 20 }),
    businessHours: fc.boolean(),
    behalfGroups: fc.constantFrom(null, [], ['desk'], ['leads', 'desk']),
    elevated: fc.boolean(),
    outside: fc.boolean(),
    steps: fc.nat(6),
    readTier: fc.nat(4),
  })
  .map((made) => ({
    ...factsOf(made.tool),
    agent: {
      id: made.agent,
      profile: made.profile,
      owner: 'olga',
      suspended: made.suspended,
      maxTier: made.maxTier,
    },
    target: {
      kind: 'thing',
      id: 'thing-7',
      label: 'Thing 7',
      // Mostly the scope that the tool is at home in.
      scope: made.scope === '' ? factsOf(made.tool).target.scope : made.scope,
      tier: made.tier,
      traits: made.personal ? ['personal-data' as const] : [],
    },
    environment: made.environment,
    confidence: made.confidence,
    amountCents: made.amountCents,
    changeFreeze: made.changeFreeze,
    stepCount: made.stepCount,
    businessHours: made.businessHours,
    behalfGroups: made.behalfGroups,
    elevated: made.elevated,
    task: { declared: true, outside: made.outside },
    recent: {
      ...NOTHING_RECENT,
      agentHour: { steps: made.steps, denied: 0, cents: 0 },
      readTier: made.readTier,
    },
  }));

const ANNOTATIONS: Readonly<Record<RandomRule['kind'], Readonly<Record<string, string>>>> = {
  grant: {},
  block: {},
  approval: { gate: 'approval', tier: 'low', approvers: 'desk', quorum: '1', ttl: '1h' },
  notify: { gate: 'notify', channel: 'notices' },
  downscope: { gate: 'downscope', to: 'mail.draft' },
};

function looseRule({ kind, profile, tools, scope, condition }: RandomRule): LooseRule {
  const actions = `action in [${tools.map((tool) => `Action::"${tool}"`).join(', ')}]`;
  const body = `when { ${condition.cedar} };`;
  return {
    set: kind === 'grant' || kind === 'block' ? 'authority' : 'gates',
    annotations: ANNOTATIONS[kind],
    text:
      kind === 'grant'
        ? `permit (principal in Profile::"${profile}", ${actions}, resource in Scope::"${scope}") ${body}`
        : `forbid (principal, ${actions}, resource) ${body}`,
  };
}

/** The same decision without Cedar. Undefined effects never come out: it is total like the real one. */
function naive(rules: readonly RandomRule[], step: StepFacts, mayReduce = true): VerdictEffect {
  const within = ({ kind, profile, scope }: RandomRule) =>
    kind !== 'grant' ||
    (profile === step.agent.profile &&
      (step.target.scope === scope || step.target.scope.startsWith(`${scope}/`)));
  const matching = rules.filter((one) => one.tools.includes(step.tool) && within(one));
  const [authority, gates] = [
    matching.filter(({ kind }) => kind === 'grant' || kind === 'block'),
    matching.filter(({ kind }) => kind !== 'grant' && kind !== 'block'),
  ];
  const fired = (set: readonly RandomRule[]) =>
    set.filter(({ condition }) => condition.holds(step)).map(({ kind }) => kind);
  const breaks = (set: readonly RandomRule[]) => set.some(({ condition }) => condition.breaks(step));
  if (breaks(authority) || fired(authority).includes('block') || !fired(authority).includes('grant'))
    return 'deny';
  if (breaks(gates)) return 'deny';
  const open = fired(gates);
  if (open.includes('downscope')) {
    const smaller = { ...step, tool: 'mail.draft', elevated: false };
    return mayReduce && naive(rules, smaller, false) !== 'deny' ? 'downscope' : 'deny';
  }
  if (open.includes('approval')) return 'approve';
  return open.includes('notify') ? 'notify' : 'allow';
}

const BUNDLES = 2_500;
const STEPS_EACH = 4;

describe('decide() on 10,000 random bundles and requests', () => {
  it('agrees with a naive judge: no allow without a grant, against a block, or over a failing rule', async () => {
    const bundle = await looseBundles();
    const effects = new Set<VerdictEffect>();
    const steps = fc.array(facts, { minLength: STEPS_EACH, maxLength: STEPS_EACH });
    fc.assert(
      fc.property(rules, steps, (made, asked) => {
        const policy = bundle(made.map(looseRule));
        for (const step of asked) {
          const { effect, rules: named, explanation } = policy.decide(step);
          expect(effect, JSON.stringify(explanation)).toBe(naive(made, step));
          expect(named.length).toBeGreaterThan(0);
          expect(explanation?.at(-1)).toBe(`verdict: ${effect}`);
          effects.add(effect);
        }
      }),
      { numRuns: BUNDLES },
    );
    expect(effects).toEqual(new Set(VERDICT_EFFECTS));
  }, 120_000);
});

describe('decide() on the example policy', () => {
  let policy: Policy;
  let calls: readonly StepFacts[];
  beforeAll(async () => {
    const acme = await loadAcme();
    policy = acme.policy;
    const mail = { subject: 'Hello', text: 'Hello.' };
    calls = [
      { agent: 'outreach-agent', tool: 'email.send', args: { ...mail, to: ['lead@bigcorp.example'] } },
      { agent: 'support-agent', tool: 'email.send', args: { ...mail, to: ['olga@acme.example'] } },
      { agent: 'support-agent', tool: 'stripe.refund_payment', args: { payment: 'pi_a', amountCents: 4000 } },
      {
        agent: 'release-agent',
        tool: 'github.delete_branch',
        args: { repository: 'acme/webshop', branch: 'old' },
      },
      { agent: 'release-agent', tool: 'github.list_branches', args: { repository: 'acme/webshop' } },
    ].map(acme.factsOf);
  });

  // A downscope by low confidence is no gift: what runs is a smaller tool that the agent may ask for anyway.
  it('never gives a milder verdict for a lower confidence', () => {
    const confidence = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.nat(4), confidence, confidence, (index, one, other) => {
        const step = calls[index % calls.length] ?? factsOf('crm.look');
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const lower = policy.decide({ ...step, confidence: low });
        const higher = policy.decide({ ...step, confidence: high });
        if (lower.downscopeTo === undefined) return rank(lower.effect) >= rank(higher.effect);
        const asked = policy.decide({
          ...step,
          tool: lower.downscopeTo,
          effect: 'draft',
          reversibility: 'reversible',
          confidence: low,
          input: {},
        });
        return (
          lower.effect === 'downscope' && asked.effect !== 'deny' && asked.gates.length === lower.gates.length
        );
      }),
      { numRuns: 80 },
    );
  });

  it('never lets an irreversible step run without a person', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999_999 }), (amountCents) => {
        const refund = calls[2] ?? factsOf('crm.look');
        const { effect, gates } = policy.decide({ ...refund, amountCents });
        return effect === 'deny' || gates.some(({ kind }) => kind === 'approval');
      }),
      { numRuns: 60 },
    );
  });
});

function rank(effect: VerdictEffect): number {
  return VERDICT_EFFECTS.indexOf(effect);
}
