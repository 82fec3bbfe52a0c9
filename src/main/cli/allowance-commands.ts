/** `allowances`: what approvers allowed in advance from a card, seen and taken back. */
import { CountersignError } from '../../domain/errors.ts';
import { isInForce, usesLeft } from '../../domain/standing-grant.ts';
import type { ListedGrant } from '../../store/grant-files.ts';
import { EXIT, type Exit } from './exit-codes.ts';
import { json, printable, table } from './print.ts';
import type { CommandContext } from './request-commands.ts';
import { withOrders } from './revocation-commands.ts';

/** Which standing grants are listed. */
export interface WhichAllowances {
  readonly agent?: string | undefined;
  readonly grantedBy?: string | undefined;
  /** Those that ended or were revoked too. */
  readonly all: boolean;
}

/** Lists the standing grants in force, newest first, with what is left of each. */
export async function allowancesCommand(which: WhichAllowances, context: CommandContext): Promise<Exit> {
  const { world, asJson } = context;
  const { agent, grantedBy, all } = which;
  return await withOrders(context, async ({ allowances }) => {
    const now = world.now();
    const listed = (await allowances.list({ agent, grantedBy })).filter((one) => all || isInForce(one, now));
    if (asJson) world.out(json({ allowances: listed.map(withLeft) }));
    else if (listed.length === 0) world.out('Nothing is allowed in advance\n');
    else world.out(table(HEAD, listed.map(rowOf)));
    return EXIT.done;
  });
}

/** Takes one back. What is about to run under it goes back to people. */
export async function revokeAllowanceCommand(
  id: string,
  { by }: { readonly by?: string },
  context: CommandContext,
): Promise<Exit> {
  const { world, asJson } = context;
  return await withOrders(context, async ({ allowances }) => {
    if (!(await allowances.revoke(id, by ?? world.user)))
      throw new CountersignError('not-found', `Cannot revoke: no allowance "${printable(id)}" is in force`);
    world.out(asJson ? json({ revoked: id }) : `${printable(id)}  revoked\n`);
    return EXIT.done;
  });
}

const HEAD = ['id', 'agent', 'tool', 'what', 'by', 'until', 'uses left', 'sum left', 'reason'];

/** `usesLeft` is null where only the running process counts uses. */
function withLeft(grant: ListedGrant) {
  const { uses, cents = 0, centsMax, usesMax } = grant;
  return {
    ...grant,
    usesLeft: uses === undefined ? null : usesLeft({ usesMax, uses }),
    ...(centsMax === undefined || uses === undefined ? {} : { centsLeft: Math.max(0, centsMax - cents) }),
  };
}

function rowOf(grant: ListedGrant): readonly string[] {
  const {
    id,
    agent,
    tool,
    covers,
    label,
    grantedBy,
    until,
    revokedAt,
    usesMax,
    centsMax,
    reason = '',
  } = grant;
  const { usesLeft: left, centsLeft } = withLeft(grant);
  const what = covers === 'arguments' ? `the same arguments, ${label}` : label;
  const sum =
    centsMax === undefined ? '' : `${centsLeft === undefined ? '?' : money(centsLeft)} of ${money(centsMax)}`;
  const end = revokedAt === undefined ? until : `revoked ${revokedAt}`;
  return [id, agent, tool, what, grantedBy, end, `${left ?? '?'} of ${usesMax}`, sum, reason];
}

function money(cents: number): string {
  return (cents / 100).toFixed(2);
}
