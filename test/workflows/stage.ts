/**
 * A stage for the `Request` workflow: the real dev server, the real workflow bundle, and activities that are played by
 * a script, so that each test can reach one corner of the story. The rooms behind the real activities have tests of
 * their own, and `test/e2e` runs everything together.
 */
import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { afterAll, vi } from 'vitest';
import type {
  Activities,
  AdmitInput,
  AdmitResult,
  AmendInput,
  AmendResult,
  StepInput,
  StepResult,
  UndoResult,
} from '../../activities/contract.ts';
import type { Amendment } from '../../src/domain/amendment.ts';
import type { Ask, JsonObject, ToolEffect } from '../../src/domain/ask.ts';
import type { CardView } from '../../src/domain/card.ts';
import type { Answer, Decision, DecisionRefusal } from '../../src/domain/decision.ts';
import type { Judgement, Plan } from '../../src/domain/plan.ts';
import type { Question } from '../../src/domain/question.ts';
import { quorum, unionOfNeeds } from '../../src/domain/quorum.ts';
import type { RequestInput, RequestSettings, RequestView } from '../../src/domain/request.ts';
import type { ApprovalGate, Gate, VerdictEffect } from '../../src/domain/verdict.ts';
import {
  AMENDMENT_SIGNAL,
  ASKS_QUERY,
  type AsksQuery,
  DECISION_SIGNAL,
  QUESTION_SIGNAL,
  SEARCH_ATTRIBUTES,
  VIEW_QUERY,
} from '../../workflows/messages.ts';
import { type TestTemporal, testTemporal } from '../support/temporal.ts';
import { recordHistory } from './record-history.ts';

/** How one step is judged and what running and undoing it does. Scripts are used up in order; the last one stays. */
export interface StepScript {
  readonly tool?: string;
  readonly runs?: string;
  readonly effect?: ToolEffect;
  readonly verdict?: VerdictEffect;
  readonly gates?: readonly Gate[];
  readonly results?: readonly (StepResult | Error | 'hang')[];
  readonly undo?: UndoResult | Error;
  /** How long undoing takes, so that something can happen meanwhile. */
  readonly undoMs?: number;
}

export interface Script {
  readonly steps: readonly StepScript[];
  readonly settings?: Partial<RequestSettings>;
  readonly waitAtMostMs?: number;
  readonly session?: string;
  /** Fails every rendering, as if Slack were down. */
  readonly slackDown?: boolean;
  readonly prepare?: Error;
  readonly judge?: Error;
  /** Whether enough people are there at each muster; the last answer stays. */
  readonly present?: readonly boolean[];
  /** So many people together break the glass; nobody where it is absent. */
  readonly glassOf?: number;
  /** So many admissions fail, as if the directory did not answer. */
  readonly directoryDown?: number;
  /** Fails looking at edits, as if the directory did not answer. */
  readonly amend?: Error;
  /** Name under which `test/histories` keeps how this request went. */
  readonly record?: string;
}

let shared: Promise<TestTemporal> | undefined;
afterAll(async () => (await shared)?.close());

export const gate = (group: string, count = 1, more: Partial<ApprovalGate> = {}): ApprovalGate => ({
  kind: 'approval',
  rule: `ask-${group}`,
  group,
  quorum: count,
  tier: 'medium',
  ttlMs: 3_600_000,
  ...more,
});

export const ran = (result: string): StepResult => ({ kind: 'done', tool: 'test.tool', result });
export const broken = (message: string): Error => ApplicationFailure.nonRetryable(message, 'outside-final');

/** Who may approve on this stage: everybody is in the group of their name's prefix, `platform-1` in `platform`. */
const groupOf = (person: string): string => person.replace(/-\d+$/, '');

export interface Stage {
  readonly id: string;
  readonly handle: WorkflowHandle;
  /** What the played activities were asked, in order. */
  readonly log: string[];
  readonly cards: CardView[];
  readonly whispers: { person: string; text: string }[];
  /** What executing was given, in order. */
  readonly executed: StepInput[];
  view(): Promise<RequestView>;
  /** Sends a decision as a click would; by default on the version and digest shown last. */
  decide(person: string, answer: Answer, over?: Partial<Decision>): Promise<void>;
  /** Sends an edit of the first step, by default of the version shown last. */
  edit(person: string, args: JsonObject, over?: Partial<Amendment>): Promise<void>;
  /** What can be edited now. */
  asks(): Promise<AsksQuery>;
  /** Sends a question as a submitted modal would, on the version shown last. */
  ask(person: string, text: string, over?: Partial<Question>): Promise<void>;
  /** Resolves when the request waits for people. */
  waiting(version?: number): Promise<RequestView>;
  closed(): Promise<RequestView>;
  /** Ends this worker and starts another, as a restart of the process would. */
  restartWorker(): Promise<void>;
  strikeWorker(): Promise<void>;
}

/** Runs `act` with a request on stage; the worker ends with it. */
export async function onStage(script: Script, act: (stage: Stage) => Promise<void>): Promise<void> {
  shared ??= testTemporal();
  const { client, connection, namespace, bundle } = await shared;
  const id = `req_test_${randomUUID()}`;
  const log: string[] = [];
  const cards: CardView[] = [];
  const whispers: { person: string; text: string }[] = [];
  const executed: StepInput[] = [];
  const played = play(script, log, cards, whispers);
  const activities: Activities = {
    ...played,
    execute: async (input) => {
      executed.push(input);
      return played.execute(input);
    },
  };
  const spawn = async () => {
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue: id,
      workflowBundle: bundle,
      activities,
      shutdownForceTime: '1s',
      // A task for a worker that is gone waits this long before any other may take it.
      stickyQueueScheduleToStartTimeout: '500ms',
    });
    return { worker, running: worker.run() };
  };
  let current: Awaited<ReturnType<typeof spawn>> | undefined = await spawn();
  const strike = async () => {
    current?.worker.shutdown();
    await current?.running;
    current = undefined;
  };
  const handle = await client.workflow.start('Request', {
    workflowId: id,
    taskQueue: id,
    args: [inputOf(id, script)],
    typedSearchAttributes: [{ key: SEARCH_ATTRIBUTES.status, value: 'running' }],
  });
  const view = () => handle.query<RequestView>(VIEW_QUERY);
  const waitFor = (wanted: (seen: RequestView) => boolean, what: string) =>
    vi.waitFor(
      async () => {
        const seen = await view();
        if (!wanted(seen)) throw new Error(`still ${seen.status} v${seen.version}, wanted ${what}`);
        return seen;
      },
      { timeout: 10_000, interval: 25 },
    );
  try {
    await act({
      id,
      handle,
      log,
      cards,
      whispers,
      executed,
      view,
      decide: async (person, answer, over = {}) => {
        const { version, digest = '' } = await view();
        const at = new Date().toISOString();
        const decision: Decision = {
          id: randomUUID(),
          request: id,
          version,
          digest,
          person,
          answer,
          surface: 'slack',
          at,
          ...over,
        };
        await handle.signal(DECISION_SIGNAL, JSON.stringify(decision));
      },
      ask: async (person, text, over = {}) => {
        const { version, digest = '' } = await view();
        const at = new Date().toISOString();
        const asked: Question = {
          ...{ id: `q_${randomUUID()}`, request: id, version, digest, person, text, surface: 'slack', at },
          ...over,
        };
        await handle.signal(QUESTION_SIGNAL, JSON.stringify(asked));
      },
      edit: async (person, args, over = {}) => {
        const { version, digest = '' } = await view();
        const at = new Date().toISOString();
        const amendment: Amendment = {
          ...{ id: randomUUID(), request: id, version, digest, step: 0, person, at },
          ...{ was: 'ask-0', ask: String(args.edit), reason: 'The other one', surface: 'slack' },
          ...over,
        };
        await handle.signal(AMENDMENT_SIGNAL, { jws: JSON.stringify(amendment), args });
      },
      asks: () => handle.query<AsksQuery>(ASKS_QUERY),
      waiting: (version = 1) =>
        waitFor((seen) => seen.status === 'waiting' && seen.version === version, `waiting v${version}`),
      closed: () => waitFor((seen) => seen.status === 'closed', 'closed'),
      restartWorker: async () => {
        await strike();
        current = await spawn();
      },
      strikeWorker: strike,
    });
    if (script.record !== undefined) await recordHistory(script.record, handle);
  } finally {
    await handle.terminate('the test is over').catch(() => undefined);
    await strike();
  }
}

function inputOf(id: string, { steps, settings, waitAtMostMs, session }: Script): RequestInput {
  const bounds = { attemptsMax: 2, backoffMs: 50, attemptTimeoutMs: 2_000 };
  return {
    id,
    agent: 'test-agent',
    reason: 'the test wants it',
    ...(waitAtMostMs === undefined ? {} : { waitAtMostMs }),
    ...(session === undefined ? {} : { session }),
    steps: steps.map(({ tool = 'test.tool' }, index) => ({ tool, args: { index } })),
    receivedAt: new Date().toISOString(),
    seal: 'sealed',
    settings: {
      readsLocally: true,
      executorQueue: id,
      approvalsQueue: id,
      execute: bounds,
      undo: bounds,
      render: bounds,
      versionsMax: 3,
      decisionsMax: 50,
      ...settings,
    },
  };
}

function play(
  script: Script,
  log: string[],
  cards: CardView[],
  whispers: { person: string; text: string }[],
): Activities {
  const used = new Map<number, number>();
  let down = script.directoryDown ?? 0;
  let mustered = 0;
  const show = (line: string) => {
    if (script.slackDown) throw ApplicationFailure.nonRetryable('Slack is down', 'outside-final');
    log.push(line);
  };
  return {
    judge: async () => {
      if (script.judge) throw script.judge;
      return judgementOf(script);
    },
    admit: async (input) => {
      down -= 1;
      if (down >= 0) throw ApplicationFailure.retryable('The directory does not answer', 'unavailable');
      return admissionOf(input, script.glassOf);
    },
    muster: async ({ gates }) => {
      log.push(`muster ${gates.map(({ group }) => group).join(' ')}`);
      const enough =
        (script.present ?? [true])[Math.min(mustered, (script.present?.length ?? 1) - 1)] ?? true;
      mustered += 1;
      return { needs: unionOfNeeds(gates), enough, fallbacks: [], alertChannel: 'operators' };
    },
    amend: async (input) => amendedBy(input, script),
    hear: async ({ jws, stage, excluded, asked }) => {
      const question = JSON.parse(jws) as Question;
      const { person } = question;
      if (stage !== 'waiting') return { heard: false, sentence: 'Refused: too-late', person };
      if (excluded.includes(person)) return { heard: false, sentence: 'Refused: excluded', person };
      if (asked.includes(question.id)) return { heard: false, sentence: 'Refused: repeated' };
      return { heard: true, question };
    },
    prepare: async ({ version, tools, request }) => {
      if (script.prepare) throw script.prepare;
      log.push(`prepare v${version}`);
      if (request.steps.some(({ args }) => args.broken === true))
        throw ApplicationFailure.nonRetryable('No such branch', 'outside-final');
      return planOf(script, version, tools, request.steps);
    },
    execute: async ({ step, plan, decisions }: StepInput) => {
      const results = script.steps[step]?.results ?? [ran(`result ${step}`)];
      const turn = used.get(step) ?? 0;
      used.set(step, turn + 1);
      log.push(`execute ${step}${plan === undefined ? '' : ` v${plan.version} by ${decisions.length}`}`);
      const result = results[Math.min(turn, results.length - 1)] ?? ran('');
      if (result === 'hang') return Context.current().cancelled;
      if (result instanceof Error) throw result;
      return result;
    },
    undo: async ({ step }) => {
      log.push(`undo ${step}`);
      await Context.current().sleep(script.steps[step]?.undoMs ?? 0);
      const undo = script.steps[step]?.undo ?? { kind: 'undone', sentence: 'It was taken back.' };
      if (undo instanceof Error) throw undo;
      return undo;
    },
    showCard: async ({ view }) => {
      show(`card ${view.state} v${view.version}`);
      cards.push(view);
    },
    sayInThread: async ({ text }) => show(`thread ${text}`),
    whisper: async ({ person, text }) => {
      show(`whisper ${person}`);
      whispers.push({ person, text });
    },
    tell: async ({ person }) => show(`tell ${person}`),
    announce: async ({ channel }) => show(`announce ${channel}`),
  };
}

function judgementOf({ steps }: Script): Judgement {
  return {
    policyVersion: 'p-test',
    owner: 'owner-1',
    digest: 'digest-0',
    steps: steps.map(({ tool = 'test.tool', runs = tool, effect = 'write', verdict, gates = [] }) => ({
      verdict: {
        effect: verdict ?? (gates.some(({ kind }) => kind === 'approval') ? 'approve' : 'allow'),
        rules: [{ id: 'rule', sentence: `The rule for ${tool}.` }],
        gates,
        policyVersion: 'p-test',
      },
      tool: runs,
      effect,
      reversibility: 'reversible',
      target: { kind: 'thing', id: 'thing', label: 'a thing', scope: 'test', tier: 1, traits: [] },
    })),
  };
}

function planOf({ steps }: Script, version: number, tools: readonly string[], asks: readonly Ask[]): Plan {
  return {
    version,
    digest: `digest-${version}`,
    stepDigests: steps.map((_, index) => `step-${index}`),
    steps: steps.map(({ effect = 'write' }, index) => ({
      index,
      ask: digestOf(asks[index], index),
      tool: tools[index] ?? '',
      title: 'Touch',
      effect,
      reversibility: 'reversible',
      target: { kind: 'thing', id: 'thing', label: 'a thing', scope: 'test', tier: 1, traits: [] },
      facts: [],
      undo: 'It is put back.',
    })),
  };
}

/** Stands for the digest of a step: an edit names its own. */
function digestOf(ask: Ask | undefined, index: number): string {
  const { edit } = ask?.args ?? {};
  return typeof edit === 'string' ? edit : `ask-${index}`;
}

/** Taking an edit up as the real one orders it, with an unsigned amendment in place of a JWS. */
function amendedBy(input: AmendInput, script: Script): AmendResult {
  const { jws, args, request, stage, version, digest, excluded, needs, held, from } = input;
  const amendment = JSON.parse(jws) as Amendment;
  const { person, step } = amendment;
  const refuse = (why: string): AmendResult => ({ taken: false, sentence: `Refused: ${why}`, person });
  if (script.amend instanceof Error) throw script.amend;
  if (stage !== 'waiting') return refuse('too-late');
  if (amendment.version !== version || amendment.digest !== digest) return refuse('wrong-version');
  if (excluded.includes(person)) return refuse('excluded');
  if (!needs.some(({ groups }) => groups.includes(groupOf(person)))) return refuse('not-eligible');
  if (args.deny === true) return refuse('policy denies it');
  const ask = { tool: request.steps[step]?.tool ?? '', args };
  const judged = judgementOf(script).steps.slice(from);
  return {
    taken: true,
    signed: { amendment, jws },
    ask,
    judged: judged.map((one, at) => ({
      ...one,
      verdict: { ...one.verdict, gates: held[from + at]?.gates ?? [] },
    })),
    changes: [{ field: 'edit', now: String(args.edit) }],
  };
}

/** Admission as the real one orders it, with an unsigned decision in place of a JWS. */
function admissionOf(
  { jws, version, digest, stage, expiresAt, needs, excluded, votes, editors = [] }: AdmitInput,
  glassOf = Number.POSITIVE_INFINITY,
): AdmitResult {
  const earlier = votes.map((vote) => JSON.parse(vote) as Decision);
  const refuse = (why: DecisionRefusal, decision?: Decision): AdmitResult => ({
    admission: {
      admitted: false,
      why,
      sentence: `Refused: ${why}`,
      ...(decision === undefined ? {} : { decisionId: decision.id, person: decision.person }),
    },
    quorum: quorum(needs, []),
  });
  let decision: Decision;
  try {
    decision = JSON.parse(jws) as Decision;
  } catch {
    return refuse('bad-signature');
  }
  if (stage !== 'waiting' || decision.at > (expiresAt ?? decision.at)) return refuse('too-late', decision);
  if (decision.version !== version) return refuse('wrong-version', decision);
  if (decision.digest !== digest) return refuse('wrong-digest', decision);
  if (decision.answer === 'approve' && editors.includes(decision.person)) return refuse('own-edit', decision);
  if (excluded.includes(decision.person)) return refuse('excluded', decision);
  if (decision.breakGlass !== true && !needs.some(({ groups }) => groups.includes(groupOf(decision.person))))
    return refuse('not-eligible', decision);
  if (earlier.some(({ person }) => person === decision.person)) return refuse('duplicate', decision);
  const approvers = [...earlier, decision]
    .filter(({ answer }) => answer === 'approve')
    .map(({ person }) => person);
  const by = [...earlier, decision].filter(({ breakGlass }) => breakGlass).map(({ person }) => person);
  const state = quorum(
    needs,
    approvers.map((person) => ({ person, groups: [groupOf(person)] })),
  );
  return {
    admission: { admitted: true, vote: { decision, jws } },
    ...(by.length < glassOf
      ? { quorum: state }
      : { quorum: { ...state, met: true }, glass: { by, channel: 'emergencies', review: 'reviewers' } }),
  };
}
