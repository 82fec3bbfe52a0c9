/** Forms of signed-in people: where they come from, whose they are, how many, and where their sender is sent afterwards. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CountersignError } from '../domain/errors.ts';
import { assertOwnOrigin, type Limit, tooMany } from './guard.ts';
import type { PagesOptions } from './ports.ts';
import { refused, type Said, say } from './said.ts';
import { isSame, mark } from './secrets.ts';
import { endPageSession, type Visitor, visitorOf } from './sessions.ts';

/** The name of the hidden field, and of the header where a script asks. */
export const TOKEN_FIELD = 'token';
const TOKEN_HEADER = 'x-form-token';

export interface Web extends PagesOptions {
  readonly perPerson: Limit;
  readonly perLogin: Limit;
}

/** Where the sender of a form goes, and what they are told there. */
export interface Landing {
  readonly to: string;
  readonly said: Said;
  /** The sender is signed out besides. */
  readonly signsOut?: true;
}

export interface FormWork {
  readonly visitor: Visitor;
  /** Text fields only; a field given twice is missing. */
  readonly fields: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
}

/** A page's own token: only a page that we gave to this session has it. */
export function formToken({ id }: Pick<Visitor, 'id'>): string {
  return mark(id, 'form');
}

/**
 * Takes a form at `path` and sends its sender on; nothing is answered in place, so that going back or reloading repeats
 * nothing. `home` is where they go when the work breaks or they are no longer signed in.
 */
export function onForm(
  app: FastifyInstance,
  web: Web,
  {
    path,
    home,
    work,
  }: {
    readonly path: string;
    readonly home: (params: FormWork['params']) => string;
    readonly work: (form: FormWork) => Promise<Landing>;
  },
): void {
  app.post(path, async (request, reply) => {
    assertOwnOrigin(request, web);
    const params = request.params as FormWork['params'];
    const visitor = await visitorOf(web, request);
    if (visitor === undefined) return reply.redirect(signInPath(home(params), 'signed-out'), 303);
    const fields = textFields(request.body);
    await assertOwn(web, visitor, fields[TOKEN_FIELD] ?? '');
    const { to, said, signsOut } = await landing(web, home(params), () => work({ visitor, fields, params }));
    if (signsOut === true) await endPageSession(web, request, reply);
    else say(web, reply, visitor.id, said);
    return reply.redirect(to, 303);
  });
}

/** Answers a question of our own script with JSON. The same checks; a refusal is a sentence to show. */
export function onCall(
  app: FastifyInstance,
  web: Web,
  path: string,
  work: (call: Omit<FormWork, 'fields'> & { readonly body: unknown }) => Promise<unknown>,
): void {
  app.post(path, async (request, reply) => {
    assertOwnOrigin(request, web);
    const visitor = await visitorOf(web, request);
    if (visitor === undefined)
      throw new CountersignError('unauthenticated', 'Cannot answer: you are signed out; reload the page');
    await assertOwn(web, visitor, headerOf(request, TOKEN_HEADER));
    const answer = await work({ visitor, body: request.body, params: request.params as FormWork['params'] });
    return reply.send(answer);
  });
}

/** The visitor, or undefined after the browser was sent to sign in and come back. */
export async function signedIn(
  web: Web,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Visitor | undefined> {
  const visitor = await visitorOf(web, request);
  if (visitor === undefined) await reply.redirect(signInPath(request.url), 303);
  return visitor;
}

/** Where somebody signs in and comes back to `back`. */
export function signInPath(back: string, note?: 'signed-out'): string {
  const target = note === undefined ? back : `${back}${back.includes('?') ? '&' : '?'}note=${note}`;
  return `/sign-in?back=${encodeURIComponent(target)}`;
}

async function assertOwn({ desk, perPerson }: Web, visitor: Visitor, token: string): Promise<void> {
  if (!isSame(token, formToken(visitor))) {
    desk.security.warn(
      { event: 'form-refused', why: 'token', person: visitor.person.id },
      'Refused a form without the token of its session',
    );
    throw new CountersignError(
      'unauthenticated',
      'Cannot take form: it is not from a page of this session; nothing was recorded',
    );
  }
  if (!(await perPerson(visitor.person.id))) throw tooMany();
}

/** What broke may have been recorded before it broke, so the sentence does not say that it was not. */
async function landing({ desk }: Web, home: string, work: () => Promise<Landing>): Promise<Landing> {
  try {
    return await work();
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
    desk.log.error({ event: 'form-failed', why }, 'A form could not be worked on');
    const sentence =
      'This could not be confirmed and may not be recorded: look at this page, and try again if it has not changed';
    return { to: home, said: refused(sentence) };
  }
}

function textFields(body: unknown): Readonly<Record<string, string>> {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(
    Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function headerOf({ headers }: FastifyRequest, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}
