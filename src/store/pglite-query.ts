/**
 * One statement on PGlite as one message, prepared where it comes again. PGlite's own `query()` enters the database six times for it (parse, describe,
 * bind, …), which costs twice the processor time of the statement itself. Values go as text and come back through the
 * parsers that PostgreSQL's driver has here, so that both databases read alike.
 */
import type { PGlite, protocol } from '@electric-sql/pglite';
import type { CompiledQuery, QueryResult } from 'kysely';
import pg from 'pg';
import { CountersignError } from '../domain/errors.ts';
import { INT8_OID, parseInt8 } from './int8.ts';

/** Runs one statement of the session. Rejects with the database's error, whose `code` is the SQLSTATE. */
export type PgliteQuery = <R>(query: CompiledQuery) => Promise<QueryResult<R>>;

export async function createPgliteQuery(pglite: PGlite): Promise<PgliteQuery> {
  // Loaded already, with the database; installations with PostgreSQL never come here.
  const { protocol } = await import('@electric-sql/pglite');
  const { serialize } = protocol;
  const send = (message: Uint8Array) => pglite.runExclusive(() => pglite.execProtocol(message));
  const prepared = new PreparedStatements(async (name, text) => {
    await send(Buffer.concat([serialize.parse({ name, text }), serialize.sync()]));
  });
  return async <R>({ sql, parameters }: CompiledQuery) => {
    const name = await prepared.nameOf(sql);
    const { messages } = await send(messageOf({ sql, name, parameters }, serialize));
    return resultOf<R>(messages, protocol.messages);
  };
}

/** Statements kept at most, how long one may be (each keeps its plan in the database's memory), and texts seen once. */
const PREPARED_MAX = 64;
const PREPARED_LENGTH_MAX = 8_000;
const SEEN_MAX = 256;

/** Statements that read or write rows. The others have no plan, or are not run twice. */
const IS_PLANNED = /^\s*(?:select|insert|update|delete|with)\b/i;

/**
 * Statements that come again, kept parsed and planned: for short ones that is most of the work. One is kept when it
 * comes a second time, and is never given up, so that texts which vary can take no more than the places there are.
 * The schema must not change meanwhile; nothing does that in a store that is open.
 */
class PreparedStatements {
  readonly #prepare: (name: string, text: string) => Promise<void>;
  readonly #names = new Map<string, string>();
  readonly #seen = new Set<string>();
  #prepared = 0;

  constructor(prepare: (name: string, text: string) => Promise<void>) {
    this.#prepare = prepare;
  }

  /** The name it is prepared under; empty where it is not. Rejects as the statement itself would. */
  async nameOf(text: string): Promise<string> {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    if (!this.#comesAgain(text)) return '';
    this.#prepared += 1;
    const name = `countersign_${this.#prepared}`;
    await this.#prepare(name, text);
    this.#names.set(text, name);
    this.#seen.delete(text);
    return name;
  }

  #comesAgain(text: string): boolean {
    if (this.#names.size >= PREPARED_MAX || text.length > PREPARED_LENGTH_MAX) return false;
    if (this.#seen.has(text)) return IS_PLANNED.test(text);
    if (this.#seen.size >= SEEN_MAX) this.#seen.clear();
    this.#seen.add(text);
    return false;
  }
}

interface Statement {
  readonly sql: string;
  /** Of the prepared statement; empty where it is parsed now. */
  readonly name: string;
  readonly parameters: readonly unknown[];
}

function messageOf({ sql, name, parameters }: Statement, serialize: typeof protocol.serialize): Uint8Array {
  return Buffer.concat([
    ...(name === '' ? [serialize.parse({ text: sql })] : []),
    serialize.bind({ statement: name, values: parameters.map(asText) }),
    serialize.describe({ type: 'P' }),
    serialize.execute({}),
    // Last, so that after an error the session is ready again.
    serialize.sync(),
  ]);
}

/** What a value is in PostgreSQL's text form, whatever the column's type. */
function asText(value: unknown): string | null {
  if (value === null) return null;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  throw new CountersignError(
    'internal',
    `Cannot use database: no text form for a value of type "${typeof value}"`,
  );
}

type Answers = Awaited<ReturnType<PGlite['execProtocol']>>['messages'];

function resultOf<R>(
  answers: Answers,
  { RowDescriptionMessage, DataRowMessage, CommandCompleteMessage }: typeof protocol.messages,
): QueryResult<R> {
  let columns: readonly { readonly name: string; readonly parse: (text: string) => unknown }[] = [];
  const rows: R[] = [];
  let numAffectedRows = 0n;
  for (const answer of answers) {
    if (answer instanceof RowDescriptionMessage) {
      columns = answer.fields.map(({ name, dataTypeID }) => ({ name, parse: parserOf(dataTypeID) }));
    } else if (answer instanceof DataRowMessage) {
      const values = answer.fields.map((text, at) => (text === null ? null : columns[at]?.parse(text)));
      rows.push(Object.fromEntries(columns.map(({ name }, at) => [name, values[at]])) as R);
    } else if (answer instanceof CommandCompleteMessage) {
      // "INSERT 0 1", "UPDATE 3", "SELECT 2", "BEGIN".
      numAffectedRows = BigInt(/ (\d+)$/.exec(answer.text)?.[1] ?? 0);
    }
  }
  return { rows, numAffectedRows };
}

function parserOf(oid: number): (text: string) => unknown {
  return oid === INT8_OID ? parseInt8 : pg.types.getTypeParser(oid, 'text');
}
