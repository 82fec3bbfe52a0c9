/**
 * The life of a request (design §3), as a story: judge all, run what is free, ask people once for the rest, run it,
 * and take everything back in reverse when something fails.
 *
 * Cancelling (by the agent or in the Temporal UI) is a fact that the story looks at between steps: the step in hand
 * ends, then what ran is undone. So the whole story runs in a scope that cancellation does not tear.
 */
import { CancellationScope, condition, defineQuery, defineSignal, setHandler } from '@temporalio/workflow';
import type { HandedAmendment } from '../src/domain/amendment.ts';
import { refusalOutcome } from '../src/domain/closing.ts';
import type { Plan } from '../src/domain/plan.ts';
import type { QuestionAnswer } from '../src/domain/question.ts';
import type { RequestInput, RequestView } from '../src/domain/request.ts';
import { askPeople } from './ask-people.ts';
import { ENDINGS, type Ending } from './endings.ts';
import { asksOf } from './inquiries.ts';
import {
  AMENDMENT_SIGNAL,
  ANSWER_SIGNAL,
  ASKS_QUERY,
  type AsksQuery,
  DECISION_SIGNAL,
  QUESTION_SIGNAL,
  VIEW_QUERY,
} from './messages.ts';
import { type OpenRequest, openRequest } from './open-request.ts';
import { viewOf } from './request-view.ts';
import { markClosed } from './search-attributes.ts';
import { startReview } from './start-review.ts';
import { runStep, undoStarted } from './steps.ts';

const decision = defineSignal<[string]>(DECISION_SIGNAL);
const amendment = defineSignal<[HandedAmendment]>(AMENDMENT_SIGNAL);
const question = defineSignal<[string]>(QUESTION_SIGNAL);
const answer = defineSignal<[QuestionAnswer]>(ANSWER_SIGNAL);
const asks = defineQuery<AsksQuery>(ASKS_QUERY);
const view = defineQuery<RequestView>(VIEW_QUERY);

/** One request. Its result is the closed view; it fails only when Countersign itself is broken. */
export async function Request(input: RequestInput): Promise<RequestView> {
  const request = openRequest(input);
  setHandler(view, () => viewOf(request.record));
  setHandler(asks, () => asksOf(request.record));
  // Handlers run in the root scope; what a click sets off must outlive a cancellation like the story itself.
  setHandler(decision, (jws) => CancellationScope.nonCancellable(async () => request.clerk.receive(jws)));
  setHandler(amendment, (handed) =>
    CancellationScope.nonCancellable(async () => request.editing.receive(handed)),
  );
  setHandler(question, (jws) => CancellationScope.nonCancellable(async () => request.questions.receive(jws)));
  setHandler(answer, (given) =>
    CancellationScope.nonCancellable(async () => request.questions.answer(given)),
  );
  CancellationScope.current().cancelRequested.catch(() => request.record.cancel());

  return CancellationScope.nonCancellable(async () => {
    await close(request, (await request.judge()) ?? (await runAll(request)));
    await condition(() => request.clerk.idle && request.questions.idle && request.messenger.idle);
    return viewOf(request.record);
  });
}

async function runAll(request: OpenRequest): Promise<Ending> {
  const { record } = request;
  let approved: Plan | undefined;
  let mustAsk = false;
  for (let step = 0; step < record.steps.length; ) {
    if (record.cancelled) return ENDINGS.cancelled();
    if (record.isStale) return ENDINGS.stale(record.version);
    if (approved === undefined && (mustAsk || record.isGated(step))) {
      const answer = await askPeople(request, step);
      if (answer.kind === 'ending') return answer;
      approved = answer.plan;
    }
    const result = await runStep(request, step, approved);
    if (result.kind === 'done') {
      step += 1;
    } else if (result.kind === 'refused' && (result.why === 'drifted' || result.why === 'unapproved')) {
      record.reopen(step, result.verdict);
      [approved, mustAsk] = [undefined, record.gatesFrom(step).length > 0];
    } else {
      return result.kind === 'failed'
        ? ENDINGS.failed(result.sentence)
        : ENDINGS[refusalOutcome(result.why)](result.sentence);
    }
  }
  return ENDINGS.executed(record.steps.length, record.editedSteps);
}

async function close(request: OpenRequest, ending: Ending): Promise<void> {
  const { record, messenger } = request;
  if (ending.undo) await undoStarted(request);
  await startReview(record);
  record.close(ending);
  markClosed(record);
  messenger.closeCard();
}
