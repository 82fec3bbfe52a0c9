/**
 * One statement on PGlite as one message. PGlite's own `query()` enters the database six times for it (parse, describe,
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
  return async <R>({ sql, parameters }: CompiledQuery) => {
    const message = messageOf(sql, parameters, protocol.serialize);
    const { messages } = await pglite.runExclusive(() => pglite.execProtocol(message));
    return resultOf<R>(messages, protocol.messages);
  };
}

function messageOf(
  text: string,
  parameters: readonly unknown[],
  serialize: typeof protocol.serialize,
): Uint8Array {
  return Buffer.concat([
    serialize.parse({ text }),
    serialize.bind({ values: parameters.map(asText) }),
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
