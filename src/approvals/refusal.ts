/** The one sentence a refused clicker reads, in plain words, saying who can decide where that helps. */
import type { Decision, DecisionRefusal } from '../domain/decision.ts';
import type { Person } from '../domain/people.ts';
import type { Need } from '../domain/quorum.ts';

export interface RefusalContext {
  readonly needs: readonly Need[];
  readonly stage: 'waiting' | 'running' | 'closed';
  readonly owner?: string;
  readonly onBehalfOf?: string;
  readonly editor?: string;
  readonly requestedBy?: string;
  readonly decision?: Decision | undefined;
  readonly person?: Person | undefined;
  /** What was refused, where it was no decision. */
  readonly doing?: 'edit';
}

/** The sentence for one refusal. It carries names from the directory only, never an agent's words; no final stop. */
export function refusalSentence(why: DecisionRefusal, context: RefusalContext): string {
  return SENTENCES[why](context);
}

/** The groups of all needs in words: `platform`, `platform or finance-leads`. */
export function groupsInWords(needs: readonly Need[]): string {
  const groups = [...new Set(needs.flatMap((need) => need.groups))];
  if (groups.length === 0) return 'a group that policy has not named';
  const last = groups.at(-1) ?? '';
  return groups.length === 1 ? last : `${groups.slice(0, -1).join(', ')} or ${last}`;
}

const TOO_LATE = {
  waiting: 'the time to decide is over',
  running: 'the request is already running',
  closed: 'the request is closed',
} as const;

const SENTENCES: Readonly<Record<DecisionRefusal, (context: RefusalContext) => string>> = {
  'bad-signature': () => 'This decision was not recorded: its signature could not be verified',
  'wrong-request': () => 'This decision was not recorded: it names another request',
  'wrong-version': () => 'The request has changed since you looked; please decide on its newest card',
  'wrong-digest': () =>
    'The content of the request is not what you were shown; please decide on its newest card',
  'unknown-person': ({ needs }) =>
    `Only people in ${groupsInWords(needs)} can decide this; you are not known to Countersign`,
  inactive: ({ needs, person }) =>
    `Only active people in ${groupsInWords(needs)} can decide this; ${nameOf(person)} is no longer active`,
  excluded: (context) =>
    `Only people in ${groupsInWords(context.needs)} can ${verb(context)} this; ${exclusion(context)}`,
  'not-eligible': (context) =>
    `Only people in ${groupsInWords(context.needs)} can ${verb(context)} this; ${nameOf(context.person)} is not among them`,
  'own-edit': ({ needs }) =>
    `You edited this request yourself: somebody else in ${groupsInWords(needs)} has to approve it`,
  duplicate: ({ decision }) =>
    `Your ${decision?.answer === 'deny' ? 'denial' : 'approval'} is already recorded; each person counts once`,
  'too-weak': () =>
    'This approval was not counted: the risk of the request asks for a stronger confirmation than was given',
  'no-reason': () => 'This approval was not counted: the rule that asks for it wants a reason as well',
  'no-break-glass': ({ person }) =>
    `This approval was not counted: ${nameOf(person)} is not among those who may break the glass`,
  'too-late': ({ stage }) => `This came too late: ${TOO_LATE[stage]}`,
  'directory-unreachable': () =>
    'This decision was not counted: the directory of people does not answer; please try again in a minute',
};

function verb({ decision, doing }: RefusalContext): string {
  return doing ?? (decision?.answer === 'deny' ? 'deny' : 'approve');
}

function exclusion({ person, owner, onBehalfOf, editor, requestedBy }: RefusalContext): string {
  if (person?.id === undefined || person.id === owner) return `${nameOf(person)} owns the agent`;
  if (person.id === onBehalfOf) return `the agent acts for ${person.name}`;
  if (person.id === requestedBy) return `${person.name} prompted the agent`;
  if (person.id === editor) return `${person.name} changed the agent's configuration last`;
  return `${person.name} is too close to the request (owns, changed or prompted the agent, or it acts for them)`;
}

function nameOf(person: Person | undefined): string {
  return person?.name ?? 'this person';
}
