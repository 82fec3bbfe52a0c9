/** The Web API client: no retries, short timeouts, and every failure sorted once into `OutsideError`. */
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api';
import { CountersignError } from '../domain/errors.ts';
import type { Log } from '../domain/ports.ts';
import { OutsideError } from '../domain/retry.ts';
import { boltLogger } from './bolt-logger.ts';

const CALL_TIMEOUT_MS = 8_000;
const CALLS_AT_ONCE_MAX = 20;

/** Slack's words for "not now": it did not happen and may work later. */
const RETRYABLE = new Set([
  'ratelimited',
  'rate_limited',
  'service_unavailable',
  'team_added_to_org',
  'accesslimited',
]);
/** Slack's words for "something broke here": it may have happened. */
const UNKNOWN = new Set(['internal_error', 'fatal_error', 'request_timeout']);

/**
 * A client for one bot token. It never waits and never repeats: retrying belongs to the workflow, which knows what is
 * worth repeating. Refuses an empty token.
 */
export function createSlackClient(options: {
  readonly token: string;
  /** Base address ending in `/api/`; absent: Slack's own. */
  readonly apiUrl?: string;
  readonly log: Log;
}): WebClient {
  if (options.token.trim() === '') {
    throw new CountersignError('misconfigured', 'Cannot reach Slack: the bot token is empty');
  }
  return new WebClient(options.token, {
    retryConfig: { retries: 0 },
    timeout: CALL_TIMEOUT_MS,
    rejectRateLimitedCalls: true,
    maxRequestConcurrency: CALLS_AT_ONCE_MAX,
    allowAbsoluteUrls: false,
    logger: boltLogger(options.log),
    ...(options.apiUrl === undefined ? {} : { slackApiUrl: options.apiUrl }),
  });
}

/** Runs one call; anything but success becomes an `OutsideError` whose message starts with `doing` ("Cannot post card"). */
export async function sorted<Result>(doing: string, call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (error) {
    throw sortSlackError(doing, error);
  }
}

/** The platform's own word for a failure, e.g. `message_not_found`; undefined for other failures. */
export function slackCode(error: unknown): string | undefined {
  const cause = error instanceof OutsideError ? error.cause : error;
  return cause instanceof WebAPIPlatformError ? cause.data.error : undefined;
}

function sortSlackError(doing: string, error: unknown): OutsideError {
  if (error instanceof OutsideError) return error;
  if (error instanceof WebAPIRateLimitedError) {
    const retryAfterMs = error.retryAfter * 1_000;
    return new OutsideError('retryable', `${doing}: Slack asks to wait ${error.retryAfter} s`, {
      retryAfterMs,
      cause: error,
    });
  }
  if (error instanceof WebAPIPlatformError) {
    const code = /^[a-z0-9_]{1,60}$/.test(error.data.error) ? error.data.error : 'an unreadable answer';
    const kind = RETRYABLE.has(code)
      ? 'retryable'
      : UNKNOWN.has(code) || code.includes(' ')
        ? 'unknown'
        : 'final';
    return new OutsideError(kind, `${doing}: Slack answered "${code}"`, { cause: error });
  }
  if (error instanceof WebAPIHTTPError) {
    const kind = error.statusCode >= 500 ? 'unknown' : 'final';
    return new OutsideError(kind, `${doing}: Slack answered with status ${error.statusCode}`, {
      cause: error,
    });
  }
  if (error instanceof WebAPIRequestError && wasNeverSent(error.original)) {
    return new OutsideError('retryable', `${doing}: Slack cannot be reached`, { cause: error });
  }
  return new OutsideError('unknown', `${doing}: Slack did not answer`, { cause: error });
}

/** fetch reports "fetch failed" with the socket's error as cause; these two mean that no byte left. */
function wasNeverSent(error: Error): boolean {
  const code = (error.cause as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND';
}
