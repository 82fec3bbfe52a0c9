/**
 * Editing: signed edits are looked at in turn with the clerk's decisions, in the order the history has them. One that is
 * taken up voids what was decided so far, and the story asks again; one that is refused changes nothing, stays in the
 * history, and its editor is told privately.
 */
import { log } from '@temporalio/workflow';
import type { AmendResult } from '../activities/contract.ts';
import { AMENDMENTS_MAX, type HandedAmendment } from '../src/domain/amendment.ts';
import type { ActivityProxies } from './activity-proxies.ts';
import { sentenceOf } from './activity-sentence.ts';
import type { Clerk } from './clerk.ts';
import { amendingOf } from './inquiries.ts';
import type { Messenger } from './messenger.ts';
import type { RequestRecord } from './request-record.ts';

export class Editing {
  readonly #record: RequestRecord;
  readonly #activities: ActivityProxies;
  readonly #clerk: Clerk;
  readonly #messenger: Messenger;
  #received = 0;

  constructor(record: RequestRecord, activities: ActivityProxies, clerk: Clerk, messenger: Messenger) {
    this.#record = record;
    this.#activities = activities;
    this.#clerk = clerk;
    this.#messenger = messenger;
  }

  /** Takes one edit in. Never throws: a bad one must not freeze the request. Drops what exceeds the bound. */
  receive(handed: HandedAmendment): void {
    this.#received += 1;
    if (this.#received > AMENDMENTS_MAX || !isHanded(handed)) {
      log.warn('Dropped an edit', { received: this.#received });
      if (this.#received === AMENDMENTS_MAX + 1) this.#messenger.refuseFurtherEdits();
      return;
    }
    this.#clerk.inTurn(() => this.#take(handed));
  }

  async #take(handed: HandedAmendment): Promise<void> {
    const result = await this.#ask(handed);
    if (result === undefined) return;
    if (!result.taken) {
      if (result.person !== undefined) this.#messenger.whisper(result.person, result.sentence);
      return;
    }
    const { amendment } = result.signed;
    if (this.#record.amend(result)) return this.#messenger.sayEdited(amendment);
    this.#messenger.whisper(amendment.person, 'This edit came too late: the request was decided meanwhile');
  }

  /** Undefined when no verdict was reached; the edit then does not count, and the editor can try again. */
  async #ask(handed: HandedAmendment): Promise<AmendResult | undefined> {
    try {
      return await this.#activities.amend(amendingOf(this.#record, handed));
    } catch (error) {
      log.error('Could not look at an edit', { error: sentenceOf(error) });
      this.#messenger.askToEditAgain();
      return undefined;
    }
  }
}

function isHanded(handed: unknown): handed is HandedAmendment {
  if (typeof handed !== 'object' || handed === null || !('jws' in handed) || !('args' in handed))
    return false;
  const { jws, args } = handed;
  return typeof jws === 'string' && typeof args === 'object' && args !== null;
}
