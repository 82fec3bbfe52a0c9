/**
 * Edits: the chain of signed amendments that leads from what the gateway sealed to the step in hand. The executor
 * follows it itself; what a person made of a step is believed by their signatures alone, never by the history.
 */
import { AMENDMENTS_MAX, type Amendment } from '../src/domain/amendment.ts';
import { askDigest } from '../src/domain/digest.ts';
import { CountersignError } from '../src/domain/errors.ts';
import type { AmendmentVerifier } from '../src/domain/ports.ts';
import type { ApprovalGate } from '../src/domain/verdict.ts';
import type { StepInput } from './contract.ts';

/**
 * The amendments of this step, the oldest first; none where it is as it was sealed. Throws when one is forged, of
 * another request or step, or the chain does not end at the step in hand.
 */
export async function editsOf(
  input: StepInput,
  sealed: string | undefined,
  { amendments }: { readonly amendments: AmendmentVerifier },
): Promise<readonly Amendment[]> {
  const signatures = input.amendments ?? [];
  if (signatures.length > AMENDMENTS_MAX) throw broken(input, 'it was edited more often than is allowed');
  const edits = await Promise.all(signatures.map((jws) => amendments.verify(jws)));
  let [ask, version] = [sealed, 0];
  for (const edit of edits) {
    if (edit.request !== input.request || edit.step !== input.step)
      throw broken(input, 'one of its edits is of another step');
    if (edit.was !== ask || edit.version <= version)
      throw broken(input, 'its edits do not follow one another');
    [ask, version] = [edit.ask, edit.version];
  }
  if (edits.length > 0 && (input.plan?.version ?? Number.POSITIVE_INFINITY) <= version)
    throw broken(input, 'its plan is older than its newest edit');
  if (ask !== askDigest(input.ask)) throw broken(input, 'its seal is for another ask');
  return edits;
}

/** Who said last what the step is, and so does not approve it; nobody where every gate lets them. */
export function barredEditors(
  edits: readonly Amendment[],
  gates: readonly ApprovalGate[],
): readonly string[] {
  const last = edits.at(-1)?.person;
  const mayApprove = gates.every(({ editorMayApprove }) => editorMayApprove === true);
  return last === undefined || mayApprove ? [] : [last];
}

function broken({ step }: StepInput, why: string): CountersignError {
  return new CountersignError('unauthenticated', `Cannot run step ${step}: ${why}`);
}
