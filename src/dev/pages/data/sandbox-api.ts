/** The page's side of `src/dev/sandbox/api.ts`: one function a route. Every failure is a `SandboxProblem`. */

import type { AskAnswer, RequestDetail, RequestList, WorldAnswer } from '../../sandbox/api.ts';
import type { InteractionAnswer, SlackMessage, SlackSnapshot } from '../../slack-emulator/contract.ts';

/** Longer than the agents' door waits for an outcome, so that its answer is what is shown. */
const WAIT_MS = 40_000;

/** A call that did not work, in words for the person. */
export class SandboxProblem extends Error {}

type Body = Readonly<Record<string, unknown>>;

export const getWorld = (signal: AbortSignal): Promise<WorldAnswer> => call('GET', '/api/world', { signal });

export const getRequests = (signal: AbortSignal): Promise<RequestList> =>
  call('GET', '/api/requests', { signal });

export const getRequest = (id: string, signal: AbortSignal): Promise<RequestDetail> =>
  call('GET', `/api/requests/${encodeURIComponent(id)}`, { signal });

export const getSlack = (user: string, signal: AbortSignal): Promise<SlackSnapshot> =>
  call('GET', `/api/slack?as=${encodeURIComponent(user)}`, { signal });

export const ask = (agent: string, request: Body): Promise<AskAnswer> =>
  call('POST', '/api/ask', { body: { agent, request } });

export const dryRun = (agent: string, request: Body): Promise<AskAnswer> =>
  call('POST', '/api/dry-run', { body: { agent, request } });

export const cancelRequest = (id: string): Promise<AskAnswer> =>
  call('POST', `/api/requests/${encodeURIComponent(id)}/cancel`);

export const answerQuestion = (answer: {
  readonly id: string;
  readonly question: string;
  readonly text: string;
}): Promise<AskAnswer> =>
  call('POST', `/api/requests/${encodeURIComponent(answer.id)}/answers`, {
    body: { question: answer.question, text: answer.text },
  });

export const moveBranch = (): Promise<void> => call('POST', '/api/world/drift');

export const haltEverything = (): Promise<void> => call('POST', '/api/halts');

export const resumeEverything = (): Promise<void> => call('DELETE', '/api/halts');

/** Where a button is: in a message, or in an open modal. */
export type Place = Pick<SlackMessage, 'channel' | 'ts'> | { readonly viewId: string };

/** Presses a button as `user`. */
export function pressButton(
  user: string,
  place: Place,
  button: { readonly blockId: string; readonly actionId: string },
): Promise<InteractionAnswer> {
  const path = 'viewId' in place ? '/api/slack/click-in-view' : '/api/slack/click';
  const where = 'viewId' in place ? { viewId: place.viewId } : { channel: place.channel, ts: place.ts };
  return call('POST', path, { body: { user, ...where, blockId: button.blockId, actionId: button.actionId } });
}

export const openHome = (body: { readonly user: string }): Promise<InteractionAnswer> =>
  call('POST', '/api/slack/open-home', { body });

export const submitView = (body: {
  readonly user: string;
  readonly viewId: string;
  readonly values: Readonly<Record<string, Readonly<Record<string, string>>>>;
}): Promise<InteractionAnswer> => call('POST', '/api/slack/submit', { body });

export const closeView = (body: {
  readonly user: string;
  readonly viewId: string;
}): Promise<InteractionAnswer> => call('POST', '/api/slack/close-view', { body });

export const slashCommand = (body: {
  readonly user: string;
  readonly channel: string;
  readonly command: string;
  readonly text: string;
}): Promise<InteractionAnswer> => call('POST', '/api/slack/command', { body });

async function call<Answer>(
  method: string,
  path: string,
  { body, signal }: { readonly body?: Body; readonly signal?: AbortSignal } = {},
): Promise<Answer> {
  const timeout = AbortSignal.timeout(WAIT_MS);
  const response = await fetch(path, {
    method,
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    if (signal?.aborted === true) throw cause;
    throw new SandboxProblem('The sandbox does not answer. Is it still running?', { cause });
  });
  const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  if (!response.ok) throw new SandboxProblem(titleOf(answer) ?? `The sandbox answered ${response.status}.`);
  return answer as Answer;
}

function titleOf(problem: unknown): string | undefined {
  if (typeof problem !== 'object' || problem === null || !('title' in problem)) return undefined;
  return typeof problem.title === 'string' ? problem.title : undefined;
}
