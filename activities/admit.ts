/** `admit`: whether one signed decision counts, and how far the quorum is over every vote still valid now. */
import { type AdmissionDeps, admitDecision, assessVotes } from '../src/approvals/admit.ts';
import type { JudgeActivities } from './contract.ts';

export function createAdmit(deps: AdmissionDeps): JudgeActivities['admit'] {
  return async ({ request, version, digest, ...input }) => {
    const { jws, needs, excluded, votes } = input;
    const expected = { request, version, digest };
    const admission = await admitDecision({ ...input, expected }, deps);
    const jwsList = admission.admitted ? [...votes, jws] : votes;
    const { quorum } = await assessVotes({ jwsList, expected, needs, excluded }, deps);
    return { admission, quorum };
  };
}
