/** The approver pages as the command line of a person calls them. Answers are parsed, problems thrown as our errors. */
import type { z } from 'zod';
import { CountersignError, type ErrorCode } from '../../domain/errors.ts';
import { PROBLEMS } from '../../gateway/problems.ts';
import { problemAnswer } from './answers.schema.ts';
import {
  type DecisionAnswer,
  decisionAnswer,
  type LoginAnswer,
  loginAnswer,
  logoutAnswer,
  type SaidDecision,
  type TokenAnswer,
  tokenAnswer,
} from './approvals-answers.schema.ts';
import type { CliSettings } from './cli-settings.ts';
import type { CliWorld } from './world.ts';

/** All reject with a CountersignError: `unauthenticated` where the token counts no more. */
export interface ApprovalsClient {
  login(): Promise<LoginAnswer>;
  loginToken(device: string): Promise<TokenAnswer>;
  logout(token: string): Promise<void>;
  decide(token: string, said: SaidDecision): Promise<DecisionAnswer>;
}

const ANSWER_MS_MAX = 20_000;
const ANSWER_BYTES_MAX = 65_536;
/** Refusing a decision is an answer like recording it. */
const ANSWERS: readonly number[] = [200, 202, 409];

/** Makes a client of the pages at `url`, as `approvalsUrl` gave it. */
export function createApprovalsClient(
  url: string,
  { fetch: send }: Pick<CliWorld, 'fetch'>,
): ApprovalsClient {
  const post = async <Schema extends z.ZodType>(path: string, schema: Schema, call: Call = {}) =>
    parsed(url, schema, await answerOf(send, `${url}${path}`, call));
  return {
    login: () => post('/api/login', loginAnswer),
    loginToken: (device) => post('/api/login/token', tokenAnswer, { body: { device } }),
    logout: async (token) => void (await post('/api/logout', logoutAnswer, { token })),
    decide: (token, said) => post('/api/decisions', decisionAnswer, { token, body: said }),
  };
}

/**
 * Where the pages are, without a slash at the end. Throws `misconfigured` for an address that would send a token over
 * the network in the clear.
 */
export function approvalsUrl({ approvals: { url, port } }: Pick<CliSettings, 'approvals'>): string {
  const text = url ?? `http://localhost:${port ?? '8090'}`;
  const address = URL.canParse(text) ? new URL(text) : undefined;
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(address?.hostname ?? '');
  if (address?.protocol === 'https:' || (address?.protocol === 'http:' && isHere))
    return text.replace(/\/+$/, '');
  const name = url === undefined ? 'COUNTERSIGN_APPROVALS_PORT' : 'COUNTERSIGN_APPROVALS_URL';
  throw new CountersignError(
    'misconfigured',
    `Cannot use approver pages: ${name} leads to "${text}", wanted an https address, or http on this machine`,
  );
}

interface Call {
  readonly token?: string;
  readonly body?: object;
}

interface Answer {
  readonly status: number;
  readonly content: unknown;
}

async function answerOf(send: typeof fetch, url: string, { token, body = {} }: Call): Promise<Answer> {
  try {
    const answer = await send(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
      // The pages never redirect these; following one would hand the token to somebody else.
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    return { status: answer.status, content: await contentOf(answer) };
  } catch (cause) {
    throw new CountersignError(
      'unavailable',
      `Cannot reach the approver pages: "${url}" gives no answer; are they running, or is COUNTERSIGN_APPROVALS_URL wrong`,
      { cause },
    );
  }
}

/** Undefined for what is no JSON or more than we ever say. */
async function contentOf({ body }: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}

function parsed<Schema extends z.ZodType>(
  url: string,
  schema: Schema,
  { status, content }: Answer,
): z.output<Schema> {
  if (!ANSWERS.includes(status)) throw problem(status, content);
  const { success, data, error } = schema.safeParse(content);
  if (success) return data;
  throw new CountersignError(
    'unavailable',
    `Cannot read the answer: "${url}" has no approver pages of this version`,
    { cause: error },
  );
}

function problem(status: number, content: unknown): CountersignError {
  if (status === 401)
    return new CountersignError(
      'unauthenticated',
      'Cannot continue: this sign-in counts no more; sign in again: countersign login',
    );
  const { data } = problemAnswer.safeParse(content);
  if (data === undefined)
    return new CountersignError(
      'unavailable',
      `Cannot use the approver pages: they answered ${status} without a reason`,
    );
  const { code, detail, errors = [] } = data;
  return new CountersignError(isKnown(code) ? code : 'internal', detail, { problems: errors });
}

function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(PROBLEMS, code);
}
