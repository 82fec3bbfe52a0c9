/** `away`, `delegate` and `back`: the person's own absence, and who stands in. */
import { endAbsence, sayAway, type WantedAbsence } from '../../approvals/away.ts';
import { bothClocks, parseEnd } from '../../approvals/wall-clock.ts';
import type { Person } from '../../domain/people.ts';
import { awayModal } from '../home/affair-modals.ts';
import type { AffairsDesk } from '../home/affairs.ts';
import { DONE, type Reply, tell } from '../reply.ts';
import { sorted } from '../slack-client.ts';
import type { AskedCommand, CommandWork } from './command-work.ts';

const UNREADABLE = 'Say when it ends, for example 2026-12-24, 2026-12-24 18:00 or +3d';

/** `away until <end>`; alone it opens the modal. */
export function away(desk: AffairsDesk): CommandWork {
  return async (asked) => {
    if (asked.rest === '') return openModal(desk, asked);
    const [, until] = /^until (.+)$/.exec(asked.rest) ?? [];
    return until === undefined ? undefined : sayUntil(desk, asked, { until });
  };
}

/** `delegate @somebody until <end>`; alone it opens the modal. A name is nobody: only a mention names a person. */
export function delegate(desk: AffairsDesk): CommandWork {
  return async (asked) => {
    if (asked.rest === '') return openModal(desk, asked);
    const [, who = '', until] = /^(\S+) until (.+)$/.exec(asked.rest) ?? [];
    if (until === undefined) return undefined;
    const [, user] = /^<@([A-Z0-9]{2,30})(?:\|[^>]*)?>$/.exec(who) ?? [];
    if (user === undefined) return tell('Mention the person with @, or use the form: /countersign delegate');
    const named = await desk.directory.personBySlack({ team: asked.team, user });
    if (named === undefined)
      return tell('Countersign does not know this person, so they cannot stand in for you');
    return sayUntil(desk, asked, { until, delegate: named.id });
  };
}

/** Ends the absence in force. */
export function back(desk: AffairsDesk): CommandWork {
  return async ({ person, rest }) => {
    if (rest !== '') return undefined;
    const now = desk.clock();
    const open = await desk.absences.openOf(person.id, now);
    const current = open.find(({ from }) => new Date(from) <= now);
    if (current === undefined)
      return tell(
        open.length === 0
          ? 'You are not away'
          : `You are not away now; ${open.length} to come can be ended in the Home tab of this app`,
      );
    const ended = await endAbsence(desk, { id: current.id, by: person });
    return tell(
      ended.kind === 'refused' ? ended.sentence : 'Welcome back: nobody stands in for you any more',
    );
  };
}

/** What was said, for the person who said it. */
export function saidWords(
  { from, until, delegate }: Pick<WantedAbsence, 'from' | 'until' | 'delegate'>,
  {
    person,
    cautions,
    names,
    now,
  }: Pick<AffairsDesk, 'names'> & {
    readonly person: Person;
    readonly cautions: readonly string[];
    readonly now: Date;
  },
): string {
  const clock = (at: Date) => bothClocks(at.toISOString(), person.timeZone);
  const start = from > now ? `from ${clock(from)} ` : '';
  const who = delegate === undefined ? 'Nobody stands' : `${names.person(delegate)} stands`;
  return [`You are away ${start}until ${clock(until)}. ${who} in for you`, ...cautions].join('.\n');
}

async function sayUntil(
  desk: AffairsDesk,
  { person, trigger }: AskedCommand,
  said: { readonly until: string; readonly delegate?: string },
): Promise<Reply> {
  const now = desk.clock();
  const until = parseEnd(said.until, { now, timeZone: person.timeZone });
  if (until === undefined) return tell(UNREADABLE);
  const delegate = said.delegate === undefined ? {} : { delegate: said.delegate };
  const wanted = { person, from: now, until, ...delegate, key: `command ${trigger}` };
  const answer = await sayAway(desk, wanted);
  if (answer.kind === 'refused') return tell(`${answer.sentence}; nothing was changed`);
  return tell(saidWords(wanted, { person, cautions: answer.cautions, names: desk.names, now }));
}

async function openModal({ client, clock }: AffairsDesk, { trigger, person }: AskedCommand): Promise<Reply> {
  const view = awayModal({ now: clock(), timeZone: person.timeZone });
  await sorted('Cannot open modal', client.views.open({ trigger_id: trigger, view }));
  return DONE;
}
