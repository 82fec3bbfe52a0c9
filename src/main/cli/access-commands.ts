/** `grants`: access that people gave agents for a while, seen and taken back. */
import type { AccessGrant } from '../../domain/access.ts';
import { CountersignError } from '../../domain/errors.ts';
import { EXIT, type Exit } from './exit-codes.ts';
import { json, printable, table } from './print.ts';
import type { CommandContext } from './request-commands.ts';
import { withOrders } from './revocation-commands.ts';

/** Lists the grants in force, or with `all` those that ended or were revoked too; newest first. */
export async function grantsCommand(
  { agent, all }: { readonly agent?: string | undefined; readonly all: boolean },
  context: CommandContext,
): Promise<Exit> {
  const { world, asJson } = context;
  return await withOrders(context, async ({ access }) => {
    const now = world.now();
    const grants = (await access.list(agent)).filter((grant) => all || stateOf(grant, now) !== 'over');
    if (asJson) world.out(json({ grants }));
    else if (grants.length === 0) world.out('No access was given\n');
    else {
      const rows = grants.map((one) => [one.id, one.agent, one.tool, one.scope, untilText(one), one.reason]);
      world.out(table(['id', 'agent', 'tool', 'scope', 'until', 'reason'], rows));
    }
    return EXIT.done;
  });
}

/** Takes access back; in force on every process within a second. */
export async function revokeGrantCommand(
  id: string,
  { by }: { readonly by?: string },
  context: CommandContext,
): Promise<Exit> {
  const { world, asJson } = context;
  return await withOrders(context, async ({ access }) => {
    if (!(await access.revoke(id, by ?? world.user)))
      throw new CountersignError('not-found', `Cannot revoke: no grant "${printable(id)}" is in force`);
    world.out(asJson ? json({ revoked: id }) : `${printable(id)}  revoked\n`);
    return EXIT.done;
  });
}

function stateOf({ until, revokedAt }: AccessGrant, now: Date): 'given' | 'over' {
  return revokedAt !== undefined || new Date(until) <= now ? 'over' : 'given';
}

function untilText({ until, revokedAt }: AccessGrant): string {
  return revokedAt === undefined ? until : `revoked ${revokedAt}`;
}
