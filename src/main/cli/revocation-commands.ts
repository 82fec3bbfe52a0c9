/** `revoke`, `reinstate` and `revocations`: credentials that count no more, for what waits and what is about to run too. */
import { loadOrganisation } from '../../approvals/people.ts';
import { CountersignError } from '../../domain/errors.ts';
import type { Revocation } from '../../domain/orders.ts';
import { EXIT, type Exit } from './exit-codes.ts';
import { json, printable, table } from './print.ts';
import type { CommandContext } from './request-commands.ts';
import type { OpenOrders } from './world.ts';

const KINDS: readonly Revocation['kind'][] = ['token', 'session', 'agent'];

/** Whose credentials. */
export type RevocationSubject = Pick<Revocation, 'kind' | 'subject'>;

/** Reads `token:<jti>`, `session:<id>` or `agent:<id>`; undefined when it is none of them. */
export function parseRevocationSubject(text: string): RevocationSubject | undefined {
  const [, before, subject] = /^([a-z]+):([\x21-\x7e]{1,600})$/.exec(text) ?? [];
  const kind = KINDS.find((one) => one === before);
  return kind === undefined || subject === undefined ? undefined : { kind, subject };
}

/** Revokes; in force on every process within a second. */
export async function revokeCommand(
  what: RevocationSubject,
  { reason, by }: { readonly reason: string; readonly by?: string },
  context: CommandContext,
): Promise<Exit> {
  const { world, settings, asJson } = context;
  if (what.kind === 'agent') await assertKnown(what.subject, settings.configFolder);
  const revocation: Revocation = { ...what, reason, by: by ?? world.user, at: world.now().toISOString() };
  return await withOrders(context, async ({ revocations, where }) => {
    await revocations.add(revocation);
    const line = `${printable(nameOf(what))} is revoked, written to ${printable(where)}\n`;
    world.out(asJson ? json({ revocation, where }) : line);
    return EXIT.done;
  });
}

/** Lets a revoked agent ask again. What was denied meanwhile stays denied. */
export async function reinstateCommand(
  agent: string,
  { by }: { readonly by?: string },
  context: CommandContext,
): Promise<Exit> {
  const { world, asJson } = context;
  return await withOrders(context, async ({ revocations }) => {
    if (!(await revocations.lift(agent, by ?? world.user)))
      throw new CountersignError('not-found', `Cannot reinstate: agent "${printable(agent)}" is not revoked`);
    world.out(asJson ? json({ reinstated: agent }) : `agent:${printable(agent)} is reinstated\n`);
    return EXIT.done;
  });
}

/** Lists what is revoked, or with `all` what was lifted or ran out too. */
export async function revocationsCommand(
  { all }: { readonly all: boolean },
  context: CommandContext,
): Promise<Exit> {
  const { world, asJson } = context;
  return await withOrders(context, async (orders) => {
    const revocations = all ? await orders.revocations.list() : await orders.revocations.active();
    if (asJson) world.out(json({ revocations }));
    else if (revocations.length === 0) world.out('Nothing is revoked\n');
    else {
      const rows = revocations.map((one) => [nameOf(one), one.by, one.at, one.reason]);
      world.out(table(['revoked', 'by', 'since', 'reason'], rows));
    }
    return EXIT.done;
  });
}

/** Opens the books for one piece of work and closes them whatever comes of it. */
export async function withOrders(
  { world, settings }: CommandContext,
  work: (orders: OpenOrders) => Promise<Exit>,
): Promise<Exit> {
  const orders = await world.openOrders(settings);
  try {
    return await work(orders);
  } finally {
    await orders.close();
  }
}

/** A mistyped name would revoke nobody. Where the organisation cannot be read, stopping goes before spelling. */
async function assertKnown(agent: string, configFolder: string): Promise<void> {
  const organisation = await loadOrganisation(configFolder).catch(() => undefined);
  if (organisation === undefined || organisation.agents.some(({ id }) => id === agent)) return;
  const names = organisation.agents.map(({ id }) => `"${id}"`).join(', ');
  throw new CountersignError(
    'not-found',
    `Cannot revoke: "${printable(agent)}" is no agent, want one of ${names}`,
  );
}

function nameOf({ kind, subject }: RevocationSubject): string {
  return `${kind}:${subject}`;
}
