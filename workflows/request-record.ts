/**
 * The record: everything a request knows, kept as facts with who and when. The story writes it; the query, the card
 * and the search attributes read it. It decides nothing but what follows from its own facts.
 */
import type { AmendResult, UndoResult } from '../activities/contract.ts';
import { editorsOf, type SignedAmendment } from '../src/domain/amendment.ts';
import { effectsOf, outcomeAfterUndo, stands } from '../src/domain/closing.ts';
import type { Vote } from '../src/domain/decision.ts';
import { type Closing, mayRevise } from '../src/domain/outcome.ts';
import type { Judgement, Plan } from '../src/domain/plan.ts';
import type { Need } from '../src/domain/quorum.ts';
import type { RequestInput, RequestSettings } from '../src/domain/request.ts';
import { type ApprovalGate, approvalGates, type NoticeGate, type Verdict } from '../src/domain/verdict.ts';
import { Asking, type Counted } from './asking.ts';
import type { Ending } from './endings.ts';
import { QuestionList } from './question-list.ts';
import { askedStep, type Done, putBack, type Refused, type StepRecord } from './step-record.ts';

type Stage = 'judging' | 'waiting' | 'running' | 'undoing' | 'closed';

export class RequestRecord {
  readonly input: RequestInput;
  readonly steps: readonly StepRecord[];
  readonly questions = new QuestionList();
  #stage: Stage = 'judging';
  #judgement: Judgement | undefined;
  #asking: Asking | undefined;
  #reopenings = 0;
  #edits = 0;
  #beforeEdit: readonly StepRecord[] = [];
  #cancelledAt: string | undefined;
  #closing: Closing | undefined;

  constructor(input: RequestInput) {
    this.input = input;
    this.steps = input.steps.map(askedStep);
  }

  // Facts as they become known, in the order of the story.

  judged(judgement: Judgement): void {
    this.#judgement = judgement;
    this.#stage = 'running';
    for (const [index, { verdict, tool, effect, target }] of judgement.steps.entries()) {
      Object.assign(this.step(index), { verdict, tool, effect, target: target.label, scope: target.scope });
    }
  }

  cancel(): void {
    this.#cancelledAt ??= new Date().toISOString();
  }

  ask(plan: Plan, from: number, ttlMs: number, needs?: readonly Need[]): void {
    const editors = this.editorsFrom(from);
    this.#asking = new Asking(plan, this.gatesFrom(from), { from, ttlMs, needs, editors });
    this.#beforeEdit = [];
    this.#stage = 'waiting';
    for (const { index, effect, target } of plan.steps.slice(from)) {
      Object.assign(this.step(index), {
        status: 'waiting',
        effect,
        target: target.label,
        scope: target.scope,
      });
    }
  }

  /** Counts an admitted vote, unless the story has moved on since. A deny counts until execution started. */
  count(vote: Vote, counted: Counted): boolean {
    return this.#stage === 'waiting' && (this.#asking?.count(vote, counted) ?? false);
  }

  approve(): void {
    this.#asking?.approve();
    this.#stage = 'running';
    for (const step of this.steps) if (step.status === 'waiting') step.status = 'pending';
  }

  /** Takes an edit up: what was asked is void and is asked again. False when it was decided or edited meanwhile. */
  amend({ signed, ask, judged, changes }: Extract<AmendResult, { taken: true }>): boolean {
    const asking = this.#asking;
    if (this.#stage !== 'waiting' || asking === undefined || !asking.amend(signed)) return false;
    this.#edits += 1;
    this.#beforeEdit = this.steps.map((step) => ({ ...step }));
    const edited = this.step(signed.amendment.step);
    Object.assign(edited, { ask, changes, amendments: [...(edited.amendments ?? []), signed] });
    for (const [at, { verdict, effect, target }] of judged.entries()) {
      const step = this.step(asking.from + at);
      const tool = verdict.downscopeTo ?? step.ask.tool;
      Object.assign(step, { verdict, tool, effect, target: target.label, scope: target.scope });
    }
    return true;
  }

  /** Takes back an edit that nobody was asked about yet; undefined where there is none. */
  takeBackEdit(): SignedAmendment | undefined {
    for (const [index, before] of this.#beforeEdit.entries()) putBack(this.step(index), before);
    const edit = this.#beforeEdit.length === 0 ? undefined : this.#asking?.amendment;
    this.#beforeEdit = [];
    return edit;
  }

  start(index: number): void {
    this.step(index).status = 'running';
  }

  done(index: number, { tool, result, withheld }: Done): void {
    const taken = withheld === undefined ? {} : { withheld };
    Object.assign(this.step(index), { status: 'done', tool, result, ...taken });
  }

  /** A step refused on a retry may have happened before: then it counts as failed, and is found out about by its undo. */
  refused(index: number, { sentence, mayHaveHappened }: Refused): void {
    Object.assign(this.step(index), {
      status: mayHaveHappened === true ? 'failed' : 'skipped',
      error: sentence,
    });
  }

  failed(index: number, sentence: string): void {
    Object.assign(this.step(index), { status: 'failed', error: sentence });
  }

  /** The step goes back to people, under the fresh verdict where that is what refused it. */
  reopen(index: number, verdict: Verdict | undefined): void {
    const step = this.step(index);
    this.#reopenings += 1;
    step.status = 'pending';
    delete step.error;
    if (verdict === undefined) return;
    step.verdict = verdict;
    step.tool = verdict.downscopeTo ?? step.ask.tool;
  }

  undoing(): void {
    this.#stage = 'undoing';
  }

  undone(index: number, { kind, sentence }: UndoResult): void {
    const step = this.step(index);
    if (kind === 'nothing') return;
    if (kind === 'stands') step.error = sentence;
    step.status = kind === 'stands' ? 'undo_failed' : 'undone';
  }

  close({ outcome: cause, message }: Ending): void {
    for (const step of this.steps)
      if (step.status === 'pending' || step.status === 'waiting') step.status = 'skipped';
    const outcome = outcomeAfterUndo(cause, this.steps);
    const revise = mayRevise(outcome);
    const effects = effectsOf(this.steps);
    const at = new Date().toISOString();
    this.#stage = 'closed';
    this.#closing = { outcome, effects, ...(revise === undefined ? {} : { mayRevise: revise }), message, at };
  }

  // What follows from the facts.

  get id(): string {
    return this.input.id;
  }
  get settings(): RequestSettings {
    return this.input.settings;
  }
  get owner(): string {
    return this.#judgement?.owner ?? '';
  }
  /** Who may never decide about it; executors and admission ask anew who that is. */
  get excluded(): readonly string[] {
    const { editor } = this.#judgement ?? {};
    return [...new Set([...this.concerned, ...(editor === undefined ? [] : [editor])])];
  }
  /** Whose request it is: told how it ended. */
  get concerned(): readonly string[] {
    const { onBehalfOf, requestedBy } = this.input;
    return [...new Set([this.owner, onBehalfOf, requestedBy].filter((person) => person !== undefined))];
  }
  get judgement(): Judgement | undefined {
    return this.#judgement;
  }
  get asking(): Asking | undefined {
    return this.#asking;
  }
  get stage(): Stage {
    return this.#stage;
  }
  get cancelled(): boolean {
    return this.#cancelledAt !== undefined;
  }
  get closing(): Closing | undefined {
    return this.#closing;
  }
  /** The version people were last shown; 0 when nobody was asked. */
  get version(): number {
    return this.#asking?.plan.version ?? 0;
  }
  /** The sentence of the first denied step; undefined when none is. A step without verdict is denied. */
  get denial(): string | undefined {
    const denied = this.steps.find(({ verdict }) => verdict === undefined || verdict.effect === 'deny');
    return denied && (denied.verdict?.rules[0]?.sentence ?? 'Policy gave no verdict.');
  }
  /** Steps whose effect may exist, in the order they ran. */
  get startedSteps(): readonly number[] {
    return [...this.steps.entries()]
      .filter(([, { effect, status }]) => effect !== 'read' && (status === 'done' || status === 'failed'))
      .map(([index]) => index);
  }
  /** Whether steps went back so often that going on would be endless. */
  get isStale(): boolean {
    return this.#reopenings > this.settings.versionsMax;
  }
  /** Whether the plan was shown so often that showing it again would be endless; edits have a bound of their own. */
  get isShownTooOften(): boolean {
    return this.version - this.#edits >= this.settings.versionsMax;
  }
  /** Whether an edit was taken up that nobody was asked about yet. */
  get hasNewEdit(): boolean {
    return this.#beforeEdit.length > 0;
  }
  /** Which steps people edited, and who did so last. */
  get editedSteps(): readonly { readonly step: number; readonly by: string }[] {
    return this.steps.flatMap(({ amendments }, step) => {
      const by = amendments?.at(-1)?.amendment.person;
      return by === undefined ? [] : [{ step, by }];
    });
  }
  get hasStandingEffects(): boolean {
    return this.steps.some(stands);
  }
  /** The decisions that executors are shown: none before the quorum was met. */
  get decisions(): readonly string[] {
    return this.#asking?.approvedAt === undefined ? [] : this.#asking.votes.map(({ jws }) => jws);
  }

  step(index: number): StepRecord {
    const step = this.steps[index];
    if (step === undefined)
      throw new RangeError(`Cannot read step ${index}: the request has ${this.steps.length}`);
    return step;
  }
  isGated(index: number): boolean {
    return this.step(index).verdict?.gates.some((gate) => gate.kind === 'approval') ?? true;
  }
  /**
   * The approval gates of the steps from `from` on. Where only free steps are left and yet their targets drifted, all
   * gates of the plan: the people who approved it are asked again.
   */
  gatesFrom(from: number): readonly ApprovalGate[] {
    const gatesOf = (steps: readonly StepRecord[]) =>
      steps.flatMap(({ verdict }) => (verdict === undefined ? [] : approvalGates(verdict)));
    const gates = gatesOf(this.steps.slice(from));
    return gates.length > 0 ? gates : gatesOf(this.steps);
  }
  /** Who may not approve the steps from `from` on because they edited one of them: nobody where every gate lets them. */
  editorsFrom(from: number): readonly string[] {
    const editors = editorsOf(this.steps.slice(from).map(({ amendments }) => amendments));
    return this.gatesFrom(from).every(({ editorMayApprove }) => editorMayApprove === true) ? [] : editors;
  }
  noticesOf(index: number): readonly NoticeGate[] {
    return this.step(index).verdict?.gates.filter((gate) => gate.kind === 'notice') ?? [];
  }

  /** Who is behind the request, as far as anybody is. */
  get parties() {
    const { agent, onBehalfOf, requestedBy } = this.input;
    const { owner, editor } = this.#judgement ?? { owner: '' };
    return {
      agent,
      owner,
      ...(editor === undefined ? {} : { editor }),
      ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
      ...(requestedBy === undefined ? {} : { requestedBy }),
    };
  }
}
