/** Where the command line writes revocations, switches and access: the database where there is one, else files. */
import { join } from 'node:path';
import { createAccessBook } from '../../store/access-grants.ts';
import { openPostgres } from '../../store/open-postgres.ts';
import { orderFiles } from '../../store/order-files.ts';
import { createRevocations } from '../../store/revocations.ts';
import { createSwitches } from '../../store/switches.ts';
import type { CliSettings } from './cli-settings.ts';
import type { OpenOrders } from './world.ts';

/** Opens the books of the installation. What is written is in force within a second, on every process. */
export async function openOrders({ databaseUrl, dataFolder }: CliSettings): Promise<OpenOrders> {
  if (databaseUrl === undefined) {
    const files = orderFiles(dataFolder);
    return { ...files, where: join(dataFolder, 'orders'), close: async () => undefined };
  }
  const db = await openPostgres({ databaseUrl, poolMax: 1 });
  return {
    revocations: createRevocations(db),
    switches: createSwitches(db),
    access: createAccessBook(db),
    where: 'the database',
    close: () => db.destroy(),
  };
}
