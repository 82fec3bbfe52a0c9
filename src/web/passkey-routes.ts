/** Passkeys of the person who is signed in: listing, adding and removing, each change told to them elsewhere too. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CountersignError } from '../domain/errors.ts';
import { askForNewPasskey, askForPasskey, isProven, madePasskey } from './ceremonies.ts';
import { type FormWork, formToken, type Landing, onCall, onForm, signedIn, type Web } from './forms.ts';
import { FRESH_SECONDS } from './oidc.ts';
import { LABEL_CHARS_MAX, passkeysPage } from './pages/passkeys-page.tsx';
import { done, heard, refused } from './said.ts';
import { sendPage } from './send-page.ts';
import type { Visitor } from './sessions.ts';

const PATH = '/passkeys';
export const PASSKEYS_MAX = 10;

const addBody = z.strictObject({ assertion: z.string().max(16_384).optional() });

export function addPasskeyRoutes(app: FastifyInstance, web: Web): void {
  const home = () => PATH;
  app.get(PATH, (request, reply) => show(web, request, reply));
  onForm(app, web, { path: PATH, home, work: (form) => add(web, form) });
  onForm(app, web, { path: `${PATH}/remove`, home, work: (form) => remove(web, form) });
  onCall(app, web, `${PATH}/add/challenge`, ({ visitor, body }) => beforeAdding(web, visitor, body));
  onCall(app, web, `${PATH}/remove/:id/challenge`, async ({ visitor, params }) => ({
    authenticate: await askForPasskey(web, visitor, { what: 'remove-passkey', subject: params.id ?? '' }),
  }));
}

async function show(
  web: Web,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const visitor = await signedIn(web, request, reply);
  if (visitor === undefined) return undefined;
  const { id, person } = visitor;
  return sendPage(
    reply,
    passkeysPage({
      looker: { name: person.name, token: formToken(visitor) },
      said: heard(web, { request, reply, sessionId: id }),
      passkeys: await web.passkeys.of(person.id),
      timeZone: person.timeZone,
      isFresh: isFresh(web, visitor),
    }),
  );
}

/** A first passkey rests on the sign-in alone, so that must be the person's own doing, moments ago. */
function isFresh({ desk }: Web, { session: { authenticatedAt } }: Visitor): boolean {
  if (authenticatedAt === undefined) return false;
  return desk.clock().getTime() - new Date(authenticatedAt).getTime() <= FRESH_SECONDS * 1_000;
}

/** First an existing passkey, where there is one; then the options for the new one. */
async function beforeAdding(web: Web, visitor: Visitor, body: unknown) {
  const { assertion } = addBody.parse(body);
  const purpose = { what: 'add-passkey', subject: '' } as const;
  const known = await web.passkeys.of(visitor.person.id);
  if (known.length >= PASSKEYS_MAX)
    throw no(`You have ${PASSKEYS_MAX} passkeys already; please remove one first`);
  if (known.length === 0) {
    if (!isFresh(web, visitor)) throw no('Please sign in again before you add your first passkey');
    return { register: await askForNewPasskey(web, visitor) };
  }
  if (assertion === undefined) return { authenticate: await askForPasskey(web, visitor, purpose) };
  if (!(await isProven(web, visitor, purpose, assertion)))
    throw no('This passkey could not be checked; please try again');
  return { register: await askForNewPasskey(web, visitor) };
}

async function add(web: Web, { visitor, fields }: FormWork): Promise<Landing> {
  const label = (fields.label ?? '').trim();
  if (label === '' || label.length > LABEL_CHARS_MAX)
    return {
      to: PATH,
      said: refused(`A passkey needs a name of at most ${LABEL_CHARS_MAX} characters; nothing was added`),
    };
  const made = await madePasskey(web, visitor, { text: fields.attestation ?? '', label });
  if (made === undefined)
    return {
      to: PATH,
      said: refused('The new passkey could not be checked; nothing was added; please try again'),
    };
  if (!(await web.passkeys.add(made, PASSKEYS_MAX)))
    return { to: PATH, said: refused('This passkey is known already; nothing was added') };
  await tell(
    web,
    visitor,
    `passkey-added ${made.id}`,
    `A passkey named "${label}" was added to your account; if that was not you, tell an operator at once`,
  );
  return { to: PATH, said: done(`The passkey "${label}" is yours now`) };
}

async function remove(web: Web, { visitor, fields }: FormWork): Promise<Landing> {
  const { id = '', assertion = '' } = fields;
  if (!(await isProven(web, visitor, { what: 'remove-passkey', subject: id }, assertion)))
    return { to: PATH, said: refused('The passkey you showed could not be checked; nothing was removed') };
  if (!(await web.passkeys.remove(visitor.person.id, id)))
    return { to: PATH, said: refused('You have no such passkey; nothing was removed') };
  await tell(
    web,
    visitor,
    `passkey-removed ${id}`,
    'A passkey was removed from your account; if that was not you, tell an operator at once',
  );
  return { to: PATH, said: done('The passkey is removed') };
}

/** What is done is done: a message that does not arrive undoes nothing, but stands in the log. */
export async function tell(
  web: Web,
  { person }: Pick<Visitor, 'person'>,
  key: string,
  text: string,
): Promise<void> {
  const { desk, notify } = web;
  desk.security.info(
    { event: 'account-changed', what: key.split(' ')[0], person: person.id },
    'Changed how somebody signs in',
  );
  await notify({ person: person.id, key, text }).catch((error: unknown) => {
    const why = error instanceof Error ? error.name : 'unknown';
    desk.log.warn(
      { event: 'notify-failed', person: person.id, why },
      'Could not tell somebody about their account',
    );
  });
}

function no(sentence: string): CountersignError {
  return new CountersignError('unauthenticated', sentence);
}
