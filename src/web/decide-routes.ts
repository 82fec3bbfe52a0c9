/** The decision page: what Slack's card links to, and the only place where critical requests are approved. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { findApproval } from '../approvals/find-approval.ts';
import { parsePointer } from '../approvals/pointer.ts';
import { shortDigest } from '../domain/digest.ts';
import { CountersignError } from '../domain/errors.ts';
import { askForPasskey, isProven } from './ceremonies.ts';
import { type Decided, decide } from './deciding.ts';
import { type FormWork, formToken, type Landing, onCall, onForm, signedIn, type Web } from './forms.ts';
import { mayRead, whyNotDecide } from './may-decide.ts';
import { decidePage } from './pages/decide-page.tsx';
import { messagePage } from './pages/message-page.tsx';
import { done, heard, refused } from './said.ts';
import { isSecret, newSecret } from './secrets.ts';
import { sendPage } from './send-page.ts';
import type { Visitor } from './sessions.ts';

const PATH = '/decide/:pointer';

export function addDecideRoutes(app: FastifyInstance, web: Web): void {
  app.get(PATH, (request, reply) => show(web, request, reply));
  onForm(app, web, { path: PATH, home: pathOf, work: (form) => answer(web, form) });
  onCall(app, web, `${PATH}/challenge`, async ({ visitor, params }) => {
    const options = await askForPasskey(web, visitor, { what: 'approve', subject: params.pointer ?? '' });
    if (options !== undefined) return { authenticate: options };
    throw new CountersignError('not-found', 'You have no passkey yet: add one on the passkeys page first');
  });
}

async function show(
  web: Web,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const visitor = await signedIn(web, request, reply);
  if (visitor === undefined) return undefined;
  const { pointer = '' } = request.params as { readonly pointer?: string };
  const looker = { name: visitor.person.name, token: formToken(visitor) };
  const said =
    heard(web, { request, reply, sessionId: visitor.id }) ??
    ((request.query as { readonly note?: unknown }).note === 'signed-out' ? SIGNED_OUT : undefined);
  const found = await findApproval(web.desk, pointer);
  const view = await viewOf(web, pointer);
  if (view === undefined) {
    const sentence =
      found.kind === 'refused' ? found.sentence : 'The content of this request cannot be read at the moment';
    return sendPage(reply, messagePage({ title: 'No such request', sentence, looker, said }), 404);
  }
  const why = found.kind === 'refused' ? found.sentence : await whyNot(web, visitor, found.approval, view);
  if (!(await mayRead(web, visitor.person, view))) {
    const { id: person } = visitor.person;
    web.desk.security.warn(
      { event: 'page-refused', person, request: view.request },
      'Refused to show a request',
    );
    const sentence = why === undefined ? NOT_YOURS : `${why}. ${NOT_YOURS}`;
    return sendPage(reply, messagePage({ title: 'Not yours to read', sentence, looker, said }), 403);
  }
  return sendPage(
    reply,
    decidePage({
      ...{ view, pointer, looker, said, names: web.names, timeZone: visitor.person.timeZone },
      why,
      hasPasskey: (await web.passkeys.of(visitor.person.id)).length > 0,
      once: newSecret(),
    }),
  );
}

const NOT_YOURS = 'It is for the people who may decide it, whom it concerns, and operators to read';

const SIGNED_OUT = refused(
  'You were signed out meanwhile, so what you sent was not recorded; please send it again',
);

/** The card as it is wanted now, if the pointer names exactly it. */
async function viewOf({ cards }: Web, value: string) {
  const pointer = parsePointer(value);
  if (pointer === undefined) return undefined;
  const view = (await cards.current(pointer.request, pointer.version))?.wantedView;
  return view !== undefined && shortDigest(view.digest) === pointer.digest8 ? view : undefined;
}

/** Why this person has nothing to press: not theirs to decide, or decided already. */
async function whyNot(
  web: Web,
  { person }: Visitor,
  approval: Parameters<typeof whyNotDecide>[2],
  { votes }: { readonly votes: readonly { readonly person: string; readonly answer: string }[] },
): Promise<string | undefined> {
  const mine = votes.find((vote) => vote.person === person.id);
  if (mine !== undefined)
    return `Your ${mine.answer === 'deny' ? 'denial' : 'approval'} is already recorded; each person counts once`;
  return whyNotDecide(web, person, approval);
}

async function answer(web: Web, { visitor, fields, params }: FormWork): Promise<Landing> {
  const { pointer = '' } = params;
  const to = pathOf(params);
  const { once = '', reason = '', target = '', assertion = '' } = fields;
  const given = fields.answer;
  if ((given !== 'approve' && given !== 'deny') || !isSecret(once))
    return { to, said: refused('This form is not one of ours; nothing was recorded') };
  const found = await findApproval(web.desk, pointer);
  if (found.kind === 'refused') return { to, said: refused(found.sentence) };
  const { approval } = found;
  const withPasskey =
    assertion !== '' && (await isProven(web, visitor, { what: 'approve', subject: pointer }, assertion));
  if (assertion !== '' && !withPasskey) return { to, said: refused(UNPROVEN) };
  const decided = await decide(web, {
    ...{ person: visitor.person, approval, answer: given, reason, target, withPasskey },
    surface: 'web',
    parts: [visitor.session.hash, pointer, once],
  });
  return {
    to,
    said: saidOf(decided, given, `version ${approval.version}, code ${shortDigest(approval.digest)}`),
  };
}

const UNPROVEN =
  'The passkey could not be checked: it has to be one of yours, asked by this page, within five minutes; nothing was recorded';

function saidOf(decided: Decided, given: 'approve' | 'deny', what: string) {
  if (decided.kind === 'refused') return refused(decided.sentence);
  return done(
    `Your ${given === 'deny' ? 'denial' : 'approval'} is recorded under your name (${what}); it counts as soon as Countersign has checked it, and this page then shows it`,
  );
}

function pathOf({ pointer = '' }: FormWork['params']): string {
  return `/decide/${encodeURIComponent(pointer)}`;
}
