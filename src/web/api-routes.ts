/** What a command line of a person uses. A bearer token each time; no cookie counts here, and none is set. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { findApproval } from '../approvals/find-approval.ts';
import { pointerValue } from '../approvals/pointer.ts';
import { shortDigest } from '../domain/digest.ts';
import { CountersignError } from '../domain/errors.ts';
import { decide } from './deciding.ts';
import type { waitingDevice } from './device-routes.ts';
import type { Web } from './forms.ts';
import { tooMany } from './guard.ts';
import { hashOf, newCode, newSecret } from './secrets.ts';
import { bearerOf, startCliSession, type Visitor } from './sessions.ts';
import { issue } from './tickets.ts';

const POLL_SECONDS = 2;

const decision = z.strictObject({
  request: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'is no id of a request'),
  version: z.number().int().min(1).max(9_999).optional(),
  answer: z.enum(['approve', 'deny']),
  reason: z.string().max(10_000).default(''),
  target: z.string().max(1_000).default(''),
  /** Repeating a call with the same key cannot decide twice. */
  key: z.string().min(1).max(200).optional(),
});
const device = z.strictObject({ device: z.string().regex(/^[A-Za-z0-9_-]{43}$/) });
const allowed = z.strictObject({
  person: z.string(),
  identity: z.strictObject({ issuer: z.string(), subject: z.string() }),
});

export function addApiRoutes(app: FastifyInstance, web: Web): void {
  app.post('/api/login', async (request) => {
    if (!(await web.perLogin(request.ip))) throw tooMany();
    return beginLogin(web);
  });
  app.post('/api/login/token', async (request, reply) => {
    const { device: secret } = device.parse(request.body);
    const answer = await loginToken(web, secret);
    return reply.code(answer.status === 'pending' ? 202 : 200).send(answer);
  });
  app.post('/api/logout', async (request) => {
    const { session } = await caller(web, request);
    await web.sessions.end(session.hash);
    return { status: 'ended' };
  });
  app.post('/api/decisions', async (request, reply) => {
    const visitor = await caller(web, request);
    if (!(await web.perPerson(visitor.person.id))) throw tooMany();
    const answer = await decideFor(web, visitor, decision.parse(request.body));
    return reply.code(answer.status === 'recorded' ? 200 : 409).send(answer);
  });
}

async function caller(web: Web, request: FastifyRequest): Promise<Visitor> {
  const visitor = await bearerOf(web, request);
  if (visitor !== undefined) return visitor;
  throw new CountersignError('unauthenticated', 'Cannot decide: nobody is logged in; run countersign login');
}

async function beginLogin(web: Web) {
  const [secret, code] = [newSecret(), newCode()];
  const body: z.output<typeof waitingDevice> = { device: hashOf(secret) };
  const expiresAt = await issue(web, { kind: 'device', secret: code, body });
  return {
    device: secret,
    code,
    url: `${web.baseUrl}/device`,
    expiresAt,
    pollSeconds: POLL_SECONDS,
  };
}

/** Unknown, over and not answered yet look the same: the command line knows itself when to stop asking. */
async function loginToken(web: Web, secret: string) {
  const answer = await web.tickets.take('device-answer', hashOf(secret), web.desk.clock());
  if (answer === undefined) return { status: 'pending' } as const;
  const { data } = allowed.safeParse(answer);
  if (data === undefined) return { status: 'refused' } as const;
  const { token, endsAt } = await startCliSession(web, data);
  return { status: 'allowed', token, person: data.person, endsAt } as const;
}

async function decideFor(web: Web, { person, session }: Visitor, said: z.output<typeof decision>) {
  const { request, answer, reason, target } = said;
  const known = await newestOf(web, request, said.version);
  if (known === undefined) return refused('Countersign knows no such request; nothing was recorded');
  // Who names no version has read one, and not necessarily this.
  if (said.version === undefined && known.version > 1) {
    const sentence = `This request was edited: look at it and say which version you decide, the newest is ${known.version}; nothing was recorded`;
    return { ...refused(sentence), page: pageOf(web, known) };
  }
  const found = await findApproval(web.desk, pointerValue(known));
  if (found.kind === 'refused') return refused(found.sentence);
  const { approval } = found;
  const decided = await decide(web, {
    ...{ person, approval, answer, reason, target, withPasskey: false, surface: 'cli' },
    parts: [session.hash, pointerValue(approval), said.key ?? randomUUID()],
  });
  const { version, digest, title, tier } = approval;
  const page = pageOf(web, approval);
  if (decided.kind === 'refused') return { ...refused(decided.sentence), page };
  return {
    status: 'recorded',
    ...{ request, version, answer, title, tier, page },
    code: shortDigest(digest),
  } as const;
}

/** The version that was named, else the newest one that people are asked about. */
async function newestOf({ desk: { inbox } }: Web, request: string, version?: number) {
  if (version !== undefined) return inbox.find(request, version);
  const open = (await inbox.list()).filter((approval) => approval.request === request);
  return open.sort((one, other) => other.version - one.version)[0] ?? inbox.find(request, 1);
}

function pageOf({ baseUrl }: Web, approval: Parameters<typeof pointerValue>[0]): string {
  return `${baseUrl}/decide/${pointerValue(approval)}`;
}

function refused(sentence: string) {
  return { status: 'refused', sentence } as const;
}
