/** The agent's answer to an approver's question: looked at before it is handed in, and looked for afterwards. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { ANSWER_SIGNAL } from '../../workflows/messages.ts';
import { CountersignError } from '../domain/errors.ts';
import type { QuestionAnswer, QuestionView } from '../domain/question.ts';
import type { RequestView } from '../domain/request.ts';
import { isRequestId } from './request-id.ts';
import type { Asker } from './requests.ts';
import { viewNow } from './views.ts';

/** As `Requests.answer`. Of two answers that come at once the first stands, and the other is refused. */
export async function answerQuestion(
  client: Client,
  id: string,
  answer: QuestionAnswer,
  asker: Asker | undefined,
): Promise<RequestView> {
  const before = isRequestId(id) ? await viewNow(client, id, asker) : undefined;
  if (before === undefined) throw new CountersignError('not-found', `Cannot answer "${id}": no such request`);
  if (questionIn(before, answer).answer === answer.text) return before;
  refuseAnswered(before, answer);
  if (before.status === 'closed') throw closed(id);
  try {
    await client.workflow.getHandle(id).signal(ANSWER_SIGNAL, answer);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw closed(id);
  }
  const view = await viewNow(client, id, asker);
  if (view === undefined) throw new CountersignError('not-found', `Cannot answer "${id}": no such request`);
  refuseAnswered(view, answer);
  if (questionIn(view, answer).answer === undefined) throw closed(id);
  return view;
}

function questionIn(view: RequestView, { question: wanted }: QuestionAnswer): QuestionView {
  const found = view.questions?.find(({ id }) => id === wanted);
  if (found !== undefined) return found;
  throw new CountersignError('not-found', `Cannot answer "${wanted}": "${view.id}" has no such question`);
}

function refuseAnswered(view: RequestView, answer: QuestionAnswer): void {
  const stands = questionIn(view, answer).answer;
  if (stands === undefined || stands === answer.text) return;
  throw new CountersignError(
    'already-answered',
    `Cannot answer "${answer.question}": it was answered before`,
  );
}

function closed(id: string): CountersignError {
  return new CountersignError('already-closed', `Cannot answer "${id}": it no longer waits for people`);
}
