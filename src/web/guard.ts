/** What every request goes through before its own route: one address, one origin, bounded rates, headers that allow little. */
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { CountersignError } from '../domain/errors.ts';
import { isLoopback, isLoopbackHost } from './oidc.ts';
import type { PagesOptions } from './ports.ts';

/** Per minute. A proxy before the pages makes many people one address, so only the person's own limit is tight. */
export const RATES = { address: 600, person: 30, login: 20 } as const;

/** Consumes one; false when there is none left. */
export type Limit = (key: string) => Promise<boolean>;

/** Adds the checks that hold for every path, and the headers of every answer. */
export async function guard(app: FastifyInstance, { baseUrl }: Pick<PagesOptions, 'baseUrl'>): Promise<void> {
  const encrypted = baseUrl.startsWith('https:');
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'"],
        'connect-src': ["'self'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
        'base-uri': ["'none'"],
      },
    },
    strictTransportSecurity: encrypted && { maxAge: 31_536_000 },
    // Not "no-referrer": browsers then send no usable Origin with a form, and it is checked below.
    referrerPolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
  const perAddress = limit(RATES.address);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    if (!(await perAddress(request.ip))) throw tooMany();
    assertOwnName(request, baseUrl);
    const elsewhere = otherName(request, baseUrl);
    if (elsewhere !== undefined) return reply.redirect(elsewhere, 307);
  });
}

/** A limit per minute for each key, in this process. */
export function limit(perMinute: number): Limit {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  return (key) =>
    limiter.consume(key).then(
      () => true,
      () => false,
    );
}

export function tooMany(): CountersignError {
  return new CountersignError(
    'unavailable',
    'Cannot answer: too many requests came in the last minute; try again in a minute',
  );
}

/**
 * Refuses what no page of ours sent. A browser says with every POST where it comes from; one that says nothing at all
 * is none that we know.
 */
export function assertOwnOrigin(
  request: FastifyRequest,
  { baseUrl, desk }: Pick<PagesOptions, 'baseUrl' | 'desk'>,
): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  const fromHere = origin === undefined ? site === 'same-origin' : origin === new URL(baseUrl).origin;
  if (fromHere && (site === undefined || site === 'same-origin')) return;
  desk.security.warn({ event: 'form-refused', why: 'origin' }, 'Refused a form that another page sent');
  throw new CountersignError(
    'unauthenticated',
    'Cannot take form: another page sent it; nothing was recorded',
  );
}

/** On this machine alone: a foreign page whose name was made to lead here (DNS rebinding) would read what is ours. */
function assertOwnName({ headers }: FastifyRequest, baseUrl: string): void {
  if (!isLoopback(new URL(baseUrl)) || isLoopbackHost(headers.host)) return;
  throw new CountersignError('unauthenticated', 'Cannot answer: this is not a name of this server');
}

/** Passkeys belong to names, so on this machine `127.0.0.1` is sent on to `localhost`. Only where that is the address. */
function otherName({ method, headers, url }: FastifyRequest, baseUrl: string): string | undefined {
  const base = new URL(baseUrl);
  if (method !== 'GET' || !isLoopback(base) || base.hostname !== 'localhost') return undefined;
  const isNumber = /^(127\.0\.0\.1|\[::1\])(:\d+)?$/.test(headers.host ?? '');
  return isNumber ? `${base.origin}${url}` : undefined;
}
