/** Where the command line writes halts: the database where there is one, else files beside the embedded default. */
import { join } from 'node:path';
import { fileHalts } from '../../store/halt-files.ts';
import { createHalts } from '../../store/halts.ts';
import { openPostgres } from '../../store/open-postgres.ts';
import type { CliSettings } from './cli-settings.ts';
import type { OpenHalts } from './world.ts';

/** Opens them. Executors read both places; a command writes to one and says which. */
export async function openHalts({ databaseUrl, dataFolder }: CliSettings): Promise<OpenHalts> {
  if (databaseUrl === undefined) {
    return { book: fileHalts(dataFolder), where: join(dataFolder, 'halts'), close: async () => undefined };
  }
  const db = await openPostgres({ databaseUrl, poolMax: 1 });
  return { book: createHalts(db), where: 'the database', close: () => db.destroy() };
}
