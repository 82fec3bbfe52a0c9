/**
 * `amend`: whether a signed edit of a step is taken up, and what policy says of the request with it. A local activity of
 * the workflows role. What people were asked under still holds: an edit may ask for more people, never for fewer.
 */
import { type AmendmentDeps, admitAmendment } from '../src/approvals/admit-amendment.ts';
import type { Ask } from '../src/domain/ask.ts';
import { askDigest } from '../src/domain/digest.ts';
import { CountersignError, impossible } from '../src/domain/errors.ts';
import type { JudgedStep } from '../src/domain/plan.ts';
import { argumentChanges } from '../src/tools/argument-changes.ts';
import type { AmendInput, AmendResult, JudgeActivities } from './contract.ts';
import { excludedNow } from './excluded.ts';
import { approvalsIn, stillHeld } from './gates.ts';
import { judgeFrom } from './judge.ts';
import type { JudgingDeps } from './judge-step.ts';

export function createAmend(deps: JudgingDeps & AmendmentDeps): JudgeActivities['amend'] {
  return async (input): Promise<AmendResult> => {
    const { request, version, digest, jws, from } = input;
    const { steps } = request;
    const excluded = await excludedNow({ ...input, agent: request.agent }, deps);
    const expected = { request: request.id, version, digest };
    const admission = await admitAmendment({ ...input, excluded, expected, steps }, deps);
    if (!admission.admitted) {
      const { sentence, person } = admission;
      return { taken: false, sentence, ...(person === undefined ? {} : { person }) };
    }
    const { amendment, ask } = admission;
    const refuse = (why: string): AmendResult => ({
      taken: false,
      sentence: `This edit was not taken up: ${why}`,
      person: amendment.person,
    });
    const { step } = amendment;
    if (!isReadable(ask, deps)) return refuse(`its tool could not read step ${step + 1}`);
    const edited = { ...request, steps: steps.map((one, index) => (index === step ? ask : one)) };
    const fresh = await judgeFrom(edited, from, { ...deps, grants: NO_GRANTS });
    const denied = fresh.find(({ verdict }) => verdict.effect === 'deny');
    if (denied !== undefined) return refuse(denied.verdict.rules[0]?.sentence ?? 'policy denies it');
    const judged = fresh.map((one, at) => held(one, from + at, { input, isEdited: from + at === step }));
    const signed = { amendment, jws };
    return { taken: true, signed, ask, judged, changes: changesOf(input, step, ask, deps) };
  };
}

/** A standing grant stands in for people who were not asked; an edit is always for people. */
const NO_GRANTS: JudgingDeps['grants'] = { inForce: async () => [] };

/** As its tool's schema makes it: what reads differently than it was signed is not what was signed. */
function isReadable(ask: Ask, { registry }: Pick<JudgingDeps, 'registry'>): boolean {
  try {
    const args = JSON.parse(JSON.stringify(registry.parse(ask.tool, ask.args)));
    return askDigest({ tool: ask.tool, args }) === askDigest(ask);
  } catch (error) {
    if (error instanceof CountersignError) return false;
    throw error;
  }
}

/** An edited step always needs people: where no rule of its own asks anybody, those who are asked now. */
function held(
  judged: JudgedStep,
  index: number,
  { input, isEdited }: { readonly input: AmendInput; readonly isEdited: boolean },
): JudgedStep {
  const { gates = [], runs = judged.tool } = input.held[index] ?? {};
  const asked = input.request.steps[index]?.tool ?? judged.tool;
  const mine = isEdited && approvalsIn(gates).length === 0 ? [...gates, ...input.asking] : gates;
  return { ...judged, verdict: stillHeld(judged.verdict, { asked, runs, gates: mine }) };
}

function changesOf(input: AmendInput, step: number, { tool, args }: Ask, { registry }: JudgingDeps) {
  const first = input.asked[step] ?? impossible('edited a step that nobody asked');
  return argumentChanges(
    registry.get(tool) ?? impossible('judged a tool that is not there'),
    first.args,
    args,
  );
}
