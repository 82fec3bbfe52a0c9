/** What a session says it is for, and what its agent was given for a while. */
import { CountersignError } from '../domain/errors.ts';
import type { AccessBook, Clock, Sessions } from '../domain/ports.ts';
import type { DeclaredTask, Session } from '../domain/session.ts';
import type { Caller } from './auth.ts';
import { answers, type Door } from './openapi.ts';
import type { ToolCatalogue } from './parse-ask.ts';
import type { CallerOf } from './require-caller.ts';
import { accessListSchema, sessionSchema, taskSchema } from './session.schema.ts';

/** What the routes stand on. */
export interface SessionRoutes {
  readonly sessions: Sessions;
  readonly access: Pick<AccessBook, 'list'>;
  readonly registry: ToolCatalogue;
  readonly callerOf: CallerOf;
  readonly clock: Clock;
}

/** Adds the routes to the door. */
export function addSessionRoutes(door: Door, parts: SessionRoutes): void {
  addDeclare(door, parts);
  addCurrent(door, parts);
  addAccess(door, parts);
}

function addDeclare(door: Door, { sessions, registry, callerOf, clock }: SessionRoutes): void {
  const schema = {
    summary: "Declare your session's task, once; what leaves it is gated or denied",
    body: taskSchema,
    response: answers({ 200: [sessionSchema, 'Declared, now or before'] }),
  };
  door.post('/v1/sessions', { schema }, async (request): Promise<Session> => {
    const caller = callerOf(request);
    const id = sessionOf(caller);
    const task: DeclaredTask = request.body;
    refuseUnknownTools(task, registry);
    const session = { id, agent: caller.agent.id, task, declaredAt: clock().toISOString() };
    if (await reached(sessions.declare(session))) return (await reached(sessions.find(id))) ?? session;
    throw new CountersignError(
      'task-declared',
      'Cannot declare task: this session has declared another one, want a token of a new session',
    );
  });
}

function addCurrent(door: Door, { sessions, callerOf }: SessionRoutes): void {
  const schema = {
    summary: 'Read your session and the task it declared',
    response: answers({ 200: [sessionSchema, 'Your session'] }),
  };
  door.get('/v1/sessions/current', { schema }, async (request) => {
    const caller = callerOf(request);
    const [id, agent] = [sessionOf(caller), caller.agent.id];
    const known = await reached(sessions.find(id));
    return known?.agent === agent ? known : { id, agent };
  });
}

/**
 * Without the reasons and requests behind the grants: those may be another session's, and its words must not reach this
 * one.
 */
function addAccess(door: Door, { access, callerOf, clock }: SessionRoutes): void {
  const schema = {
    summary: 'List the access that people gave you for a while, newest first, past ones too',
    response: answers({ 200: [accessListSchema, 'Your access'] }),
  };
  door.get('/v1/access', { schema }, async (request) => {
    const agent = callerOf(request).agent.id;
    const now = clock().getTime();
    const grants = (await reached(access.list(agent))).filter((grant) => grant.agent === agent);
    return {
      access: grants.map(({ tool, scope, from, until, revokedAt }) => ({
        ...{ tool, scope, from, until },
        inForce: revokedAt === undefined && Date.parse(from) <= now && now < Date.parse(until),
        ...(revokedAt === undefined ? {} : { revokedAt }),
      })),
    };
  });
}

function sessionOf({ session }: Caller): string {
  if (session !== null) return session;
  throw new CountersignError(
    'invalid-field',
    'Cannot tell session: your token names none, want one with a "sid" claim',
    { problems: [{ field: 'authorization', problem: 'Token without a "sid" claim' }] },
  );
}

/** A misspelt tool would never be asked for, and its right name would leave the task. */
function refuseUnknownTools({ tools = [] }: DeclaredTask, registry: ToolCatalogue): void {
  const known = new Set(registry.all().map(({ name }) => name));
  const problems = tools.flatMap((tool, at) =>
    known.has(tool) ? [] : [{ field: `/tools/${at}`, problem: 'Unknown tool' }],
  );
  if (problems.length === 0) return;
  throw new CountersignError(
    'unknown-tool',
    `Cannot declare task: ${problems.length} of its tools are unknown`,
    {
      problems: problems.slice(0, 20),
    },
  );
}

async function reached<Answer>(call: Promise<Answer>): Promise<Answer> {
  return await call.catch((cause: unknown) => {
    if (cause instanceof CountersignError) throw cause;
    throw new CountersignError('unavailable', 'Cannot answer: the store does not answer', { cause });
  });
}
