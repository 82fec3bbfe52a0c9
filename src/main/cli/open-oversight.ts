/**
 * Where the command line reads the records of oversight: PostgreSQL by the operator's login; else of the process that
 * runs, which holds the embedded database; else, when none runs, the embedded database itself.
 */
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CountersignError } from '../../domain/errors.ts';
import type { OversightBook } from '../../domain/oversight.ts';
import { openPostgres } from '../../store/open-postgres.ts';
import { openStore } from '../../store/open-store.ts';
import { createOversightBook } from '../../store/oversight.ts';
import { doorFile, type OversightAnswer, oversightAnswer } from '../operator-door.schema.ts';
import { DOOR_FILE, OVERSIGHT_PATH, report } from '../operator-door.ts';
import type { CliSettings } from './cli-settings.ts';
import type { ReadOversight } from './world.ts';

const ANSWER_WITHIN_MS = 15_000;

/** Rejects with `misconfigured` where nothing was ever kept, and with `unavailable` where it cannot be read now. */
export const readOversight: ReadOversight = async (query, { databaseUrl, dataFolder }: CliSettings) => {
  if (databaseUrl !== undefined) {
    const db = await openPostgres({ databaseUrl, poolMax: 2 });
    return read(createOversightBook(db), query, () => db.destroy());
  }
  const answer = await ofRunningProcess(dataFolder, query);
  if (answer !== undefined) return answer;
  await assertKept(dataFolder);
  const store = await openStore({ dataDir: dataFolder });
  return read(store.oversight, query, () => store.close());
};

async function read(
  book: OversightBook,
  query: Parameters<ReadOversight>[0],
  close: () => Promise<void>,
): Promise<OversightAnswer> {
  try {
    return oversightAnswer.parse(await report(book, query));
  } finally {
    await close();
  }
}

/** Undefined when no process runs: there is no file, or nobody answers at the address in it. */
async function ofRunningProcess(
  dataFolder: string,
  { since, by }: Parameters<ReadOversight>[0],
): Promise<OversightAnswer | undefined> {
  const text = await readFile(join(dataFolder, DOOR_FILE), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const door = doorFile.safeParse(jsonOf(text));
  if (!door.success)
    throw new CountersignError('misconfigured', `Cannot ask running process: "${DOOR_FILE}" is damaged`);
  const { url, token } = door.data;
  const response = await fetch(`${url}${OVERSIGHT_PATH}?${new URLSearchParams({ since, by })}`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    redirect: 'error',
  }).catch(() => undefined);
  if (response === undefined) return undefined;
  if (!response.ok)
    throw new CountersignError(
      'unavailable',
      `Cannot ask running process: it answers ${response.status}, wanted 200`,
    );
  return oversightAnswer.parse(await response.json());
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Opening would make an empty database where there is none, and call that a report. */
async function assertKept(dataFolder: string): Promise<void> {
  await access(join(dataFolder, 'halts')).catch((cause: unknown) => {
    throw new CountersignError(
      'misconfigured',
      `Cannot read oversight: no installation keeps it in "${dataFolder}"; start Countersign once, or set DATABASE_URL or COUNTERSIGN_DATA`,
      { cause },
    );
  });
}
