/** What of a judgement is only recorded: the facts policy was asked about, and a candidate policy's answer to them. */
import { log } from '@temporalio/activity';
import type { JudgedStep, ShadowVerdict } from '../src/domain/plan.ts';
import type { Policy } from '../src/domain/ports.ts';
import type { Verdict } from '../src/domain/verdict.ts';
import { recordFacts } from '../src/policy/facts.ts';
import { asked, callOf } from './asked.ts';
import { askPolicy, type JudgedAsk, type JudgingDeps, type StepToJudge } from './judge-step.ts';

export type Recordable = Pick<JudgedStep, 'facts' | 'shadow'>;

/** Empty where policy was not reached. A candidate that cannot be asked changes nothing and is left out. */
export async function recordedOf(
  step: StepToJudge,
  answer: JudgedAsk,
  deps: JudgingDeps,
): Promise<Recordable> {
  const { agent, facts } = answer;
  if (facts === undefined || agent === undefined) return {};
  const { shadow } = deps;
  if (shadow === undefined) return { facts: recordFacts(facts) };
  try {
    const call = callOf(asked(step.ask, deps.registry));
    // It may read facts that the policy in force does not; then they are gathered for it alone.
    const other = await askPolicy({ ...step, agent, call, now: facts.now }, deps, wider(shadow, deps.policy));
    return { facts: recordFacts(other.facts), shadow: asShadow(other.verdict) };
  } catch (error) {
    log.warn('Could not ask the candidate policy', { request: step.request, step: step.step, error });
    return { facts: recordFacts(facts) };
  }
}

/** The candidate, asked with everything that either policy reads. */
function wider(shadow: Policy, policy: Policy): Policy {
  const pinned = shadow.pinned?.() ?? shadow;
  return {
    version: pinned.version,
    decide: (facts) => pinned.decide(facts),
    mentions: (tool) => new Set([...pinned.mentions(tool), ...policy.mentions(tool)]),
  };
}

function asShadow({ policyVersion, effect, rules }: Verdict): ShadowVerdict {
  return { policyVersion, effect, rules: rules.map(({ id }) => id) };
}
