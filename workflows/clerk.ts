/**
 * The clerk admits decisions, one after the other, in the order the history has them. Refused ones stay in the
 * history (the Signal and the admission's marker) and the clicker is told privately.
 */
import { log } from '@temporalio/workflow';
import type { AdmitResult, RefusedDecision } from '../activities/contract.ts';
import type { Admission } from '../src/domain/decision.ts';
import type { ActivityProxies } from './activity-proxies.ts';
import { sentenceOf } from './activity-sentence.ts';
import { admissionOf } from './inquiries.ts';
import type { Messenger } from './messenger.ts';
import type { RequestRecord } from './request-record.ts';

type Refused = Extract<Admission, { admitted: false }>;

export class Clerk {
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

  /** True when every decision and edit received so far was admitted or refused. */
  get idle(): boolean {
    return this.#pending === 0;
  }

  /** Takes one decision in. Never throws: a bad one must not freeze the request. Drops what exceeds the bound. */
  receive(jws: string): void {
    this.#received += 1;
    if (this.#received > this.#record.settings.decisionsMax || typeof jws !== 'string') {
      log.warn('Dropped a decision', { received: this.#received });
      if (this.#received === this.#record.settings.decisionsMax + 1) this.#messenger.refuseFurtherDecisions();
      return;
    }
    this.inTurn(() => this.#admit(jws));
  }

  /** Does work that changes what decisions are about after those received before it, and before those after it. */
  inTurn(work: () => Promise<void>): void {
    this.#pending += 1;
    this.#tail = this.#tail.then(work).finally(() => {
      this.#pending -= 1;
    });
  }

  async #admit(jws: string): Promise<void> {
    const result = await this.#ask(jws);
    if (result === undefined) return;
    const { admission } = result;
    if (admission.admitted) {
      // The story may have moved on while the admission ran: a vote counts only for what is still being asked. An
      // answer that is complete is drawn by what the story does next.
      const counted = this.#record.count(admission.vote, result);
      if (counted && !this.#record.asking?.isAnswered) this.#messenger.refreshCard();
      return;
    }
    if (admission.person !== undefined) {
      this.#messenger.whisper(admission.person, admission.sentence, this.#refusal(admission));
    }
  }

  /** For who counts refused decisions. */
  #refusal({ decisionId: id, why, surface }: Refused): RefusedDecision | undefined {
    if (id === undefined || surface === undefined) return undefined;
    return { id, why, surface, version: this.#record.version };
  }

  /** Undefined when no verdict was reached; the decision then does not count, and the clicker can click again. */
  async #ask(jws: string): Promise<AdmitResult | undefined> {
    try {
      return await this.#activities.admit(admissionOf(this.#record, jws));
    } catch (error) {
      log.error('Could not admit a decision', { error: sentenceOf(error) });
      this.#messenger.askToDecideAgain();
      return undefined;
    }
  }
}
