/**
 * A review: after the glass was broken, people look at what was done and say whether it was justified. It is a workflow
 * of its own, so that it outlives the request, reminds, and is never forgotten silently.
 */
import type { DecidingSettings, RequestSettings } from './request.ts';

/** How long reviewers have; then operators are told that nobody looked. */
export const REVIEW_DUE_MS = 7 * 24 * 3_600_000;

/** The review's own id, so that what reviewers sign can never pass for a decision about the request. */
export function reviewIdOf(request: string): string {
  return request.replace(/^req_/, 'rev_');
}

/** What a review is about, and who may give it. */
export interface ReviewInput {
  readonly id: string;
  readonly request: string;
  readonly version: number;
  readonly digest: string;
  readonly agent: string;
  readonly owner: string;
  /** Who broke the glass, and whoever may not decide about the request anyway. */
  readonly excluded: readonly string[];
  readonly brokenBy: readonly string[];
  readonly group: string;
  /** Where operators are told that nobody looked. */
  readonly channel: string;
  readonly dueMs: number;
  readonly settings: RequestSettings;
  readonly deciding: DecidingSettings;
}

/** Reads like a closed request where somebody asks why an answer came too late. */
export interface ReviewResult {
  readonly status: 'closed';
  readonly request: string;
  readonly outcome: 'justified' | 'not-justified' | 'not-reviewed';
  readonly by?: string;
  readonly note?: string;
  readonly at: string;
}
