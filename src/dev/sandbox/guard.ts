/**
 * Who may talk to the sandbox: pages that this server served, under its own name. The sandbox acts as any person and
 * any agent, so a foreign page in the same browser must not reach it, neither by a rebound host name (Host check) nor
 * by posting across origins (Origin check).
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CountersignError } from '../../domain/errors.ts';

const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];

/** Allows scripts, styles and data from this server only; with trusted types, text can't become markup at all. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Throws `misconfigured` unless `host` is a loopback name: the sandbox asks nobody who they are. */
export function requireLoopback(host: string): void {
  const name = host === '::1' ? '[::1]' : host;
  if (LOOPBACK.includes(name)) return;
  throw new CountersignError(
    'misconfigured',
    `Cannot start sandbox: host "${host}" is reachable by others: 127.0.0.1, ::1 or localhost wanted`,
  );
}

/** Adds the checks and the security headers to every answer. `port` is asked late: it may be chosen by the system. */
export function guard(app: FastifyInstance, port: () => number): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    checkHost(request, port());
    if (request.method !== 'GET' && request.method !== 'HEAD') checkOrigin(request, port());
  });
}

function checkHost(request: FastifyRequest, port: number): void {
  const host = request.headers.host ?? '';
  if (LOOPBACK.some((name) => host === `${name}:${port}` || (port === 80 && host === name))) return;
  refuse(`Host "${host.slice(0, 100)}" is not this server`);
}

function checkOrigin(request: FastifyRequest, port: number): void {
  const origin = request.headers.origin ?? '';
  if (
    LOOPBACK.some(
      (name) => origin === `http://${name}:${port}` || (port === 80 && origin === `http://${name}`),
    )
  ) {
    return;
  }
  refuse(`Origin "${origin.slice(0, 100)}" is not the sandbox page`);
}

function refuse(why: string): never {
  throw new CountersignError('unauthenticated', `Cannot answer: ${why}`);
}
