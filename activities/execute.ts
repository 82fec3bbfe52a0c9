/**
 * `execute`: the one place where a tool runs. It trusts nobody (design §3.6): seal, verdict with fresh facts, standing
 * orders, digest, signatures, drift; then the intent is written, the tool called under its idempotency key, the result
 * written. A repeat of an effect that is already in the ledger answers from there.
 */
import type { JsonValue } from '../src/domain/ask.ts';
import { impossible } from '../src/domain/errors.ts';
import { OutsideError } from '../src/domain/retry.ts';
import type { SealClaims } from '../src/domain/seal.ts';
import { sealedClaims } from './consent.ts';
import type { ExecutorActivities, StepInput } from './contract.ts';
import { effectOf } from './fate.ts';
import { handOut } from './hand-out.ts';
import { agentOf, type JudgingDeps, judgeAgain, type StepToJudge } from './judge-step.ts';
import { mintOffers } from './mint.ts';
import { isProven } from './proven.ts';
import { refusalOf, refuse } from './refusal.ts';
import { run } from './run.ts';
import type { ExecuteDeps } from './running.ts';

export function createExecute(deps: ExecuteDeps): ExecutorActivities['execute'] {
  return async (input) => {
    const claims = await sealedClaims(input, deps);
    const reads = deps.registry.get(input.ask.tool)?.effect === 'read';
    const effect = reads ? undefined : await effectOf(input, claims, deps);
    // Past the point of no return nothing is asked again: what happened, happened.
    if (effect?.state === 'done') {
      await mintOffers({ input, claims, step: stepOf(input, claims) }, deps);
      const ran = { name: effect.tool, tool: deps.registry.whole.get(effect.tool) };
      return handOut(ran, effect.result, await agentOf(claims.agent, deps));
    }
    if (effect?.state === 'failed') throw new OutsideError('final', messageOf(effect.result));
    const step = stepOf(input, claims);
    const judged = await judgeAgain(step, input.runs, judgingFor(input, deps));
    const refusal = judged.denied
      ? refuse('denied', judged.verdict.rules[0]?.sentence ?? 'Policy denies it.', judged.verdict)
      : await refusalOf(input, claims, judged, deps);
    if (refusal !== undefined) return effect === undefined ? refusal : { ...refusal, mayHaveHappened: true };
    if (judged.denied) return impossible('denied and not refused');
    const result = await run({ input, claims, judged, effect }, deps);
    if (result.kind === 'done') await mintOffers({ input, claims, step }, deps);
    return result;
  };
}

const NO_GRANTS: JudgingDeps['grants'] = { inForce: async () => [] };

/** A standing grant stands in for people only where none were asked, and only as its granter signed it. */
function judgingFor({ plan }: StepInput, deps: ExecuteDeps): JudgingDeps {
  return plan === undefined
    ? { ...deps, isProven: (grant) => isProven(grant, deps) }
    : { ...deps, grants: NO_GRANTS };
}

/** Steps before it have rows in the ledger by now, so nothing is counted in advance. */
function stepOf(
  { step, ask }: StepInput,
  { asks, session = null, token = null, ...claims }: SealClaims,
): StepToJudge {
  const { request, agent, onBehalfOf, requestedBy, confidence } = claims;
  const asker = { request, agent, onBehalfOf, requestedBy, confidence, session, token };
  return { ...asker, step, ask, stepCount: asks.length, earlier: [] };
}

function messageOf(result: JsonValue): string {
  const message =
    typeof result === 'object' && result !== null && 'message' in result ? result.message : undefined;
  return typeof message === 'string' ? message : 'The step failed before';
}
