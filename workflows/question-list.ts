/** The questions put to the agent about one request, as facts: who asked what and when, and what was answered. */
import type { Question, QuestionView } from '../src/domain/question.ts';

export class QuestionList {
  #all: readonly QuestionView[] = [];

  add({ id, person, text }: Question): void {
    this.#all = [...this.#all, { id, by: person, text, at: new Date().toISOString() }];
  }

  /** The question as it is once answered; undefined, and nothing changed, when unknown or answered before. */
  answer(id: string, text: string): QuestionView | undefined {
    const open = this.#all.find((question) => question.id === id && question.answer === undefined);
    if (open === undefined) return undefined;
    const answered = { ...open, answer: text, answeredAt: new Date().toISOString() };
    this.#all = this.#all.map((question) => (question === open ? answered : question));
    return answered;
  }

  get all(): readonly QuestionView[] {
    return this.#all;
  }
  get ids(): readonly string[] {
    return this.#all.map(({ id }) => id);
  }
}
