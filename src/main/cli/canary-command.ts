/** `canary new`: a value to plant, shown once, and the line by which the door knows it. */
import { randomInt } from 'node:crypto';
import { canaryHash } from '../../gateway/canary.ts';
import { EXIT, type Exit } from './exit-codes.ts';
import { json } from './print.ts';
import type { CommandContext } from './request-commands.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';
const LETTER_COUNT = 26;

/** Prints a new canary at each call and keeps it nowhere. */
export async function canaryCommand(
  { id, planted }: { readonly id: string; readonly planted: string },
  { world, asJson }: Pick<CommandContext, 'world' | 'asJson'>,
): Promise<Exit> {
  const letters = Array.from({ length: LETTER_COUNT }, () => LETTERS[randomInt(LETTERS.length)]);
  const canary = `csc_${letters.join('')}`;
  const line = { id, sha256: canaryHash(canary), planted };
  world.out(
    asJson
      ? json({ canary, line })
      : `${canary}

Plant it there; it is not shown again. Then add under "canaries" in canaries.yaml:

  - id: ${line.id}
    sha256: ${line.sha256}
    planted: ${JSON.stringify(line.planted)}
`,
  );
  return EXIT.done;
}
