/** The command line on the real outside; `bin/countersign.mjs` imports this file to run it. */
import { userInfo } from 'node:os';
import { CountersignError } from '../domain/errors.ts';
import { openHalts } from './cli/open-halts.ts';
import { openOrders } from './cli/open-orders.ts';
import { runCli } from './cli/run-cli.ts';

const STDIN_BYTES_MAX = 262_144;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader went away (`| head`): nobody is left to tell.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  colours: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
  fetch: globalThis.fetch,
  now: () => new Date(),
  readStdin,
  user: userInfo().username,
  openHalts,
  openOrders,
  // Brings the embedded database with it; halting must not wait for that.
  readOversight: async (...query) => (await import('./cli/open-oversight.ts')).readOversight(...query),
});

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    bytes += (chunk as Buffer).length;
    if (bytes > STDIN_BYTES_MAX) {
      throw new CountersignError('body-too-large', 'Cannot ask: standard input is larger than 256 KiB');
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
