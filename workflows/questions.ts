/**
 * Questions are heard one after the other, in the order the history has them, beside the clerk's decisions: nothing the
 * story decides waits for them, and no clock stops. Refused ones stay in the history, and who asked is told privately.
 */
import { log } from '@temporalio/workflow';
import {
  ANSWER_CHARS_MAX,
  type Hearing,
  QUESTIONS_MAX,
  type QuestionAnswer,
} from '../src/domain/question.ts';
import type { ActivityProxies } from './activity-proxies.ts';
import { sentenceOf } from './activity-sentence.ts';
import { hearingOf } from './inquiries.ts';
import type { Messenger } from './messenger.ts';
import type { RequestRecord } from './request-record.ts';

/** Refused ones count too: a flood of them must not fill the history. */
const RECEIVED_MAX = 5 * QUESTIONS_MAX;

export class Questions {
  readonly #record: RequestRecord;
  readonly #activities: ActivityProxies;
  readonly #messenger: Messenger;
  #received = 0;
  #pending = 0;
  #tail: Promise<void> = Promise.resolve();

  constructor(record: RequestRecord, activities: ActivityProxies, messenger: Messenger) {
    this.#record = record;
    this.#activities = activities;
    this.#messenger = messenger;
  }

  /** True when every question received so far was heard or refused. */
  get idle(): boolean {
    return this.#pending === 0;
  }

  /** Takes one question in. Never throws: a bad one must not freeze the request. Drops what exceeds the bound. */
  receive(jws: string): void {
    this.#received += 1;
    if (this.#received > RECEIVED_MAX || typeof jws !== 'string') {
      log.warn('Dropped a question', { received: this.#received });
      return;
    }
    this.#pending += 1;
    this.#tail = this.#tail
      .then(() => this.#hear(jws))
      .finally(() => {
        this.#pending -= 1;
      });
  }

  /** Takes the agent's answer in. What does not answer an open question of an open request changes nothing. */
  answer(answer: QuestionAnswer): void {
    const { question, text } = answer ?? {};
    if (this.#record.closing !== undefined || !isAnswer(text)) return;
    const answered = this.#record.questions.answer(question, text);
    if (answered !== undefined) this.#messenger.passOn(answered);
  }

  async #hear(jws: string): Promise<void> {
    const hearing = await this.#ask(jws);
    if (hearing === undefined) return;
    if (!hearing.heard) {
      if (hearing.person !== undefined) this.#messenger.whisper(hearing.person, hearing.sentence);
      return;
    }
    const { question } = hearing;
    // The story may have moved on while the question was looked at: nobody would answer what no longer waits.
    if (this.#record.stage !== 'waiting') {
      const sentence = 'Your question came too late: the request no longer waits for people';
      return this.#messenger.whisper(question.person, sentence);
    }
    this.#record.questions.add(question);
    this.#messenger.put(question);
  }

  /** Undefined when nobody could look at it; the question is then not asked. */
  async #ask(jws: string): Promise<Hearing | undefined> {
    try {
      return await this.#activities.hear(hearingOf(this.#record, jws));
    } catch (error) {
      log.error('Could not hear a question', { error: sentenceOf(error) });
      this.#messenger.askAgain();
      return undefined;
    }
  }
}

function isAnswer(text: unknown): text is string {
  return typeof text === 'string' && text !== '' && text.length <= ANSWER_CHARS_MAX;
}
