/**
 * The messenger shows the request's state to people. Only the request's own workflow writes its card: one rendering
 * at a time, always of the newest state, so bursts of changes cost one call and the last one always wins.
 *
 * Nothing the story decides waits for the messenger, except that the workflow stays open until the last card is out.
 */
import { log } from '@temporalio/workflow';
import type { ApprovalActivities, BrokenGlass, RefusedDecision } from '../activities/contract.ts';
import type { Amendment } from '../src/domain/amendment.ts';
import type { CardView, OpenApproval } from '../src/domain/card.ts';
import type { Question, QuestionView } from '../src/domain/question.ts';
import type { ActivityProxies } from './activity-proxies.ts';
import { sentenceOf } from './activity-sentence.ts';
import type { Asking } from './asking.ts';
import { cardOf, openApprovalOf } from './card-view.ts';
import type { RequestRecord } from './request-record.ts';
import type { WaitStage } from './wait-stages.ts';

interface Drawing {
  readonly view: CardView;
  readonly open?: OpenApproval;
}

export class Messenger {
  readonly #record: RequestRecord;
  readonly #activities: ActivityProxies;
  readonly #wanted = new Map<number, Drawing>();
  #shown: Asking | undefined;
  #seq = 0;
  #drawing = false;
  #sent = 0;
  #errands = 0;
  #unchecked = 0;

  constructor(record: RequestRecord, activities: ActivityProxies) {
    this.#record = record;
    this.#activities = activities;
  }

  get idle(): boolean {
    return !this.#drawing && this.#wanted.size === 0 && this.#errands === 0;
  }

  /** Posts the card of a new version, and retires the one before it. */
  openCard(): void {
    const { asking } = this.#record;
    if (this.#shown !== undefined) this.#draw({ view: { ...this.#card(this.#shown), state: 'replaced' } });
    if (asking !== undefined)
      this.#draw({ view: this.#card(asking), open: openApprovalOf(this.#record, asking) });
    this.#shown = asking;
  }

  /** Brings the card up to date; nothing where no card was ever shown. */
  refreshCard(): void {
    if (this.#shown === undefined) return;
    const view = this.#card(this.#shown);
    const open = this.#wanted.get(view.version)?.open;
    this.#draw({ view, ...(open === undefined ? {} : { open }) });
  }

  /**
   * The last drawing, and a message to those the request is of. Silent for requests nobody was asked about, except
   * where something stands that should not.
   */
  closeCard(): void {
    const { id: request, concerned, closing, hasStandingEffects } = this.#record;
    const wrong = hasStandingEffects && closing?.outcome !== 'executed';
    if (this.#shown === undefined && !wrong) return;
    const text = `${request} closed as ${closing?.outcome.replaceAll('_', ' ')}: ${closing?.message}`;
    this.refreshCard();
    if (this.#shown !== undefined) this.#say('closed', text, []);
    for (const person of concerned) {
      this.#errand('tell', { request, person, key: `${request}:closed:${person}`, text });
    }
  }

  /** What a stage of the wait ends with: one line in the thread, naming those who may decide by now. */
  nudge({ key, says, groups }: Pick<WaitStage, 'key' | 'says' | 'groups'>): void {
    this.#say(key, says, groups);
  }

  /** Out of hours for everybody who is asked first: nobody is waited for who sleeps while somebody else is awake. */
  askAtOnce(groups: readonly string[]): void {
    const says = 'It is out of hours for everybody who is asked first; the next group is asked at once.';
    this.#say('out-of-hours', says, groups);
  }

  /** For operators: a request that nobody was left to decide. */
  alert(channel: string, text: string): void {
    const { id } = this.#record;
    this.#errand('announce', { channel, key: `${id}:alert`, text: `${id}: ${text}` });
  }

  /** Loud on purpose: whoever breaks the glass is seen doing it. */
  announceBrokenGlass({ by, channel }: BrokenGlass): void {
    const { id, asking, input, version } = this.#record;
    const reasons = (asking?.votes ?? []).flatMap(({ decision: { breakGlass, person, reason = '' } }) =>
      breakGlass === true && by.includes(person) ? [`${person}: ${reason}`] : [],
    );
    const text = `EMERGENCY: ${by.join(' and ')} overrode the approvals of ${id} by ${input.agent}. ${reasons.join('; ')}`;
    this.#errand('announce', { channel, key: `${id}:v${version}:glass`, text });
    this.#say('glass', text, []);
  }

  announce(step: number, channel: string): void {
    const { id, input } = this.#record;
    const { tool, scope } = this.#record.step(step);
    const text = `${input.agent} is about to run ${tool} on ${scope}`;
    this.#errand('announce', { channel, key: `${id}:${step}:notice:${channel}`, text });
  }

  whisper(person: string, text: string, refusal?: RefusedDecision): void {
    const { id: request } = this.#record;
    this.#errand('whisper', { request, person, text, ...(refusal === undefined ? {} : { refusal }) });
  }

  /** For a decision on which no verdict was reached: nobody knows who clicked, so everybody at the card is told. */
  askToDecideAgain(): void {
    this.#unchecked += 1;
    this.#say(
      `unchecked-${this.#unchecked}`,
      'A decision could not be checked and does not count. Please decide again.',
      [],
    );
  }

  /** An approver's question: on the card and in the thread. The agent reads it in its request. */
  put({ id, person, text }: Question): void {
    this.refreshCard();
    this.#say(`question-${id}`, 'asks the agent (the time to decide keeps running):', [], {
      by: person,
      quote: text,
    });
  }

  /** The agent's answer: on the card, in the thread, and to whoever asked. */
  passOn({ id, by, answer = '' }: QuestionView): void {
    const request = this.#record.id;
    const text = 'An answer, written by the agent, unverified:';
    this.refreshCard();
    this.#say(`answer-${id}`, text, [], { quote: answer });
    const told = `You asked about ${request}. ${text}`;
    this.#errand('tell', {
      request,
      person: by,
      key: `${request}:answer-${id}:${by}`,
      text: told,
      quote: answer,
    });
  }

  /** For a question that nobody could look at: nobody knows who asked, so everybody at the card is told. */
  askAgain(): void {
    this.#unchecked += 1;
    this.#say(
      `unheard-${this.#unchecked}`,
      'A question could not be checked and was not asked. Please ask again.',
      [],
    );
  }

  /** The next version's card shows how the step differs; this says what became of the decisions so far. */
  sayEdited({ id, person, step, reason }: Amendment): void {
    this.#say(`edited-${id}`, `edited step ${step + 1}; earlier decisions no longer count:`, [], {
      by: person,
      quote: reason,
    });
  }

  /** Said to everybody, because the decisions before it are void all the same. */
  sayEditTakenBack({ id, person, step }: Amendment, sentence: string): void {
    const text = `The edit of step ${step + 1} by ${person} was taken back, and the request is asked as before: ${sentence}`;
    this.#say(`taken-back-${id}`, text, []);
  }

  askToEditAgain(): void {
    this.#unchecked += 1;
    this.#say(
      `unedited-${this.#unchecked}`,
      'An edit could not be checked and was not taken up. Please edit again.',
      [],
    );
  }

  refuseFurtherEdits(): void {
    this.#say('edits-full', 'So many edits arrived that further ones are not looked at.', []);
  }

  refuseFurtherDecisions(): void {
    this.#say(
      'full',
      'So many decisions arrived that further ones are not looked at; ask again in a new request.',
      [],
    );
  }

  #say(
    what: string,
    text: string,
    mentionGroups: readonly string[],
    more: { readonly by?: string; readonly quote?: string } = {},
  ): void {
    const { id: request, version } = this.#record;
    const key = `${request}:v${version}:${what}`;
    this.#errand('sayInThread', { request, key, text, mentionGroups, ...more });
  }

  #card(asking: Asking): CardView {
    this.#seq += 1;
    return cardOf(this.#record, asking, this.#seq);
  }

  #draw(drawing: Drawing): void {
    this.#wanted.set(drawing.view.version, drawing);
    if (!this.#drawing) void this.#drawAll();
  }

  async #drawAll(): Promise<void> {
    this.#drawing = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#wanted.delete(next.view.version);
      await this.#show('showCard', `card-${next.view.seq}`, next);
    }
    this.#drawing = false;
  }

  #next(): Drawing | undefined {
    return this.#wanted.values().next().value;
  }

  #errand<K extends keyof ApprovalActivities>(name: K, input: Parameters<ApprovalActivities[K]>[0]): void {
    this.#sent += 1;
    this.#errands += 1;
    // Numbered, because two alike may be under way at once, and ids of pending activities must differ.
    void this.#show(name, `${name}-${this.#sent}`, input).finally(() => {
      this.#errands -= 1;
    });
  }

  async #show<K extends keyof ApprovalActivities>(
    name: K,
    id: string,
    input: Parameters<ApprovalActivities[K]>[0],
  ): Promise<void> {
    try {
      await this.#activities.show(name, id, input);
    } catch (error) {
      log.error('Gave up showing', { what: name, id, error: sentenceOf(error) });
    }
  }
}
