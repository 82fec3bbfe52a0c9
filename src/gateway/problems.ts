/**
 * The problem table: the only place where an error code becomes an HTTP status and a title.
 *
 * It promises one row a code (the type demands it) and that whatever is not a known refusal reads `internal` and
 * shows nothing of its cause. Called by the door's error handler; the CLI reads the same shape back.
 */
import { CountersignError, type ErrorCode, type FieldProblem } from '../domain/errors.ts';
import { OutsideError } from '../domain/retry.ts';

/** The body of every error answer (RFC 9457), `application/problem+json`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors?: readonly FieldProblem[];
}

interface Row {
  readonly status: number;
  readonly title: string;
}

/**
 * What a body says wrongly is 400 throughout, unknown tools included: the caller must change the body, and `code`
 * says how. Another agent's request is 404, never 403, so that ids cannot be probed.
 */
export const PROBLEMS: Readonly<Record<ErrorCode, Row>> = Object.freeze({
  'bad-json': { status: 400, title: 'Body is not readable JSON' },
  'body-too-large': { status: 413, title: 'Body is too large' },
  'invalid-field': { status: 400, title: 'A field is invalid' },
  'unknown-field': { status: 400, title: 'A field is unknown' },
  'unknown-tool': { status: 400, title: 'A tool is unknown' },
  'too-many-steps': { status: 400, title: 'Too many steps' },
  unauthenticated: { status: 401, title: 'Not authenticated' },
  'agent-suspended': { status: 403, title: 'Agent is suspended' },
  revoked: { status: 401, title: 'Credentials are revoked' },
  'wrong-environment': { status: 403, title: 'Agent belongs to another environment' },
  'canary-tripped': { status: 403, title: 'Session is stopped' },
  'task-declared': { status: 409, title: 'Session has declared another task' },
  'not-found': { status: 404, title: 'Not found' },
  'key-reused': { status: 409, title: 'Idempotency key was used for another body' },
  'already-closed': { status: 409, title: 'Request is already closed' },
  'already-answered': { status: 409, title: 'Question is already answered' },
  'too-many-open': { status: 429, title: 'Too many requests wait for people' },
  'turned-down-often': { status: 429, title: 'People turned requests down too often' },
  misconfigured: { status: 500, title: 'Service is misconfigured' },
  unavailable: { status: 503, title: 'Service is unavailable' },
  internal: { status: 500, title: 'Internal error' },
});

/** Fastify's own refusals, by its codes, in our words. */
const FASTIFY_REFUSALS: Readonly<Record<string, readonly [ErrorCode, string]>> = Object.freeze({
  FST_ERR_CTP_BODY_TOO_LARGE: ['body-too-large', 'Cannot read body: it is larger than 256 KiB'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'bad-json',
    'Cannot read body: its content type is not "application/json"',
  ],
  FST_ERR_BAD_URL: ['not-found', 'Cannot find page: its address is malformed'],
});

/** Turns anything thrown into one of our errors; what nobody foresaw becomes `internal` with the cause kept inside. */
export function refusalOf(error: unknown): CountersignError {
  if (error instanceof CountersignError) return error;
  if (error instanceof OutsideError)
    return new CountersignError('unavailable', error.message, { cause: error });
  const { code, statusCode } = fastifyFields(error);
  const known = code === undefined ? undefined : FASTIFY_REFUSALS[code];
  if (known !== undefined) return new CountersignError(known[0], known[1], { cause: error });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new CountersignError('bad-json', 'Cannot read body: it is not well-formed JSON', { cause: error });
  }
  return new CountersignError('internal', 'Cannot answer: an unexpected error happened', { cause: error });
}

function fastifyFields(error: unknown): { code?: string; statusCode?: number } {
  if (!(error instanceof Error)) return {};
  const { code, statusCode } = error as Error & { code?: unknown; statusCode?: unknown };
  return {
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof statusCode === 'number' ? { statusCode } : {}),
  };
}

/** The answer's body for a refusal. The details of 500s stay in the log. */
export function problemOf(refusal: CountersignError): Problem {
  const { status, title } = PROBLEMS[refusal.code];
  return {
    type: `urn:countersign:problem:${refusal.code}`,
    title,
    status,
    code: refusal.code,
    detail: status === 500 ? 'Cannot answer: the error is logged under this request id' : refusal.message,
    ...(status !== 500 && refusal.problems.length > 0 ? { errors: refusal.problems } : {}),
  };
}
