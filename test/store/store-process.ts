/**
 * A process for the tests that kill one: `node --import tsx store-process.ts <mode> <dataDir>`. Says `ready` once it
 * holds what the mode is about, then goes on until it is killed; says `refused <code>` and ends when it can't.
 */
import { CountersignError } from '../../src/domain/errors.ts';
import { lockFolder } from '../../src/store/folder-lock.ts';
import { openStore } from '../../src/store/open-store.ts';
import { anIntent } from './samples.ts';

const [mode, dataDir] = process.argv.slice(2);
if (dataDir === undefined) throw new Error('Cannot run: no folder named');
process.stdin.on('end', () => process.exit(0)).resume();

try {
  if (mode === 'lock') await lock(dataDir);
  else if (mode === 'hold') await hold(dataDir);
  else await write(dataDir);
} catch (error) {
  say(`refused ${error instanceof CountersignError ? error.code : String(error)}`);
  process.exit(0);
}

/** Waits for a word on stdin before it reaches for the lock, so that several reach at once. */
async function lock(folder: string): Promise<void> {
  say('waiting');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  await lockFolder(folder);
  say('ready');
}

async function hold(folder: string): Promise<void> {
  await openStore({ dataDir: folder });
  say('ready');
}

/** Names each effect only after the store acknowledged it. */
async function write(folder: string): Promise<void> {
  const { effects } = await openStore({ dataDir: folder });
  say('ready');
  for (;;) {
    const intent = anIntent();
    await effects.intend(intent);
    say(`intended ${intent.request}`);
    await effects.settle(intent, 'done', { ok: true });
    say(`settled ${intent.request}`);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
