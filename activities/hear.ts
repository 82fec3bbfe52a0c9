/** `hear`: whether one signed question is put to the agent. */
import { type HearingDeps, hearQuestion } from '../src/approvals/hear.ts';
import type { JudgeActivities } from './contract.ts';

export function createHear(deps: HearingDeps): JudgeActivities['hear'] {
  return ({ request, version, digest, ...input }) =>
    hearQuestion({ ...input, expected: { request, version, digest } }, deps);
}
