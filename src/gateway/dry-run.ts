/** The answer of a dry run: policy's verdicts on a request that is not recorded and does not run. */
import type { JudgedStep, Judgement } from '../domain/plan.ts';
import { shortestTtlMs, unionOfNeeds } from '../domain/quorum.ts';
import type { WaitingFor } from '../domain/request.ts';
import { approvalGates, strictest, type Verdict, type VerdictEffect } from '../domain/verdict.ts';
import type { NewRequest } from '../orchestrator/requests.ts';

/** What would happen. `effect` is the strictest of the steps'; `waitingFor` names the people who would be asked. */
export interface DryRun {
  readonly effect: VerdictEffect;
  readonly policyVersion: string;
  readonly steps: readonly {
    readonly tool: string;
    readonly askedFor?: string;
    readonly verdict: ToldVerdict;
  }[];
  readonly waitingFor?: WaitingFor;
}

type ToldVerdict = Pick<Verdict, 'effect' | 'rules' | 'explanation'>;

/** Pure. A denied request waits for nobody: nothing of it would run. */
export function dryRun(ask: NewRequest, { steps, policyVersion }: Judgement, now: Date): DryRun {
  const effect = strictest(steps.map(({ verdict }) => verdict.effect));
  const waitingFor = effect === 'deny' ? undefined : wouldWaitFor(ask, steps, now);
  return {
    effect,
    policyVersion,
    steps: steps.map(({ tool, verdict }, index) => ({
      tool,
      ...askedFor(ask.steps[index]?.tool, tool),
      verdict: told(verdict),
    })),
    ...(waitingFor === undefined ? {} : { waitingFor }),
  };
}

function told({ effect, rules, explanation }: Verdict): ToldVerdict {
  return { effect, rules, ...(explanation === undefined ? {} : { explanation }) };
}

function askedFor(asked: string | undefined, runs: string): { readonly askedFor?: string } {
  return asked === undefined || asked === runs ? {} : { askedFor: asked };
}

function wouldWaitFor(ask: NewRequest, steps: readonly JudgedStep[], now: Date): WaitingFor | undefined {
  const gates = steps.flatMap(({ verdict }) => approvalGates(verdict));
  if (gates.length === 0) return undefined;
  const needs = unionOfNeeds(gates);
  const ttlMs = Math.min(shortestTtlMs(gates), ask.waitAtMostMs ?? Number.POSITIVE_INFINITY);
  return {
    groups: [...new Set(needs.flatMap(({ groups }) => groups))],
    need: needs.reduce((sum, { count }) => sum + count, 0),
    have: 0,
    expiresAt: new Date(now.getTime() + ttlMs).toISOString(),
  };
}
