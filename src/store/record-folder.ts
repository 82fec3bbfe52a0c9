/**
 * Small records as files in a folder, one JSON object each, for an installation without a database server: whoever may
 * write there needs no process to be up. Every file counts: one that can't be read or is no such record makes reading
 * reject. Names with a leading dot are drafts. What a write returned from is on the disk.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { CountersignError } from '../domain/errors.ts';

const FILE_BYTES_MAX = 16_384;
/** At most this many files in one folder; reading more rejects. */
export const RECORDS_MAX = 1_000;

export interface RecordFolder<Entry> {
  /** Throws `unavailable` where the folder or a file in it cannot be read. */
  all(): readonly Entry[];
  find(key: string): Entry | undefined;
  /** Writes it unless there is one under this key: then that one is answered and nothing is changed. */
  create(key: string, entry: Entry): Promise<Entry | undefined>;
  /** Writes it over the one under this key. */
  put(key: string, entry: Entry): Promise<void>;
  remove(key: string): Promise<void>;
}

/** `what` names the records in errors; `isOver` says which ones may be forgotten when the folder is full. */
export function recordFolder<Entry>(parts: {
  readonly folder: string;
  readonly what: string;
  readonly schema: z.ZodType<Entry>;
  readonly isOver: (entry: Entry) => boolean;
}): RecordFolder<Entry> {
  const { folder, what, schema, isOver } = parts;
  const fileOf = (key: string) =>
    join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 40)}.json`);
  const read = reader({ folder, what, schema });
  const draft = async (entry: Entry): Promise<string> => {
    const file = join(folder, `.draft-${randomUUID()}`);
    try {
      const content = JSON.stringify(checked(schema, entry, what), undefined, 2);
      await mkdir(folder, { recursive: true });
      await writeFile(file, `${content}\n`, { flag: 'wx', flush: true });
      return file;
    } catch (error) {
      if (error instanceof CountersignError) throw error;
      throw unwritable(what, folder, error);
    }
  };
  return {
    all: () => read.all().map(({ entry }) => entry),
    find: (key) => read.one(fileOf(key)),
    async create(key, entry) {
      const aside = await draft(entry);
      try {
        await makeRoom(read.all(), isOver, what);
        // Hard-linked: whole or not there, and never over another.
        await link(aside, fileOf(key));
        return undefined;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return read.one(fileOf(key));
        throw error instanceof CountersignError ? error : unwritable(what, folder, error);
      } finally {
        await rm(aside, { force: true });
      }
    },
    put: async (key, entry) => rename(await draft(entry), fileOf(key)),
    remove: (key) => rm(fileOf(key), { force: true }),
  };
}

interface Found<Entry> {
  readonly file: string;
  readonly entry: Entry;
}

/** Reads in place and only what changed: it is asked before every step, and the files are few and small. */
function reader<Entry>(parts: {
  readonly folder: string;
  readonly what: string;
  readonly schema: z.ZodType<Entry>;
}) {
  const { folder, what, schema } = parts;
  let known = new Map<string, { readonly stamp: string; readonly entry: Entry }>();
  const one = (file: string) => {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    const stamp = `${stat.mtimeMs}:${stat.ctimeMs}:${stat.size}:${stat.ino}`;
    const before = known.get(file);
    return before?.stamp === stamp ? before : { stamp, entry: entryIn(file, { what, schema }) };
  };
  return {
    one: (file: string): Entry | undefined => one(file)?.entry,
    all(): readonly Found<Entry>[] {
      const next: typeof known = new Map();
      for (const file of filesIn(folder, what)) {
        // One removed since the folder was read is not there any more.
        const found = one(file);
        if (found !== undefined) next.set(file, found);
      }
      known = next;
      return [...next].map(([file, { entry }]) => ({ file, entry }));
    },
  };
}

function filesIn(folder: string, what: string): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (cause) {
    throw new CountersignError('unavailable', `Cannot read ${what}: "${folder}" is unreadable`, { cause });
  }
  const files = names.filter((name) => !name.startsWith('.'));
  if (files.length <= RECORDS_MAX) return files.map((name) => join(folder, name));
  throw new CountersignError(
    'unavailable',
    `Cannot read ${what}: ${files.length} files, wanted at most ${RECORDS_MAX}`,
  );
}

function entryIn<Entry>(
  file: string,
  { what, schema }: { readonly what: string; readonly schema: z.ZodType<Entry> },
): Entry {
  try {
    if (statSync(file).size > FILE_BYTES_MAX) throw new RangeError(`over ${FILE_BYTES_MAX} bytes`);
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new CountersignError(
      'unavailable',
      `Cannot read ${what}: "${file}" is none, wanted one or no file`,
      { cause },
    );
  }
}

function checked<Entry>(schema: z.ZodType<Entry>, entry: Entry, what: string): Entry {
  const { data, error } = schema.safeParse(entry);
  if (error === undefined) return data;
  throw new CountersignError('invalid-field', `Cannot write ${what}: fields are wrong`, {
    problems: error.issues.map(({ path, message }) => ({ field: `/${path.join('/')}`, problem: message })),
  });
}

async function makeRoom<Entry>(
  found: readonly Found<Entry>[],
  isOver: (entry: Entry) => boolean,
  what: string,
): Promise<void> {
  if (found.length < RECORDS_MAX) return;
  const over = found.filter(({ entry }) => isOver(entry));
  for (const { file } of over) await rm(file, { force: true });
  if (over.length > 0) return;
  throw new CountersignError(
    'unavailable',
    `Cannot write ${what}: ${RECORDS_MAX} files are in force, wanted a database for more`,
  );
}

function unwritable(what: string, folder: string, cause: unknown): CountersignError {
  return new CountersignError('unavailable', `Cannot write ${what}: "${folder}" is not writable`, { cause });
}
