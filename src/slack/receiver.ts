/**
 * The HTTP door for Slack, which it shares with the approver pages: they are handed every other path. Every request to it is signed or refused: raw body capped, HMAC over the raw bytes, clock
 * checked both ways. Bolt's own receiver sits behind and checks again; what it lets through unsigned (`ssl_check`)
 * never reaches it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { type App, HTTPReceiver, type Logger, type Receiver } from '@slack/bolt';
import { CountersignError } from '../domain/errors.ts';
import type { Clock, Log } from '../domain/ports.ts';
import { answerMetrics, asksForMetrics, type Metrics } from './metrics-door.ts';

export const SLACK_PATH = '/slack/events';
/** A submitted modal brings its own drawing, up to 250 KB, beside what was filled in, and all of it form-encoded. */
export const BODY_BYTES_MAX = 512 * 1024;
const CLOCK_SKEW_MAX_S = 5 * 60;
const REQUEST_TIMEOUT_MS = 10_000;

export interface ReceiverOptions {
  readonly signingSecret: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly security: Log;
  /** Answered for this machine only; see `metrics-door.ts`. */
  readonly metrics?: Metrics;
  /** Answers what is neither Slack's nor a health check; absent: nothing is there. */
  readonly pages?: RequestListener | undefined;
}

/** A Bolt receiver over the guarded door; `start` resolves to the port. */
export interface SlackReceiver extends Receiver {
  start(port: number, host: string): Promise<number>;
  stop(): Promise<void>;
}

/** Refuses an empty signing secret. Nothing listens before `start`. */
export function createReceiver(options: ReceiverOptions): SlackReceiver {
  const { signingSecret, logger } = options;
  if (signingSecret.trim() === '') {
    throw new CountersignError('misconfigured', 'Cannot listen to Slack: the signing secret is empty');
  }
  const bolt = new HTTPReceiver({
    signingSecret,
    endpoints: [SLACK_PATH],
    logger,
    bodyLimit: BODY_BYTES_MAX,
  });
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS / 2 },
    (request, response) => {
      void answer(request, response, options, bolt);
    },
  );
  return {
    init: (app: App) => bolt.init(app),
    start: (port: number, host: string) => listen(server, port, host),
    stop: () => close(server),
  };
}

/** Whether `signature` is Slack's over exactly these bytes at a time close to now. Constant time; never throws. */
export function isSignedBySlack(
  secret: string,
  {
    signature,
    timestamp,
    body,
    now,
  }: { readonly signature: string; readonly timestamp: string; readonly body: Buffer; readonly now: Date },
): boolean {
  if (secret === '' || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now.getTime() / 1_000 - Number(timestamp)) > CLOCK_SKEW_MAX_S) return false;
  const expected = Buffer.from(
    `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`,
  );
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Answers `GET /healthz`, metrics and pages as the receiver does: for Socket Mode, which listens to nobody. */
export function createHealthServer({ metrics, pages }: Pick<ReceiverOptions, 'metrics' | 'pages'> = {}): {
  start(port: number, host: string): Promise<number>;
  stop(): Promise<void>;
} {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    if (metrics !== undefined && asksForMetrics(request)) return void answerMetrics(response, metrics);
    if (isHealthCheck(request)) return end(response, 200);
    return pages === undefined ? end(response, 404) : pages(request, response);
  });
  return { start: (port, host) => listen(server, port, host), stop: () => close(server) };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { signingSecret, clock, security, metrics, pages }: ReceiverOptions,
  bolt: HTTPReceiver,
): Promise<void> {
  if (isHealthCheck(request)) return end(response, 200);
  if (metrics !== undefined && asksForMetrics(request)) return answerMetrics(response, metrics);
  if (pathOf(request) !== SLACK_PATH)
    return pages === undefined ? end(response, 404) : pages(request, response);
  if (request.method !== 'POST') return end(response, 405);
  const body = await readBody(request);
  if (body === 'too-large') return end(response, 413);
  if (body === 'broken') return end(response, 400);
  const signature = header(request, 'x-slack-signature');
  const timestamp = header(request, 'x-slack-request-timestamp');
  if (!isSignedBySlack(signingSecret, { signature, timestamp, body, now: clock() })) {
    security.warn(
      { event: 'slack-signature-refused', bytes: body.length },
      'Refused a request without a valid Slack signature',
    );
    return end(response, 401);
  }
  bolt.requestListener(Object.assign(request, { rawBody: body }), response);
}

async function readBody(request: IncomingMessage): Promise<Buffer | 'too-large' | 'broken'> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request) {
      bytes += (chunk as Buffer).length;
      if (bytes > BODY_BYTES_MAX) return 'too-large';
      chunks.push(chunk as Buffer);
    }
  } catch {
    return 'broken';
  }
  return Buffer.concat(chunks);
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

function isHealthCheck(request: IncomingMessage): boolean {
  return request.method === 'GET' && pathOf(request) === '/healthz';
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?')[0] ?? '';
}

function end(response: ServerResponse, status: number): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, {
    'content-type': 'text/plain',
    ...(status >= 400 ? { connection: 'close' } : {}),
  });
  response.end(status === 200 ? 'ok' : '');
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: Error) =>
      reject(
        new CountersignError(
          'misconfigured',
          `Cannot listen to Slack: port ${port} on "${host}" is not free (COUNTERSIGN_APPROVALS_PORT)`,
          { cause },
        ),
      );
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
