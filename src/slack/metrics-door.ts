/**
 * `GET /metrics` on a door that others reach too. Answered for this machine itself only: a tunnel or a proxy in front
 * brings strangers from loopback as well, but under another host's name or with a note of whom it forwards.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What Prometheus reads. */
export type Metrics = () => Promise<string>;

const LOOPBACK_ADDRESSES = ['127.0.0.1', '::1', '::ffff:127.0.0.1'];
const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/;

/** Whether it asks for the metrics, from this machine and on an address of this machine alone. */
export function asksForMetrics({ method, url, socket, headers }: IncomingMessage): boolean {
  const isLocal = [socket.localAddress, socket.remoteAddress].every(
    (address) => address !== undefined && LOOPBACK_ADDRESSES.includes(address),
  );
  const isForwarded = headers.forwarded !== undefined || headers['x-forwarded-for'] !== undefined;
  return (
    method === 'GET' &&
    url === '/metrics' &&
    isLocal &&
    !isForwarded &&
    LOOPBACK_HOST.test(headers.host ?? '')
  );
}

/** Never rejects. */
export async function answerMetrics(response: ServerResponse, metrics: Metrics): Promise<void> {
  try {
    const page = await metrics();
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(page);
  } catch {
    response.writeHead(503).end();
  }
}
