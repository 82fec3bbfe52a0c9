/** `hear`: whether one signed question is put to the agent. */
import { type HearingDeps, hearQuestion } from '../src/approvals/hear.ts';
import type { Directory } from '../src/domain/ports.ts';
import type { JudgeActivities } from './contract.ts';
import { excludedNow } from './excluded.ts';

export function createHear(deps: HearingDeps & { readonly directory: Directory }): JudgeActivities['hear'] {
  return async ({ request, version, digest, ...input }) => {
    const excluded = await excludedNow(input, deps);
    return hearQuestion({ ...input, excluded, expected: { request, version, digest } }, deps);
  };
}
