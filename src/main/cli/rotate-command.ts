/** `keys rotate issuer`: a new key signs agents' tokens from now on, without a restart of anything. */
import { join } from 'node:path';
import { issuerKeys, rotateIssuer } from '../../approvals/rotation.ts';
import { EXIT, type Exit } from './exit-codes.ts';
import { json, printable } from './print.ts';
import type { CommandContext } from './request-commands.ts';

const HOUR_MS = 3_600_000;

/** Rotates the key of the data folder. Prints the public keys too, for doors that have them from a file of their own. */
export async function rotateIssuerCommand(
  { keepHours }: { readonly keepHours: number },
  { world, settings, asJson }: CommandContext,
): Promise<Exit> {
  const folder = join(settings.dataFolder, 'keys');
  const now = world.now();
  const { kid, retired, until } = await rotateIssuer(folder, { now, keepMs: keepHours * HOUR_MS });
  const live = issuerKeys(folder).filter((key) => key.until === undefined || key.until > now);
  const agentKeys = { keys: live.map(({ jwk }) => jwk) };
  world.out(
    asJson
      ? json({ kid, retired, until: until.toISOString(), agentKeys })
      : `${printable(kid)} signs now; ${printable(retired)} is believed until ${until.toISOString()}

A door that uses this data folder knows already. For one with a file in COUNTERSIGN_AGENT_KEYS_FILE, write there:
${JSON.stringify(agentKeys)}
`,
  );
  return EXIT.done;
}
