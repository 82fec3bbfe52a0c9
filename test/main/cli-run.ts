/** Runs the command line against a given outside, in this process, and keeps what it said. */

import { openHalts } from '../../src/main/cli/open-halts.ts';
import { openOrders } from '../../src/main/cli/open-orders.ts';
import { readOversight } from '../../src/main/cli/open-oversight.ts';
import { runCli } from '../../src/main/cli/run-cli.ts';
import type { CliWorld } from '../../src/main/cli/world.ts';

/** What one run said and ended with. */
export interface Said {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
  /** Standard output as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look at single fields
  readonly json: () => any;
}

export type CliEnv = Readonly<Record<string, string>>;

export async function cli(
  line: readonly string[],
  env: CliEnv = {},
  world: Partial<CliWorld> = {},
): Promise<Said> {
  const said = { out: '', err: '' };
  const exit = await runCli(line, {
    env,
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    colours: false,
    fetch: globalThis.fetch,
    now: () => new Date(),
    readStdin: async () => '',
    user: 'op',
    openHalts,
    openOrders,
    readOversight,
    ...world,
  });
  return { exit, ...said, json: () => JSON.parse(said.out) };
}
