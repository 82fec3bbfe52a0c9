/** What became of a form, carried to the page that follows it: a cookie for one look, marked so that only we can write it. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { PagesOptions } from './ports.ts';
import { isSame, mark } from './secrets.ts';
import { cookieName, cookieOptions } from './sessions.ts';

const SENTENCE_CHARS_MAX = 1_000;
const KEPT_SECONDS = 60;

const shape = z.strictObject({
  tone: z.enum(['done', 'refused']),
  sentence: z.string().max(SENTENCE_CHARS_MAX),
});

/** `done` is good news, `refused` is not; the words say so too. */
export type Said = z.output<typeof shape>;

export function done(sentence: string): Said {
  return { tone: 'done', sentence: sentence.slice(0, SENTENCE_CHARS_MAX) };
}

export function refused(sentence: string): Said {
  return { tone: 'refused', sentence: sentence.slice(0, SENTENCE_CHARS_MAX) };
}

type Deps = Pick<PagesOptions, 'baseUrl'>;

/** Keeps the sentence for the next page of this session. */
export function say(deps: Deps, reply: FastifyReply, sessionId: string, said: Said): void {
  const content = Buffer.from(JSON.stringify(said)).toString('base64url');
  reply.setCookie(cookieName(deps, 'said'), `${content}.${mark(sessionId, 'said', content)}`, {
    ...cookieOptions(deps),
    maxAge: KEPT_SECONDS,
  });
}

/** The kept sentence, once; undefined for none, and for one that we did not write for this session. */
export function heard(
  deps: Deps,
  {
    request,
    reply,
    sessionId,
  }: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly sessionId: string },
): Said | undefined {
  const name = cookieName(deps, 'said');
  const cookie = request.cookies[name];
  if (cookie === undefined) return undefined;
  reply.clearCookie(name, cookieOptions(deps));
  const [content = '', given = ''] = cookie.split('.');
  if (!isSame(given, mark(sessionId, 'said', content))) return undefined;
  try {
    return shape.parse(JSON.parse(Buffer.from(content, 'base64url').toString()));
  } catch {
    return undefined;
  }
}
