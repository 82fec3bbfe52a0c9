/** Signing in and out. Signing in changes nothing but who is signed in, so it may begin by a link. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { onForm, type Web } from './forms.ts';
import type { Attempt, SignedIn } from './oidc.ts';
import { messagePage } from './pages/message-page.tsx';
import { done } from './said.ts';
import { sendPage } from './send-page.ts';
import { cookieName, cookieOptions, startPageSession } from './sessions.ts';

export const SIGNED_IN_PATH = '/signed-in';
/** How long signing in at the provider may take. */
const ATTEMPT_SECONDS = 10 * 60;

const attemptShape = z.strictObject({
  state: z.string().max(200),
  nonce: z.string().max(200),
  verifier: z.string().max(200),
  fresh: z.boolean(),
  back: z.string().max(500),
});

export function addSignInRoutes(app: FastifyInstance, web: Web): void {
  app.get('/sign-in', (request, reply) => begin(web, request, reply));
  app.get(SIGNED_IN_PATH, (request, reply) => finish(web, request, reply));
  app.get('/signed-out', (_request, reply) =>
    sendPage(reply, messagePage({ title: 'Signed out', sentence: 'You are signed out of Countersign' })),
  );
  onForm(app, web, {
    path: '/sign-out',
    home: () => '/',
    work: async () => ({ to: '/signed-out', said: done('You are signed out'), signsOut: true }),
  });
}

async function begin(web: Web, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { provider, baseUrl } = web;
  if (provider === undefined) return sendPage(reply, notConfigured(), 503);
  const { back, fresh } = request.query as { readonly back?: unknown; readonly fresh?: unknown };
  const { url, attempt } = await provider.begin({
    redirectUri: `${baseUrl}${SIGNED_IN_PATH}`,
    fresh: fresh === '1',
  });
  const kept = Buffer.from(JSON.stringify({ ...attempt, back: ownPath(back) })).toString('base64url');
  reply.setCookie(attemptCookie(web), kept, { ...cookieOptions(web), maxAge: ATTEMPT_SECONDS });
  return reply.redirect(url, 303);
}

/** The attempt must be this browser's own, so that nobody is signed in as somebody else by a link. */
async function finish(web: Web, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { provider, desk, directory, baseUrl } = web;
  if (provider === undefined) return sendPage(reply, notConfigured(), 503);
  const attempt = readAttempt(request.cookies[attemptCookie(web)]);
  reply.clearCookie(attemptCookie(web), cookieOptions(web));
  if (attempt === undefined)
    return sendPage(
      reply,
      notSignedIn('This sign-in was not begun in this browser, or took too long', '/'),
      403,
    );
  const { back, ...begun } = attempt;
  const identity = await finished(web, new URL(`${baseUrl}${request.url}`), begun);
  if (identity === undefined)
    return sendPage(reply, notSignedIn('The identity provider did not confirm who you are', back), 403);
  const person = await directory.personByIdentity(identity);
  if (person?.active !== true) {
    const { issuer, subject } = identity;
    desk.security.warn({ event: 'sign-in-refused', issuer, subject }, 'Refused to sign somebody in');
    const why = person === undefined ? STRANGER : `${person.name} is no longer active in this organisation`;
    return sendPage(reply, notSignedIn(why, back), 403);
  }
  await startPageSession(web, { request, reply }, { person, identity });
  desk.security.info({ event: 'signed-in', person: person.id }, 'Signed somebody in');
  return reply.redirect(back, 303);
}

const STRANGER =
  'Countersign does not know you by this account: ask an operator to add its issuer and subject to people.yaml';

async function finished(
  { provider, desk }: Web,
  callback: URL,
  attempt: Attempt,
): Promise<SignedIn | undefined> {
  try {
    return await provider?.finish(callback, attempt);
  } catch (error) {
    const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : 'unknown';
    desk.security.warn({ event: 'sign-in-refused', why }, 'An identity provider did not confirm a sign-in');
    return undefined;
  }
}

/** A page of ours, or the first one: nobody is sent elsewhere by a link that begins here. */
export function ownPath(back: unknown): string {
  if (typeof back !== 'string' || back.length > 500) return '/';
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(back) && !back.includes('\\') ? back : '/';
}

function readAttempt(cookie: string | undefined) {
  try {
    const kept: unknown = JSON.parse(Buffer.from(cookie ?? '', 'base64url').toString());
    const { back, ...attempt } = attemptShape.parse(kept);
    return { ...attempt, back: ownPath(back) };
  } catch {
    return undefined;
  }
}

function attemptCookie(web: Web): string {
  return cookieName(web, 'sign-in');
}

function notConfigured() {
  return messagePage({
    title: 'Sign-in is not configured',
    sentence:
      'Nobody can sign in here, so nothing can be decided here: an operator has to set COUNTERSIGN_OIDC_ISSUER, COUNTERSIGN_OIDC_CLIENT_ID and COUNTERSIGN_APPROVALS_URL',
  });
}

function notSignedIn(sentence: string, back: string) {
  return messagePage({
    title: 'Not signed in',
    sentence,
    link: { to: `/sign-in?back=${encodeURIComponent(back)}&fresh=1`, label: 'Sign in with another account' },
  });
}
