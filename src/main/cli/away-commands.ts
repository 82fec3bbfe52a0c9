/** `absences`, `away` and `back`: the operators' way to say that somebody is away, with nothing else up. */
import { randomUUID } from 'node:crypto';
import { loadOrganisation } from '../../approvals/people.ts';
import type { Absence, RecordedAbsence } from '../../domain/absence.ts';
import { CountersignError } from '../../domain/errors.ts';
import { EXIT, type Exit } from './exit-codes.ts';
import { json, printable, table } from './print.ts';
import type { CommandContext } from './request-commands.ts';
import { withOrders } from './revocation-commands.ts';

export interface AwayOptions {
  readonly from?: Date | undefined;
  readonly until: Date;
  readonly delegate?: string | undefined;
  readonly note?: string | undefined;
  readonly by?: string | undefined;
}

/** Lists who is away or will be, or with `all` past and ended absences too; newest first. */
export async function absencesCommand(
  { all }: { readonly all: boolean },
  context: CommandContext,
): Promise<Exit> {
  const { world, asJson } = context;
  return await withOrders(context, async ({ absences: book }) => {
    const now = world.now();
    const isOpen = ({ endedAt, until }: RecordedAbsence) => endedAt === undefined && new Date(until) > now;
    const absences = (await book.list()).filter((one) => all || isOpen(one));
    if (asJson) world.out(json({ absences }));
    else if (absences.length === 0) world.out('Nobody is away\n');
    else {
      const rows = absences.map((one) => [
        ...[one.id, one.person, one.delegate ?? 'nobody', one.from, one.until],
        one.endedAt === undefined ? '' : `${one.endedAt} by ${one.endedBy ?? ''}`,
      ]);
      world.out(table(['id', 'person', 'stands in', 'from', 'until', 'ended'], rows));
    }
    return EXIT.done;
  });
}

/** Says that a person is away. Nobody is told: Slack may be what is down. */
export async function awayCommand(
  person: string,
  { from, until, delegate, note, by }: AwayOptions,
  context: CommandContext,
): Promise<Exit> {
  const { world, asJson, settings } = context;
  await assertPeople([person, ...(delegate === undefined ? [] : [delegate])], settings.configFolder);
  const now = world.now();
  const absence: Absence = {
    ...{ id: `abs_${randomUUID()}`, person, from: (from ?? now).toISOString(), until: until.toISOString() },
    ...(delegate === undefined ? {} : { delegate }),
    ...(note === undefined ? {} : { note }),
    ...{ madeAt: now.toISOString(), by: by ?? world.user },
  };
  return await withOrders(context, async ({ absences, where }) => {
    await absences.add(absence);
    const standIn = delegate === undefined ? 'nobody stands in' : `${delegate} stands in`;
    const said = `${absence.id}  ${person} is away until ${absence.until}, ${standIn}, written to ${printable(where)}\n`;
    world.out(asJson ? json({ absence, where }) : said);
    return EXIT.done;
  });
}

/** Ends every open absence of a person, also those to come. */
export async function backCommand(
  person: string,
  { by }: { readonly by?: string | undefined },
  context: CommandContext,
): Promise<Exit> {
  const { world, asJson } = context;
  return await withOrders(context, async ({ absences }) => {
    const open = await absences.openOf(person, world.now());
    if (open.length === 0)
      throw new CountersignError('not-found', `Cannot end absence: "${printable(person)}" is not away`);
    for (const { id } of open) await absences.end(id, by ?? world.user);
    world.out(asJson ? json({ ended: open.map(({ id }) => id) }) : `${printable(person)} is back\n`);
    return EXIT.done;
  });
}

/** A mistyped name would be away instead of somebody, or stand in as nobody. */
async function assertPeople(ids: readonly string[], configFolder: string): Promise<void> {
  const { people } = await loadOrganisation(configFolder);
  const stranger = ids.find((id) => !people.some((one) => one.id === id && one.active));
  if (stranger === undefined) return;
  throw new CountersignError(
    'not-found',
    `Cannot say who is away: "${printable(stranger)}" is no active person of people.yaml`,
  );
}
