import { createHash } from 'node:crypto';
import type { Decision } from '../domain/decision.ts';

/** The id of the standing grant that a decision offers: the same decision never gives two. */
export function grantIdOf({ id }: Pick<Decision, 'id'>): string {
  return `grant_${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;
}
