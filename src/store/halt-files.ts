/**
 * Halts as files in `<dataDir>/halts/`, one JSON object each: halting works while the gateway, Slack, Temporal and the
 * database are down, with the operator's command or an editor. Every file counts: one that can't be read or is no
 * halt makes reading reject, which stops every risky step. Names with a leading dot are drafts.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { link, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CountersignError } from '../domain/errors.ts';
import { haltSchema } from '../domain/halt.schema.ts';
import type { Halt } from '../domain/halt.ts';
import type { HaltBook, RecordedHalt } from './halts.ts';
import { assertSameHalt, HALTS_MAX } from './halts.ts';

const FILE_BYTES_MAX = 16_384;

/** Halts kept as files. Reading rejects where the folder is missing; `openStore()` and `add()` make it. */
export function fileHalts(dataDir: string): HaltBook {
  const folder = join(dataDir, 'halts');
  return {
    active: async (now) => (await readAll(folder)).filter((halt) => isInForce(halt, now)),
    add: (halt) => add(folder, halt),
    lift: (id, by) => lift(folder, { id, by }),
    list: async () => (await readAll(folder)).toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at)),
  };
}

function isInForce({ liftedAt, until }: RecordedHalt, now: Date): boolean {
  return liftedAt === undefined && (until === undefined || new Date(until) > now);
}

async function readAll(folder: string): Promise<readonly RecordedHalt[]> {
  const halts: RecordedHalt[] = [];
  for (const file of filesOf(folder)) halts.push(await readOne(file));
  return halts;
}

function filesOf(folder: string): readonly string[] {
  let names: readonly string[];
  try {
    // In place: it is asked before every step, and is empty but on bad days.
    names = readdirSync(folder);
  } catch (cause) {
    throw new CountersignError('unavailable', `Cannot read halts: "${folder}" is unreadable`, { cause });
  }
  const files = names.filter((name) => !name.startsWith('.'));
  if (files.length > HALTS_MAX) {
    throw new CountersignError(
      'unavailable',
      `Cannot read halts: ${files.length} files, wanted at most ${HALTS_MAX}`,
    );
  }
  return files.map((name) => join(folder, name));
}

async function readOne(file: string): Promise<RecordedHalt> {
  try {
    return toHalt(haltSchema.parse(JSON.parse(await readBounded(file))));
  } catch (cause) {
    throw new CountersignError(
      'unavailable',
      `Cannot read halt "${file}": it is no halt, wanted one or no file`,
      {
        cause,
      },
    );
  }
}

async function readBounded(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(
      Buffer.alloc(FILE_BYTES_MAX + 1),
      0,
      FILE_BYTES_MAX + 1,
      0,
    );
    if (bytesRead > FILE_BYTES_MAX) throw new RangeError(`over ${FILE_BYTES_MAX} bytes`);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function add(folder: string, halt: Halt): Promise<void> {
  const parsed = haltSchema.safeParse(halt);
  if (!parsed.success) {
    throw new CountersignError('invalid-field', 'Cannot add halt: fields are wrong', {
      problems: parsed.error.issues.map(({ path, message }) => ({
        field: `/${path.join('/')}`,
        problem: message,
      })),
    });
  }
  const draft = await writeDraft(folder, halt);
  const file = join(folder, `${halt.id}.json`);
  try {
    // Hard-linked: whole or not there, and never over another.
    await link(draft, file);
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (!isThere) throw unwritable(folder, error);
    assertSameHalt(halt, await readOne(file));
  } finally {
    await rm(draft, { force: true });
  }
}

async function lift(folder: string, { id, by }: { id: string; by: string }): Promise<boolean> {
  for (const file of filesOf(folder)) {
    const halt = await readOne(file);
    if (halt.id !== id || halt.liftedAt !== undefined) continue;
    const lifted: RecordedHalt = { ...halt, liftedAt: new Date().toISOString(), liftedBy: by };
    await rename(await writeDraft(folder, lifted), file);
    return true;
  }
  return false;
}

/** Forced to the disk before it gets its name. */
async function writeDraft(folder: string, halt: RecordedHalt): Promise<string> {
  const draft = join(folder, `.draft-${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(draft, `${JSON.stringify(halt, undefined, 2)}\n`, { flag: 'wx', flush: true });
    return draft;
  } catch (cause) {
    throw unwritable(folder, cause);
  }
}

function unwritable(folder: string, cause: unknown): CountersignError {
  return new CountersignError('unavailable', `Cannot write halts: "${folder}" is not writable`, { cause });
}

function toHalt({ until, liftedAt, liftedBy, ...halt }: ReturnType<typeof haltSchema.parse>): RecordedHalt {
  return {
    ...halt,
    ...(until === undefined ? {} : { until }),
    ...(liftedAt === undefined ? {} : { liftedAt }),
    ...(liftedBy === undefined ? {} : { liftedBy }),
  };
}
