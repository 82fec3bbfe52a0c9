/**
 * The activities with their queues, time-outs and explicit ids. Everything here comes from the request's input, so a
 * replay agrees whatever the worker is configured to.
 */
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type {
  Activities,
  AdmitInput,
  AdmitResult,
  AmendInput,
  AmendResult,
  ApprovalActivities,
  ExecutorActivities,
  HearInput,
  JudgeActivities,
  MusterInput,
  MusterResult,
  PrepareInput,
  StepInput,
  StepResult,
  UndoResult,
} from '../activities/contract.ts';
import type { Judgement, Plan } from '../src/domain/plan.ts';
import type { Hearing } from '../src/domain/question.ts';
import type { RequestInput, RequestSettings, RetryBounds } from '../src/domain/request.ts';

export interface ActivityProxies {
  judge(input: Omit<RequestInput, 'settings'>): Promise<Judgement>;
  admit(input: AdmitInput): Promise<AdmitResult>;
  amend(input: AmendInput): Promise<AmendResult>;
  hear(input: HearInput): Promise<Hearing>;
  muster(input: MusterInput): Promise<MusterResult>;
  prepare(version: number, input: PrepareInput): Promise<Plan>;
  read(input: StepInput): Promise<StepResult>;
  execute(input: StepInput): Promise<StepResult>;
  undo(input: StepInput): Promise<UndoResult>;
  show<K extends keyof ApprovalActivities>(
    name: K,
    id: string,
    input: Parameters<ApprovalActivities[K]>[0],
  ): Promise<void>;
}

/** Longer than a vendor's own 10 s, so that the vendor's answer, not ours, ends a slow read. Past 8 s it costs heartbeats. */
const LOCAL = {
  startToCloseTimeout: 12_000,
  scheduleToCloseTimeout: 60_000,
  retry: { maximumAttempts: 4, initialInterval: 250 },
};

/** A rendering that Slack can't take within a day is given up; decisions never depend on it. */
const SHOWING_AT_MOST_MS = 24 * 3_600_000;

export function proxiesFor(settings: RequestSettings): ActivityProxies {
  const local = proxyLocalActivities<JudgeActivities & Pick<Activities, 'execute'>>(LOCAL);
  const executor = proxyActivities<ExecutorActivities>({
    taskQueue: settings.executorQueue,
    ...bounds(settings.execute),
  });
  const approvals = proxyActivities<ApprovalActivities>({
    taskQueue: settings.approvalsQueue,
    ...bounds(settings.render),
    scheduleToCloseTimeout: SHOWING_AT_MOST_MS,
  });
  const undoOptions = { taskQueue: settings.executorQueue, ...bounds(settings.undo) };

  return {
    judge: (input) => local.judge(input),
    admit: (input) => local.admit(input),
    amend: (input) => local.amend(input),
    hear: (input) => local.hear(input),
    muster: (input) => local.muster(input),
    read: (input) => (settings.readsLocally ? local.execute(input) : runOn(executor, settings, input)),
    execute: (input) => runOn(executor, settings, input),
    prepare: (version, input) =>
      executor.prepare.executeWithOptions(
        { taskQueue: settings.executorQueue, ...bounds(settings.execute), activityId: `prepare-v${version}` },
        [input],
      ),
    undo: (input) =>
      executor.undo.executeWithOptions({ ...undoOptions, activityId: `undo-${input.step}` }, [input]),
    show: (name, id, input) =>
      (
        approvals[name] as { executeWithOptions(options: object, args: readonly unknown[]): Promise<void> }
      ).executeWithOptions(
        {
          taskQueue: settings.approvalsQueue,
          ...bounds(settings.render),
          scheduleToCloseTimeout: SHOWING_AT_MOST_MS,
          activityId: id,
        },
        [input],
      ),
  };
}

function runOn(
  executor: ReturnType<typeof proxyActivities<ExecutorActivities>>,
  settings: RequestSettings,
  input: StepInput,
): Promise<StepResult> {
  const activityId = `execute-${input.step}${input.plan === undefined ? '' : `-v${input.plan.version}`}`;
  return executor.execute.executeWithOptions(
    { taskQueue: settings.executorQueue, ...bounds(settings.execute), activityId, summary: input.ask.tool },
    [input],
  );
}

function bounds({ attemptsMax, backoffMs, attemptTimeoutMs }: RetryBounds) {
  return {
    startToCloseTimeout: attemptTimeoutMs,
    retry: {
      maximumAttempts: attemptsMax,
      initialInterval: backoffMs,
      backoffCoefficient: 2,
      maximumInterval: 60_000,
    },
  };
}
