/** Health and readiness over HTTP for processes without a door of their own (workflows, executor, Socket Mode). */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CountersignError } from '../domain/errors.ts';

export interface HealthOptions {
  readonly host: string;
  readonly port: number;
  /** Resolves when this process can do its work; rejects otherwise. The reason is not shown. */
  readonly ready: () => Promise<void>;
  /** What `GET /metrics` answers, in Prometheus' text format; absent: nothing is there. */
  readonly metrics?: () => Promise<string>;
}

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves `GET /healthz` (the process runs), `GET /readyz` (its work can be done) and metrics. Answers nothing else. */
export async function serveHealth({ host, port, ready, metrics }: HealthOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, text: string) => response.writeHead(status).end(`${text}\n`);
    if (request.method !== 'GET') answer(405, 'only GET');
    else if (request.url === '/healthz') answer(200, 'ok');
    else if (request.url === '/readyz')
      void ready().then(
        () => answer(200, 'ready'),
        () => answer(503, 'not ready'),
      );
    else if (request.url === '/metrics' && metrics !== undefined)
      void metrics().then(
        (page) => response.writeHead(200, { 'content-type': METRICS_TYPE }).end(page),
        () => answer(503, 'not readable'),
      );
    else answer(404, 'not here');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(portProblem(port, cause)));
    server.listen(port, host, resolve);
  });
  return Object.freeze({
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

function portProblem(port: number, cause: NodeJS.ErrnoException): CountersignError {
  const why = cause.code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${cause.code})`;
  return new CountersignError(
    'misconfigured',
    `Cannot serve health: port "${port}" ${why}, set COUNTERSIGN_HEALTH_PORT to a free one`,
    { cause },
  );
}
