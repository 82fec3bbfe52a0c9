/** Where the command line writes revocations, switches and access: the database where there is one, else files. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { CountersignError } from '../../domain/errors.ts';
import { createAbsences } from '../../store/absences.ts';
import { createAccessBook } from '../../store/access-grants.ts';
import { openPostgres } from '../../store/open-postgres.ts';
import { orderFiles } from '../../store/order-files.ts';
import { createRevocations } from '../../store/revocations.ts';
import { createStandingGrants } from '../../store/standing-grants.ts';
import { createSwitches } from '../../store/switches.ts';
import type { CliSettings } from './cli-settings.ts';
import type { OpenOrders } from './world.ts';

/**
 * Opens the books of the installation. What is written is in force within a second, on every process. Rejects with
 * `misconfigured` where there is neither a database nor a folder that one has kept orders in.
 */
export async function openOrders({ databaseUrl, dataFolder }: CliSettings): Promise<OpenOrders> {
  if (databaseUrl === undefined) {
    const where = join(dataFolder, 'orders');
    await assertKept(where);
    const { grants: allowances, ...books } = orderFiles(dataFolder);
    return { ...books, allowances, where, close: async () => undefined };
  }
  const db = await openPostgres({ databaseUrl, poolMax: 1 });
  return {
    revocations: createRevocations(db),
    switches: createSwitches(db),
    access: createAccessBook(db),
    allowances: createStandingGrants(db),
    absences: createAbsences(db),
    where: 'the database',
    close: () => db.destroy(),
  };
}

/** What is written where no process looks would be said to be in force, and stop nothing. */
async function assertKept(folder: string): Promise<void> {
  await access(folder).catch((cause: unknown) => {
    throw new CountersignError(
      'misconfigured',
      `Cannot read or write orders: no installation keeps them in "${folder}"; start Countersign once, or set DATABASE_URL or COUNTERSIGN_DATA`,
      { cause },
    );
  });
}
