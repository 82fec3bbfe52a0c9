/** `admit`: whether one signed decision counts, and how far the quorum is over every vote still valid now. */
import {
  type AdmissionDeps,
  admitDecision,
  assessVotes,
  type VoteAssessment,
} from '../src/approvals/admit.ts';
import type { Admission } from '../src/domain/decision.ts';
import type { AdmitResult, BrokenGlass, JudgeActivities } from './contract.ts';
import { excludedNow } from './excluded.ts';

export function createAdmit(deps: AdmissionDeps): JudgeActivities['admit'] {
  return async (input): Promise<AdmitResult> => {
    const { request, version, digest, jws, votes } = input;
    const expected = { request, version, digest };
    const excluded = await excludedNow(input, deps);
    const admission = await admitDecision({ ...input, excluded, expected }, deps);
    const jwsList = admission.admitted ? [...votes, jws] : votes;
    const assessed = await assessVotes({ ...input, excluded, expected, jwsList }, deps);
    const glass = await brokenGlass(assessed, deps);
    return {
      admission: withPrincipal(admission, assessed),
      quorum: assessed.quorum,
      ...(glass === undefined ? {} : { glass }),
    };
  };
}

/** Says for whom somebody voted, where their vote counts only because they stand in for them. */
function withPrincipal(admission: Admission, { approvedBy }: VoteAssessment): Admission {
  if (!admission.admitted) return admission;
  const { vote } = admission;
  const { forPerson } = approvedBy.find(({ person }) => person === vote.decision.person) ?? {};
  return forPerson === undefined ? admission : { admitted: true, vote: { ...vote, forPerson } };
}

async function brokenGlass(
  { brokenBy }: VoteAssessment,
  { approvalSettings }: AdmissionDeps,
): Promise<BrokenGlass | undefined> {
  if (brokenBy.length === 0) return undefined;
  const { breakGlass, review } = await approvalSettings();
  if (breakGlass === undefined) return undefined;
  const { channel } = breakGlass;
  return { by: brokenBy, channel, ...(review === undefined ? {} : { review: review.group }) };
}
