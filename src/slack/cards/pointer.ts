/**
 * What a button carries: a pointer to a request's version, never its authority. And the constant ids that buttons,
 * modals and their fields go by.
 */
import { shortDigest } from '../../domain/digest.ts';

export const ACTIONS = { approve: 'approve', review: 'review', deny: 'deny', details: 'details' } as const;
export const CALLBACKS = {
  deny: 'deny-submit',
  review: 'review-submit',
  notice: 'notice',
  details: 'details',
} as const;
/** Block ids of modal fields; the element inside each has the action id `value`. */
export const FIELDS = { reason: 'reason', target: 'target' } as const;
export const FIELD_ACTION = 'value';
export const COMMAND = '/countersign';

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

/** `req:<id>:v<version>`: a new version has new block ids, so old clients cannot click through to it. */
export function blockId({
  request,
  version,
}: {
  readonly request: string;
  readonly version: number;
}): string {
  return `req:${request}:v${version}`;
}

/** The pointer in a value; undefined for anything that is not exactly one. */
export function parsePointer(value: string): Pointer | undefined {
  const found = /^([A-Za-z0-9_-]{1,100})\.([1-9]\d{0,3})\.([0-9a-f]{8})$/.exec(value);
  if (found === null) return undefined;
  const [, request = '', version = '', digest8 = ''] = found;
  return { request, version: Number(version), digest8 };
}
