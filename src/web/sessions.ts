/** Who is looking: a browser's cookie or a command line's token, and the person it belongs to, as the directory has them now. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Person } from '../domain/people.ts';
import type { PageSession } from '../domain/sign-in.ts';
import type { SignedIn } from './oidc.ts';
import type { PagesOptions } from './ports.ts';
import { hashOf, isSecret, newSecret } from './secrets.ts';

export const SESSION_IDLE_MS = 30 * 60_000;
export const SESSION_MAX_MS = 8 * 60 * 60_000;
/** A command line's token is for one errand. */
export const CLI_SESSION_MS = 15 * 60_000;

/** Somebody signed in. `id` is the session's secret: it goes into marks and nowhere else. */
export interface Visitor {
  readonly id: string;
  readonly session: PageSession;
  readonly person: Person;
}

type Deps = Pick<PagesOptions, 'desk' | 'sessions' | 'directory' | 'baseUrl'>;

/** Who sent the request; undefined for nobody. Rejects when that cannot be found out. */
export async function visitorOf(deps: Deps, request: FastifyRequest): Promise<Visitor | undefined> {
  return believed(deps, request.cookies[cookieName(deps)] ?? '', 'page');
}

/** As `visitorOf`, for a command line. */
export async function bearerOf(deps: Deps, request: FastifyRequest): Promise<Visitor | undefined> {
  const [, token = ''] = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(request.headers.authorization ?? '') ?? [];
  return believed(deps, token, 'cli');
}

/** Starts a new session under a new id; the one the browser had before ends. */
export async function startPageSession(
  deps: Deps,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  { person, identity }: { readonly person: Person; readonly identity: SignedIn },
): Promise<void> {
  await endPageSession(deps, request, reply);
  const { issuer, subject, authenticatedAt } = identity;
  const id = await open(deps, 'page', {
    person: person.id,
    identity: { issuer, subject },
    ...(authenticatedAt === undefined ? {} : { authenticatedAt: authenticatedAt.toISOString() }),
    lastsMs: SESSION_MAX_MS,
  });
  reply.setCookie(cookieName(deps), id, cookieOptions(deps));
}

/** The token of a new session for a command line, and when it ends. */
export async function startCliSession(
  deps: Deps,
  session: Pick<PageSession, 'person' | 'identity'>,
): Promise<{ readonly token: string; readonly endsAt: string }> {
  const endsAt = new Date(deps.desk.clock().getTime() + CLI_SESSION_MS).toISOString();
  return { token: await open(deps, 'cli', { ...session, lastsMs: CLI_SESSION_MS }), endsAt };
}

/** Ends the browser's session, if it has one, here and there. */
export async function endPageSession(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const id = request.cookies[cookieName(deps)] ?? '';
  if (isSecret(id)) await deps.sessions.end(hashOf(id));
  reply.clearCookie(cookieName(deps), cookieOptions(deps));
}

/** `__Host-` binds a cookie to this host and to https; on this machine there is no https to bind it to. */
export function cookieName({ baseUrl }: Pick<Deps, 'baseUrl'>, name = 'countersign'): string {
  return baseUrl.startsWith('https:') ? `__Host-${name}` : name;
}

/** Lax, so that a link from Slack finds its reader signed in; every POST is checked for its origin besides. */
export function cookieOptions({ baseUrl }: Pick<Deps, 'baseUrl'>) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: baseUrl.startsWith('https:') } as const;
}

/**
 * The person is found anew by what the provider called them, so that a person who left, or whose identity was taken
 * away, is signed out everywhere at once.
 */
async function believed(
  { desk, sessions, directory }: Deps,
  id: string,
  kind: PageSession['kind'],
): Promise<Visitor | undefined> {
  if (!isSecret(id)) return undefined;
  const session = await sessions.seen(hashOf(id), desk.clock(), SESSION_IDLE_MS);
  if (session?.kind !== kind) return undefined;
  const person = await directory.personByIdentity(session.identity);
  if (person?.active === true && person.id === session.person) return { id, session, person };
  await sessions.end(session.hash);
  desk.security.warn({ event: 'session-ended', person: session.person }, 'Ended the session of nobody');
  return undefined;
}

async function open(
  { desk, sessions }: Deps,
  kind: PageSession['kind'],
  {
    lastsMs,
    ...session
  }: Pick<PageSession, 'person' | 'identity' | 'authenticatedAt'> & { readonly lastsMs: number },
): Promise<string> {
  const [id, now] = [newSecret(), desk.clock()];
  await sessions.open({
    ...session,
    kind,
    hash: hashOf(id),
    startedAt: now.toISOString(),
    seenAt: now.toISOString(),
    endsAt: new Date(now.getTime() + lastsMs).toISOString(),
  });
  return id;
}
