/**
 * The digest: SHA-256 over the RFC 8785 (JCS) form of everything that gives a request its meaning.
 *
 * It is built from one digest a step, so that an executor holding a single step can still recompute the whole.
 * Uses node:crypto, so workflow code never imports this file; activities compute, workflows carry.
 */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Ask } from './ask.ts';
import type { PlanStep } from './plan.ts';

/** SHA-256 of the canonical JSON form, as 64 hex digits. Throws on values JSON cannot hold. */
export function canonicalHash(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('Cannot hash value: not representable as JSON');
  return createHash('sha256').update(text).digest('hex');
}

/** What an agent asked in one step, independent of what was found about it. */
export function askDigest(ask: Ask): string {
  return canonicalHash({ tool: ask.tool, args: ask.args });
}

/**
 * One step's meaning: the ask, the tool that will run, and everything people are shown of it: title, target, the state
 * it was seen in, facts, the undo promise.
 */
export function stepDigest(step: PlanStep): string {
  const { ask, tool, title, effect, reversibility, target, fingerprint = null, facts, undo } = step;
  return canonicalHash({ ask, tool, title, effect, reversibility, target, fingerprint, facts, undo });
}

/** The head of a request that its digest covers besides the steps. */
export interface DigestHead {
  readonly request: string;
  readonly agent: string;
  readonly onBehalfOf: string | null;
  readonly version: number;
}

/** The digest decisions name. */
export function requestDigest(head: DigestHead, stepDigests: readonly string[]): string {
  return canonicalHash({ ...head, steps: stepDigests });
}

/** The first eight hex digits: for eyes and button values only, never compared by code that decides. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 8);
}
