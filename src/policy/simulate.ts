/**
 * What a candidate policy would have said about the past: the facts recorded in histories, judged again.
 *
 * Steps whose history keeps no facts can't be judged again; they are counted and taken as unchanged, never guessed.
 * Nothing here reads a history or keeps one: requests are added one by one, and only sums and a few examples stay.
 */
import type { StepFacts } from '../domain/facts.ts';
import type { JudgedStep, Judgement } from '../domain/plan.ts';
import type { Policy } from '../domain/ports.ts';
import {
  approvalGates,
  policyVerdict,
  strictest,
  type Verdict,
  type VerdictEffect,
} from '../domain/verdict.ts';
import { type Change, changeBook } from './changes.ts';
import { factsFrom } from './facts.ts';
import { phraseOf } from './phrase.ts';
import { type PromptRow, promptBook } from './prompts.ts';

/** A request of the past. Without a judgement it is only counted. */
export interface PastRequest {
  readonly id: string;
  /** ISO 8601 in UTC; its first ten characters are the day. */
  readonly at: string;
  readonly judgement?: Judgement;
}

/** One step that would end otherwise. */
export interface TurnedStep {
  readonly request: string;
  readonly step: number;
  readonly tool: string;
  readonly was: string;
  readonly now: string;
}

/** A count with the first few of what it counts. */
export interface Turned {
  readonly count: number;
  readonly examples: readonly TurnedStep[];
}

export interface SimulationReport {
  readonly candidate: string;
  readonly requests: number;
  /** Requests that were never judged, or whose history can't be read. */
  readonly notJudged: number;
  readonly steps: {
    readonly replayed: number;
    readonly changed: number;
    /** `noFacts`: none that can be read were recorded. `notGathered`: the candidate reads others than were gathered. */
    readonly notReplayable: { readonly noFacts: number; readonly notGathered: number };
  };
  readonly changes: readonly Change[];
  /** Requests that would ask a group now and did not, and the other way round, by day. */
  readonly prompts: readonly PromptRow[];
  /** Was asked or denied, would run without asking anybody. */
  readonly unasked: Turned;
  /** Was not denied, would be. */
  readonly denied: Turned;
}

/** Requests go in, a report comes out at any time. */
export interface Simulation {
  add(request: PastRequest): void;
  report(): SimulationReport;
}

const EXAMPLES_MAX = 10;

/** Begins a simulation of `candidate`, which is never asked about anything but recorded facts. */
export function createSimulation(candidate: Candidate): Simulation {
  const [changes, prompts] = [changeBook(), promptBook()];
  const [unasked, denied] = [turnedBook(), turnedBook()];
  const count = { requests: 0, notJudged: 0, replayed: 0, changed: 0, noFacts: 0, notGathered: 0 };
  const compare = (request: string, { was, now, ...at }: Compared) => {
    const turned = { request, ...at, was: phraseOf(was), now: phraseOf(now) };
    if (turned.was === turned.now) return;
    count.changed += 1;
    changes.add(request, was, now);
    if (isAsked(was) && !isAsked(now)) unasked.add(turned);
    if (was.effect !== 'deny' && now.effect === 'deny') denied.add(turned);
  };
  const replay = (request: string, { verdict, facts: kept }: JudgedStep, step: number): Verdict => {
    const was = policyVerdict(verdict);
    const facts = replayable(candidate, kept);
    if (typeof facts === 'string') {
      count[facts] += 1;
      return was;
    }
    count.replayed += 1;
    const now = candidate.decide(facts);
    compare(request, { step, tool: facts.tool, was, now });
    return now;
  };
  return Object.freeze({
    add: ({ id, at, judgement }: PastRequest) => {
      count.requests += 1;
      if (judgement === undefined) count.notJudged += 1;
      const steps = judgement?.steps ?? [];
      const was = steps.map(({ verdict }) => policyVerdict(verdict));
      const now = steps.map((step, index) => replay(id, step, index));
      prompts.add(at.slice(0, 10), groupsAsked(was), groupsAsked(now));
    },
    report: () => {
      const { requests, notJudged, replayed, changed, ...notReplayable } = count;
      return {
        ...{ candidate: candidate.version, requests, notJudged },
        ...{ steps: { replayed, changed, notReplayable }, changes: changes.rows(), prompts: prompts.rows() },
        ...{ unasked: unasked.turned(), denied: denied.turned() },
      };
    },
  });
}

type Candidate = Pick<Policy, 'version' | 'decide' | 'mentions'>;

interface Compared {
  readonly step: number;
  readonly tool: string;
  readonly was: Verdict;
  readonly now: Verdict;
}

/** The recorded facts if the candidate can be asked about them, else why it can't. */
function replayable(candidate: Candidate, kept: JudgedStep['facts']): StepFacts | 'noFacts' | 'notGathered' {
  const facts = readable(kept);
  if (facts === undefined) return 'noFacts';
  const { gathered, tool } = facts;
  const reads = gathered === undefined ? [] : [...candidate.mentions(tool)];
  return reads.every((fact) => gathered?.includes(fact)) ? facts : 'notGathered';
}

function readable(kept: JudgedStep['facts']): StepFacts | undefined {
  if (kept === undefined) return undefined;
  try {
    return factsFrom(kept);
  } catch {
    // Somebody else can write to the namespace; what is no facts of ours is as good as none.
    return undefined;
  }
}

/** Whether somebody must agree first, or nobody can. */
function isAsked(verdict: Verdict): boolean {
  return verdict.effect === 'deny' || approvalGates(verdict).length > 0;
}

/** The groups that the card of a request goes to; none where one step is denied, because then nothing is asked. */
function groupsAsked(verdicts: readonly Verdict[]): ReadonlySet<string> {
  const effects: readonly VerdictEffect[] = verdicts.map(({ effect }) => effect);
  if (strictest(effects) === 'deny') return new Set();
  return new Set(verdicts.flatMap((verdict) => approvalGates(verdict).map(({ group }) => group)));
}

function turnedBook() {
  const examples: TurnedStep[] = [];
  let count = 0;
  return {
    add: (one: TurnedStep) => {
      count += 1;
      if (examples.length < EXAMPLES_MAX) examples.push(one);
    },
    turned: (): Turned => ({ count, examples: [...examples] }),
  };
}
