/**
 * Activities: effects, one file each. This room promises that everything thrown is sorted (`failures.ts`) and that
 * our own refusals are values. It refuses to remember anything: what must last is in the ledger or the history.
 * Workers are given the set of the roles they play, never more.
 */
import type { AdmissionDeps } from '../src/approvals/admit.ts';
import type { AmendmentDeps } from '../src/approvals/admit-amendment.ts';
import type { HearingDeps } from '../src/approvals/hear.ts';
import { createAdmit } from './admit.ts';
import { createAmend } from './amend.ts';
import type { ApprovalActivities, ExecutorActivities, JudgeActivities } from './contract.ts';
import { createExecute } from './execute.ts';
import { sorted } from './failures.ts';
import { createHear } from './hear.ts';
import { createJudge } from './judge.ts';
import type { JudgingDeps } from './judge-step.ts';
import { createMuster } from './muster.ts';
import { createPrepare } from './prepare.ts';
import type { ExecuteDeps } from './running.ts';
import { createShow, type ShowDeps } from './show.ts';
import { createUndo } from './undo.ts';

/** For the workflows role. */
export function judgeActivities(
  deps: JudgingDeps & AdmissionDeps & AmendmentDeps & HearingDeps,
): JudgeActivities {
  return {
    judge: sorted(createJudge(deps)),
    admit: sorted(createAdmit(deps)),
    amend: sorted(createAmend(deps)),
    hear: sorted(createHear(deps)),
    muster: sorted(createMuster(deps)),
  };
}

/** For the executor role: the only one given vendors. */
export function executorActivities(deps: ExecuteDeps): ExecutorActivities {
  return {
    prepare: sorted(createPrepare(deps)),
    execute: sorted(createExecute(deps)),
    undo: sorted(createUndo(deps)),
  };
}

/** For the approvals role. */
export function approvalActivities(deps: ShowDeps): ApprovalActivities {
  const show = createShow(deps);
  return {
    showCard: sorted(show.showCard),
    sayInThread: sorted(show.sayInThread),
    whisper: sorted(show.whisper),
    tell: sorted(show.tell),
    announce: sorted(show.announce),
  };
}
