/** `switch` and `switches`: tools and providers off or read-only, by configuration and at run time. */
import { CountersignError } from '../../domain/errors.ts';
import type { ToolSwitch } from '../../domain/orders.ts';
import { isSwitchable, readToolSettings } from '../tool-settings.ts';
import { EXIT, type Exit } from './exit-codes.ts';
import { json, printable, table } from './print.ts';
import type { CommandContext } from './request-commands.ts';
import { withOrders } from './revocation-commands.ts';
import type { OpenOrders } from './world.ts';

/** What `switch` is told. Switching off or to read-only takes a reason. */
export type SwitchOptions =
  | {
      readonly state: ToolSwitch['state'];
      readonly environment: ToolSwitch['environment'];
      readonly reason: string;
      readonly by?: string;
    }
  | { readonly state: 'on'; readonly environment: ToolSwitch['environment']; readonly by?: string };

/** Sets or removes a switch of run time; in force on every process within a second. */
export async function switchCommand(
  subject: string,
  options: SwitchOptions,
  context: CommandContext,
): Promise<Exit> {
  if (!isSwitchable(subject))
    throw new CountersignError(
      'unknown-tool',
      `Cannot switch: "${printable(subject)}" is no tool and no provider`,
    );
  return await withOrders(context, (orders) =>
    options.state === 'on'
      ? switchOn(subject, options, { context, orders })
      : switchOff(subject, options, { context, orders }),
  );
}

interface Parts {
  readonly context: CommandContext;
  readonly orders: OpenOrders;
}

async function switchOff(
  subject: string,
  { state, environment, reason, by }: Exclude<SwitchOptions, { readonly state: 'on' }>,
  { context: { world, asJson }, orders: { switches, where } }: Parts,
): Promise<Exit> {
  const at = world.now().toISOString();
  const order: ToolSwitch = { subject, state, environment, reason, by: by ?? world.user, at };
  await switches.set(order);
  const line = `${subject} is ${state} ${placeOf(order)}, written to ${printable(where)}\n`;
  world.out(asJson ? json({ switch: order, where }) : line);
  return EXIT.done;
}

async function switchOn(
  subject: string,
  { environment, by }: SwitchOptions,
  { context, orders: { switches } }: Parts,
): Promise<Exit> {
  const { world, asJson } = context;
  const removed = await switches.remove(subject, environment, by ?? world.user);
  const concerns = (one: ToolSwitch) => one.subject === subject || subject.startsWith(`${one.subject}.`);
  // What the configuration says is only a remark here: a broken file must not keep a tool off.
  const left = [...configured(context, () => []), ...(await switches.active())].filter(concerns);
  if (!removed) {
    const others = left.map((one) => `${one.state} ${placeOf(one)} by "${printable(one.by)}"`).join(', ');
    throw new CountersignError(
      'not-found',
      `Cannot switch on: no switch of "${subject}" is set ${placeOf({ environment })}${others === '' ? '' : `, still ${others}`}`,
    );
  }
  const still = left.map((one) => `${one.subject} is still ${one.state} ${placeOf(one)}: ${one.reason}`);
  const lines = [`The switch of ${subject} ${placeOf({ environment })} is removed`, ...still];
  world.out(
    asJson
      ? json({ removed: { subject, environment }, left })
      : lines.map((line) => `${printable(line)}\n`).join(''),
  );
  return EXIT.done;
}

/** Lists the switches of the configuration and of run time together: the stricter holds. */
export async function switchesCommand(context: CommandContext): Promise<Exit> {
  const { world, asJson } = context;
  return await withOrders(context, async (orders) => {
    const switches = [...configured(context), ...(await orders.switches.active())];
    if (asJson) world.out(json({ switches }));
    else if (switches.length === 0) world.out('Nothing is switched off\n');
    else {
      const rows = switches.map((one) => [
        one.subject,
        one.state,
        one.environment,
        one.by,
        one.at,
        one.reason,
      ]);
      world.out(table(['tool', 'state', 'environment', 'by', 'since', 'reason'], rows));
    }
    return EXIT.done;
  });
}

function configured(
  { settings }: CommandContext,
  otherwise?: () => readonly ToolSwitch[],
): readonly ToolSwitch[] {
  try {
    return readToolSettings(settings.configFolder).switches;
  } catch (error) {
    if (otherwise === undefined) throw error;
    return otherwise();
  }
}

function placeOf({ environment }: Pick<ToolSwitch, 'environment'>): string {
  return environment === 'all' ? 'in all environments' : `in ${environment}`;
}
