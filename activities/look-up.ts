/**
 * Facts that have to be looked up, each only where a rule for the tool reads it. One that a rule reads and that cannot
 * be read denies the step: a limit whose counts are not known is not held.
 */
import { covers } from '../src/domain/access.ts';
import { CountersignError } from '../src/domain/errors.ts';
import type { GatheredFact, StepFacts } from '../src/domain/facts.ts';
import type { Agent } from '../src/domain/people.ts';
import type { AccessBook, Directory, Sessions, Usage } from '../src/domain/ports.ts';
import { leavesTask } from '../src/domain/session.ts';
import { type EarlierStep, NOTHING_RECENT, type Recent, withEarlier } from '../src/domain/usage.ts';
import type { Call } from './asked.ts';
import { Denied } from './denied.ts';

export interface LookUpDeps {
  readonly directory: Directory;
  readonly usage: Usage;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly access: Pick<AccessBook, 'inForce'>;
}

/** A step with all that is known of it before anything is looked up. */
export interface Question {
  readonly request: string;
  readonly step: number;
  readonly session: string | null;
  readonly onBehalfOf: string | null;
  /** Steps of the same request that will have run before and that nothing has counted yet. */
  readonly earlier: readonly EarlierStep[];
  readonly agent: Agent;
  readonly call: Call;
  readonly now: Date;
}

export type LookedUp = Pick<StepFacts, 'behalfGroups' | 'elevated' | 'task' | 'recent'>;

/** Throws `Denied`; rejects with `unavailable` where the directory has no answer. */
export async function lookUp(
  question: Question,
  mentioned: ReadonlySet<GatheredFact>,
  deps: LookUpDeps,
): Promise<LookedUp> {
  const [behalfGroups, recent, task, elevated] = await Promise.all([
    behalfGroupsOf(question, deps),
    mentioned.has('recent') ? needed('What was done lately', recentOf(question, deps)) : NOTHING_RECENT,
    mentioned.has('task') ? needed('The task of the session', taskOf(question, deps)) : NO_TASK,
    mentioned.has('elevated') ? needed('Access on request', isElevated(question, deps)) : false,
  ]);
  return { behalfGroups, recent, task, elevated };
}

const NO_TASK = Object.freeze({ declared: false, outside: false });

async function needed<Fact>(what: string, fact: Promise<Fact>): Promise<Fact> {
  try {
    return await fact;
  } catch (cause) {
    throw new Denied('facts-missing', `${what} cannot be read, and a rule for this tool needs it.`, {
      cause,
    });
  }
}

async function behalfGroupsOf({ onBehalfOf }: Question, { directory }: LookUpDeps) {
  if (onBehalfOf === null) return null;
  const person = await directory.person(onBehalfOf).catch((cause: unknown) => {
    throw new CountersignError('unavailable', 'Cannot judge: the directory of people does not answer', {
      cause,
    });
  });
  if (person?.active === true) return person.groups;
  throw new Denied('unknown-person', 'Nobody active is known by the name this request is for.');
}

async function recentOf(question: Question, { usage }: LookUpDeps): Promise<Recent> {
  const { request, step, session, agent, call, now, earlier } = question;
  const subject = { tool: call.tool.name, target: call.target.id };
  const { id, tenant } = agent;
  const recent = await usage.recent({ request, step, session, now, agent: id, tenant, ...subject });
  return withEarlier(recent, subject, earlier);
}

async function taskOf({ session: id, agent, call }: Question, { sessions }: LookUpDeps) {
  const session = id === null ? undefined : await sessions.find(id);
  if (session === undefined) return NO_TASK;
  const { tool, args, target } = call;
  const recipients = (tool.recipients?.(args) ?? []).map((address) => address.toLowerCase());
  // A session of another agent declares nothing for this one, so whatever it does is outside.
  const outside =
    session.agent !== agent.id || leavesTask(session.task, { tool: tool.name, target, recipients });
  return { declared: true, outside };
}

async function isElevated({ agent, call, now }: Question, { access }: LookUpDeps): Promise<boolean> {
  const { tool, target } = call;
  return covers(await access.inForce(agent.id, now), { tool: tool.name, scope: target.scope });
}
