/**
 * The operators' door of the embedded default: the process that runs holds the database, so it answers what the
 * command line wants to know. On loopback, on a port of its own that no tunnel to Slack's door leads to, and only to
 * whoever can read the file in the data folder that names its address and its secret. It reads; it changes nothing.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { oversightReport } from '../approvals/oversight-report.ts';
import type { OversightBook } from '../domain/oversight.ts';
import { type OversightQuery, oversightQuery } from './operator-door.schema.ts';

/** Where the running process says how to reach it. */
export const DOOR_FILE = 'operator-door.json';
export const OVERSIGHT_PATH = '/oversight';

const REQUEST_TIMEOUT_MS = 10_000;

export interface OperatorDoor {
  readonly url: string;
  /** Takes the file away, then stops answering. */
  close(): Promise<void>;
}

/** Listens, and writes the file once it does. Rejects when it cannot. */
export async function openOperatorDoor({
  dataFolder,
  book,
}: {
  readonly dataFolder: string;
  readonly book: Pick<OversightBook, 'since'>;
}): Promise<OperatorDoor> {
  const token = randomBytes(32).toString('base64url');
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    const answer = (status: number, body: unknown = {}) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const query = queryOf(request);
    if (!isAllowed(request, token)) answer(401);
    else if (query === undefined) answer(404);
    else
      report(book, query).then(
        (body) => answer(200, body),
        () => answer(503),
      );
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  const file = join(dataFolder, DOOR_FILE);
  // A file that stands keeps its mode when it is written over, so an old one goes first.
  await rm(file, { force: true });
  await writeFile(file, JSON.stringify({ url, token }), { mode: 0o600, flag: 'wx' });
  return Object.freeze({
    url,
    close: async () => {
      await rm(file, { force: true });
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  });
}

/** The report as both ends mean it. */
export async function report(book: Pick<OversightBook, 'since'>, { since, by }: OversightQuery) {
  const records = await book.since(new Date(since));
  return { lines: oversightReport(records, by), isWhole: records.isWhole };
}

function isAllowed({ headers }: IncomingMessage, token: string): boolean {
  const [given, wanted] = [Buffer.from(headers.authorization ?? ''), Buffer.from(`Bearer ${token}`)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function queryOf({ method, url = '' }: IncomingMessage): OversightQuery | undefined {
  const [path, search] = url.split('?');
  if (method !== 'GET' || path !== OVERSIGHT_PATH) return undefined;
  return oversightQuery.safeParse(Object.fromEntries(new URLSearchParams(search))).data;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
