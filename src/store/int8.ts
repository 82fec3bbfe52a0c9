import { impossible } from '../domain/errors.ts';

/** PostgreSQL's type number of int8, for the parsers of both drivers. */
export const INT8_OID = 20;

/** Reads an int8 as a number on both databases, where the drivers differ by default. Throws beyond 2^53. */
export function parseInt8(text: string): number {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : impossible('an int8 beyond 2^53 was read');
}
