/** The agents' door as the command line calls it: one agent's token, answers parsed, problems thrown as our errors. */
import type { z } from 'zod';
import { CountersignError, type ErrorCode } from '../../domain/errors.ts';
import { PROBLEMS } from '../../gateway/problems.ts';
import {
  type DryRunAnswer,
  dryRunAnswer,
  type ListAnswer,
  listAnswer,
  problemAnswer,
  type RequestAnswer,
  requestAnswer,
} from './answers.schema.ts';

/** What the door does for one agent. All reject with a CountersignError. */
export interface DoorClient {
  ask(
    body: unknown,
    options: { readonly key?: string | undefined; readonly waitSeconds: number },
  ): Promise<RequestAnswer>;
  dryRun(body: unknown): Promise<DryRunAnswer>;
  read(id: string, waitSeconds: number): Promise<RequestAnswer>;
  answer(id: string, body: { readonly question: string; readonly text: string }): Promise<RequestAnswer>;
  waiting(): Promise<ListAnswer['requests']>;
}

interface Call {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly waitSeconds?: number;
}

// Beyond the wait asked for: the time a slow start may take before we call the door dead.
const GRACE_MS = 15_000;
const LIST_LIMIT = 100;

/** Makes a client; `fetch` is the platform's. */
export function createDoorClient(parts: {
  readonly url: string;
  readonly token: string;
  readonly fetch: typeof fetch;
}): DoorClient {
  const call = <Schema extends z.ZodType>(path: string, schema: Schema, options?: Call) =>
    answerOf(parts, path, schema, options);
  return {
    ask: (body, { key, waitSeconds }) =>
      call('/v1/requests', requestAnswer, {
        body,
        waitSeconds,
        headers: key === undefined ? {} : { 'idempotency-key': key },
      }),
    dryRun: (body) => call('/v1/requests:dryRun', dryRunAnswer, { body }),
    read: (id, waitSeconds) => call(`/v1/requests/${encodeURIComponent(id)}`, requestAnswer, { waitSeconds }),
    answer: (id, body) => call(`/v1/requests/${encodeURIComponent(id)}/answers`, requestAnswer, { body }),
    waiting: async () => (await call(`/v1/requests?status=waiting&limit=${LIST_LIMIT}`, listAnswer)).requests,
  };
}

async function answerOf<Schema extends z.ZodType>(
  { url, token, fetch: send }: Parameters<typeof createDoorClient>[0],
  path: string,
  schema: Schema,
  { body, headers = {}, waitSeconds = 0 }: Call = {},
): Promise<z.output<Schema>> {
  const answer = await send(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      prefer: `wait=${waitSeconds}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // A door never redirects; following one would hand the token to somebody else.
    redirect: 'error',
    signal: AbortSignal.timeout(waitSeconds * 1000 + GRACE_MS),
  }).catch((cause: unknown) => {
    throw new CountersignError(
      'unavailable',
      `Cannot reach the agents' door: "${url}" does not answer; is it running, or is COUNTERSIGN_GATEWAY_URL wrong`,
      { cause },
    );
  });
  const content: unknown = await answer.json().catch(() => undefined);
  if (!answer.ok) throw problem(answer.status, content);
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new CountersignError(
    'unavailable',
    `Cannot read the door's answer: "${url}" is no agents' door of this version`,
    { cause: parsed.error },
  );
}

function problem(status: number, content: unknown): CountersignError {
  const parsed = problemAnswer.safeParse(content);
  if (!parsed.success)
    return new CountersignError(
      'unavailable',
      `Cannot use the agents' door: it answered ${status} without a reason`,
    );
  const { code, detail, errors = [] } = parsed.data;
  return new CountersignError(isKnown(code) ? code : 'internal', detail, { problems: errors });
}

function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(PROBLEMS, code);
}
