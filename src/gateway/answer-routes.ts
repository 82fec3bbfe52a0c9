/** The agents' call about questions: answering what an approver asked about one of their requests. */
import { z } from 'zod';
import { ANSWER_CHARS_MAX } from '../domain/question.ts';
import type { Requests } from '../orchestrator/requests.ts';
import { paragraphs } from '../tools/plain-text.ts';
import { idSchema } from './ask.schema.ts';
import { answers, type Door } from './openapi.ts';
import { asAnswered, type Links } from './request-answer.ts';
import { askerOf, type CallerOf } from './require-caller.ts';
import { requestViewSchema } from './view.schema.ts';

export interface AnswerRoutes {
  readonly requests: Pick<Requests, 'answer'>;
  readonly callerOf: CallerOf;
  readonly links: Links;
}

const answerSchema = z.strictObject({
  question: z.string().min(1).max(100).describe('Id of the question, as the request shows it'),
  text: paragraphs(ANSWER_CHARS_MAX).describe(
    'In your own words. People see it on the card and in its thread, as written by the agent and unverified',
  ),
});

/** Adds the route to the door. The same answer again is no error; another one to the same question is refused. */
export function addAnswerRoute(door: Door, { requests, callerOf, links }: AnswerRoutes): void {
  const schema = {
    summary: 'Answer a question that an approver asked about a request',
    params: idSchema,
    body: answerSchema,
    response: answers({ 200: [requestViewSchema, 'The request, with the answer in it'] }),
  };
  door.post('/v1/requests/:id/answers', { schema }, async (request) => {
    const view = await requests.answer(request.params.id, request.body, askerOf(callerOf(request)));
    return asAnswered(view, links);
  });
}
