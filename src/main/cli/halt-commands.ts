/** `halt`, `resume` and `halts`: the stop that needs neither door, Slack nor Temporal. */
import { randomUUID } from 'node:crypto';
import { CountersignError } from '../../domain/errors.ts';
import type { Halt, HaltScope } from '../../domain/halt.ts';
import { EXIT, type Exit } from './exit-codes.ts';
import { json, printable, table } from './print.ts';
import type { CommandContext } from './request-commands.ts';
import type { OpenHalts } from './world.ts';

const SCOPES: readonly HaltScope[] = ['agent', 'tool', 'provider'];

/** What a halt stops. */
export interface HaltSubject {
  readonly scope: HaltScope;
  readonly subject: string;
}

/** Reads `everything` or `<agent|tool|provider>:<name>`; undefined when it is neither. */
export function parseHaltSubject(text: string): HaltSubject | undefined {
  if (text === 'everything') return { scope: 'everything', subject: '*' };
  const [, kind, subject] = /^([a-z]+):([A-Za-z0-9._-]{1,200})$/.exec(text) ?? [];
  const scope = SCOPES.find((one) => one === kind);
  return scope === undefined || subject === undefined ? undefined : { scope, subject };
}

/** Puts up a halt; it is in force when this resolves. */
export async function haltCommand(
  what: HaltSubject,
  { reason, until, by }: { readonly reason: string; readonly until?: Date; readonly by?: string },
  context: CommandContext,
): Promise<Exit> {
  const { world, asJson } = context;
  const now = world.now();
  if (until !== undefined && until <= now) {
    throw new CountersignError(
      'invalid-field',
      `Cannot halt: "${until.toISOString()}" is past, want a time to come`,
    );
  }
  const halt: Halt = {
    id: `halt_${randomUUID()}`,
    ...what,
    reason,
    by: by ?? world.user,
    at: now.toISOString(),
    ...(until === undefined ? {} : { until: until.toISOString() }),
  };
  return await withHalts(context, async ({ book, where }) => {
    await book.add(halt);
    world.out(
      asJson
        ? json({ halt, where })
        : `${halt.id}  ${nameOf(halt)} is halted, written to ${printable(where)}\n`,
    );
    return EXIT.done;
  });
}

/** Lifts one halt by id, or with `all` every halt in force. */
export async function resumeCommand(
  { id, all, by }: { readonly id?: string | undefined; readonly all: boolean; readonly by?: string },
  context: CommandContext,
): Promise<Exit> {
  const { world, asJson } = context;
  return await withHalts(context, async ({ book }) => {
    const ids = all ? (await book.active(world.now())).map((halt) => halt.id) : id === undefined ? [] : [id];
    const lifted: string[] = [];
    for (const one of ids) if (await book.lift(one, by ?? world.user)) lifted.push(one);
    if (!all && lifted.length === 0) {
      throw new CountersignError('not-found', `Cannot resume: no halt "${printable(id ?? '')}" is in force`);
    }
    if (asJson) world.out(json({ lifted }));
    else
      world.out(
        lifted.length === 0 ? 'Nothing was halted\n' : lifted.map((one) => `${one}  lifted\n`).join(''),
      );
    return EXIT.done;
  });
}

/** Lists the halts in force, or with `all` the lifted and expired ones too. */
export async function haltsCommand(
  { all }: { readonly all: boolean },
  context: CommandContext,
): Promise<Exit> {
  const { world, asJson } = context;
  return await withHalts(context, async ({ book }) => {
    const halts = all ? await book.list() : await book.active(world.now());
    if (asJson) world.out(json({ halts }));
    else if (halts.length === 0) world.out('Nothing is halted\n');
    else {
      const rows = halts.map((halt) => [
        halt.id,
        nameOf(halt),
        halt.by,
        halt.at,
        halt.until ?? '-',
        halt.reason,
      ]);
      world.out(table(['id', 'halted', 'by', 'since', 'until', 'reason'], rows));
    }
    return EXIT.done;
  });
}

function nameOf({ scope, subject }: HaltSubject): string {
  return scope === 'everything' ? 'everything' : `${scope}:${subject}`;
}

async function withHalts(context: CommandContext, work: (open: OpenHalts) => Promise<Exit>): Promise<Exit> {
  const open = await context.world.openHalts(context.settings);
  try {
    return await work(open);
  } finally {
    await open.close();
  }
}
