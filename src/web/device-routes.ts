/** Letting a command line decide for a while: it shows a code, its owner signs in here, compares the code and allows it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type FormWork, formToken, type Landing, onForm, signedIn, type Web } from './forms.ts';
import { devicePage } from './pages/device-page.tsx';
import { tell } from './passkey-routes.ts';
import { done, heard, refused } from './said.ts';
import { hashOf, readCode } from './secrets.ts';
import { sendPage } from './send-page.ts';

const PATH = '/device';
const OVER =
  'This code was used already, is older than ten minutes, or is not one of ours; nothing was allowed';

/** What waits under a code: the hash of the secret that its command line asks with. */
export const waitingDevice = z.strictObject({ device: z.string() });

export function addDeviceRoutes(app: FastifyInstance, web: Web): void {
  app.get(PATH, (request, reply) => show(web, request, reply));
  onForm(app, web, { path: PATH, home: () => PATH, work: (form) => answer(web, form) });
}

async function show(
  web: Web,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const visitor = await signedIn(web, request, reply);
  if (visitor === undefined) return undefined;
  const looker = { name: visitor.person.name, token: formToken(visitor) };
  const said = heard(web, { request, reply, sessionId: visitor.id });
  // The code is never taken from a link: whoever was sent one has nothing to type.
  return sendPage(reply, devicePage({ looker, said }));
}

async function answer(web: Web, { visitor, fields }: FormWork): Promise<Landing> {
  const { tickets, desk } = web;
  const code = readCode(fields.code ?? '');
  const now = desk.clock();
  const found = code === undefined ? undefined : await tickets.take('device', hashOf(code), now);
  const { data: waiting } = waitingDevice.safeParse(found);
  if (waiting === undefined) return { to: PATH, said: refused(OVER) };
  const isAllowed = fields.answer === 'allow';
  const { person, identity } = visitor.session;
  await tickets.issue(
    {
      kind: 'device-answer',
      hash: waiting.device,
      body: isAllowed ? { person, identity: { ...identity } } : 'refused',
      expiresAt: new Date(now.getTime() + 60_000).toISOString(),
    },
    now,
  );
  if (!isAllowed) return { to: PATH, said: done('The command line was not allowed anything') };
  await tell(
    web,
    visitor,
    `cli-allowed ${waiting.device}`,
    'A command line may decide requests under your name for 15 minutes; if that was not you, tell an operator at once',
  );
  return {
    to: PATH,
    said: done('The command line may decide under your name for 15 minutes; you can close this page'),
  };
}
