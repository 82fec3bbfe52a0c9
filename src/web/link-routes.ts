/** Linking a Slack user to the person who is signed in: a form does it, in which they type whom they are in Slack. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type FormWork, formToken, type Landing, onForm, signedIn, type Web } from './forms.ts';
import { linkPage } from './pages/link-page.tsx';
import { messagePage } from './pages/message-page.tsx';
import { tell } from './passkey-routes.ts';
import { done, refused } from './said.ts';
import { sendPage } from './send-page.ts';
import { linkOf } from './tickets.ts';

const PATH = '/link/:ticket';
const OVER =
  'This link was used already, or is older than ten minutes; please run /countersign link again; nothing was linked';

const ANOTHER =
  'This link was made for another Slack account than the one you typed; if you did not run /countersign link yourself, tell an operator; nothing was linked';

export function addLinkRoutes(app: FastifyInstance, web: Web): void {
  app.get(PATH, (request, reply) => show(web, request, reply));
  onForm(app, web, { path: PATH, home: () => '/', work: (form) => link(web, form) });
}

async function show(
  web: Web,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const visitor = await signedIn(web, request, reply);
  if (visitor === undefined) return undefined;
  const { ticket = '' } = request.params as { readonly ticket?: string };
  const looker = { name: visitor.person.name, token: formToken(visitor) };
  const slack = await linkOf(web, ticket, 'look');
  if (slack === undefined)
    return sendPage(reply, messagePage({ title: 'Nothing to link', sentence: OVER, looker }), 404);
  return sendPage(reply, linkPage({ looker, slack, ticket, person: visitor.person }));
}

async function link(web: Web, { visitor, params, fields }: FormWork): Promise<Landing> {
  const slack = await linkOf(web, params.ticket ?? '', 'take');
  if (slack === undefined) return { to: '/', said: refused(OVER) };
  const { person } = visitor;
  const { team, user } = slack;
  // One try a ticket. A link that somebody else asked for leads to another member id than the one its reader has.
  if (fields.member?.trim().toUpperCase() !== user) {
    web.desk.security.warn(
      { event: 'link-mistyped', person: person.id, team, user },
      'Refused to link a Slack user',
    );
    return { to: '/', said: refused(ANOTHER) };
  }
  const known = await web.directory.personBySlack(slack);
  const isTaken =
    (known !== undefined && known.id !== person.id) ||
    (person.slack !== undefined && (person.slack.team !== team || person.slack.user !== user));
  if (isTaken || (await web.identities.link({ team, user, person: person.id })) === 'taken') {
    web.desk.security.warn(
      { event: 'link-refused', person: person.id, team, user },
      'Refused to link a Slack user',
    );
    const sentence = `Slack user ${user} or ${person.name} is linked otherwise already; ask an operator; nothing was linked`;
    return { to: '/', said: refused(sentence) };
  }
  await tell(
    web,
    visitor,
    `linked ${team} ${user}`,
    `Slack user ${user} is now linked to ${person.name}; if that was not you, tell an operator at once`,
  );
  return { to: '/', said: done(`Slack user ${user} of workspace ${team} is you now`) };
}
