/**
 * Turns what one identified person asked at some door into one signed question and makes it durable. Whether it is put
 * to the agent is the workflow's answer, by the same eligibility as for deciding.
 */
import type { OpenApproval } from '../domain/card.ts';
import type { Person } from '../domain/people.ts';
import type { Question } from '../domain/question.ts';
import type { DecisionDesk } from './desk.ts';
import { handOver, idOf, type Recorded } from './hand-over.ts';

/** What a person wants to know, and where they said so. `text` is bounded by the door. */
export interface Asked {
  readonly person: Person;
  readonly approval: OpenApproval;
  readonly text: string;
  readonly surface: Question['surface'];
  /** What makes this question this one and no other: a repeated delivery has the same parts. */
  readonly parts: readonly string[];
}

/** Enough of the hash to be one of its own, and short enough to be typed. */
const ID_CHARS = 26;

/** Resolves once the question is durable. Rejects when that could not be achieved or is not known. */
export async function recordQuestion(desk: DecisionDesk, asked: Asked): Promise<Recorded> {
  const { person, approval, text, surface, parts } = asked;
  return handOver(desk, {
    person,
    approval,
    surface,
    deliveryParts: ['question', ...parts],
    async keep(now) {
      const { request, version, digest } = approval;
      const id = idOf('q', parts).slice(0, ID_CHARS);
      const question = { id, request, version, digest, person: person.id, text, surface };
      const jws = await desk.questionSigner.sign({ ...question, at: now.toISOString() });
      const kept = await desk.requests.question(request, jws);
      if (kept === 'recorded')
        desk.log.info({ event: 'question-recorded', request, version }, 'Recorded a question');
      return kept;
    },
  });
}
