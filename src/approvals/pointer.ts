/** What a button, a link or a command carries: a pointer to a request's version, never its authority (design §8). */
import { shortDigest } from '../domain/digest.ts';

export interface Pointer {
  readonly request: string;
  readonly version: number;
  readonly digest8: string;
}

/** `<id>.<version>.<digest8>` (design §8). */
export function pointerValue(card: {
  readonly request: string;
  readonly version: number;
  readonly digest: string;
}): string {
  return `${card.request}.${card.version}.${shortDigest(card.digest)}`;
}

/** The pointer in a value; undefined for anything that is not exactly one. */
export function parsePointer(value: string): Pointer | undefined {
  const found = /^([A-Za-z0-9_-]{1,100})\.([1-9]\d{0,3})\.([0-9a-f]{8})$/.exec(value);
  if (found === null) return undefined;
  const [, request = '', version = '', digest8 = ''] = found;
  return { request, version: Number(version), digest8 };
}
