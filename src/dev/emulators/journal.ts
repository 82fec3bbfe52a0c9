/**
 * Keeps an emulator's rows over restarts: an append-only file of changes, one JSON line each, replayed at start.
 *
 * `emulate`'s own persistence writes the whole state after every request, reads included; after some thousand rows
 * that costs more than the request. Here a request costs what it changed. A change is in the file before the answer
 * leaves, so a killed process forgets nothing that a client was told.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { CountersignError } from '../../domain/errors.ts';

export interface Table<Row> {
  get(id: string): Row | undefined;
  /** Replaces the row whole; rows are never changed in place. */
  set(id: string, row: Row): void;
  delete(id: string): void;
  /** Rows in the order their ids were first set. */
  rows(): readonly Row[];
}

export interface Journal {
  /** Nothing was stored before: the caller seeds. */
  readonly fresh: boolean;
  table<Row>(name: string): Table<Row>;
  /** Makes all changes so far outlive the process. */
  commit(): void;
  close(): void;
}

type Change = readonly [table: string, id: string, row?: unknown];
type Tables = Map<string, Map<string, unknown>>;

/** Opens a journal on a file, or in memory without one. Throws `misconfigured` when a line cannot be read. */
export function openJournal(file?: string): Journal {
  const changes = file === undefined ? [] : readChanges(file);
  const tables: Tables = new Map();
  for (const change of changes) apply(tables, change);
  const output = file === undefined ? undefined : openCompacted(file, { tables, lines: changes.length });
  let pending = '';
  const record = (...change: Change) => {
    apply(tables, change);
    if (output !== undefined) pending += `${JSON.stringify(change)}\n`;
  };
  const commit = () => {
    if (output !== undefined && pending !== '') writeSync(output, pending);
    pending = '';
  };
  return {
    fresh: changes.length === 0,
    table: <Row>(name: string) => openTable<Row>({ tables, name, record }),
    commit,
    close: () => {
      commit();
      if (output !== undefined) closeSync(output);
    },
  };
}

function openTable<Row>({
  tables,
  name,
  record,
}: {
  readonly tables: Tables;
  readonly name: string;
  readonly record: (...change: Change) => void;
}): Table<Row> {
  const rows = () => tables.get(name) as Map<string, Row> | undefined;
  return {
    get: (id) => rows()?.get(id),
    set: (id, row) => record(name, id, row),
    delete: (id) => {
      if (rows()?.has(id)) record(name, id);
    },
    rows: () => [...(rows()?.values() ?? [])],
  };
}

function apply(tables: Tables, [name, id, row]: Change): void {
  const rows = tables.get(name) ?? new Map<string, unknown>();
  tables.set(name, rows);
  if (row === undefined) rows.delete(id);
  else rows.set(id, row);
}

function readChanges(file: string): readonly Change[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  // Whatever follows the last line feed was cut off by the end of the process, so nobody was told of it.
  lines.pop();
  return lines.map((line, at) => {
    try {
      return JSON.parse(line) as Change;
    } catch (cause) {
      throw new CountersignError(
        'misconfigured',
        `Cannot read emulator state: line ${at + 1} of "${file}" is no JSON`,
        { cause },
      );
    }
  });
}

/** Rewrites the file with one line per row, which also drops a cut-off last line; then opens it for appending. */
function openCompacted(
  file: string,
  { tables, lines }: { readonly tables: Tables; readonly lines: number },
): number {
  mkdirSync(dirname(file), { recursive: true });
  if (lines > 0) {
    const all = [...tables].flatMap(([name, rows]) =>
      [...rows].map(([id, row]) => `${JSON.stringify([name, id, row])}\n`),
    );
    writeFileSync(`${file}.tmp`, all.join(''), { mode: 0o600 });
    renameSync(`${file}.tmp`, file);
    return openSync(file, 'a', 0o600);
  }
  return openSync(file, 'w', 0o600);
}
