/** The names by which the outside speaks to a request: its workflow type, messages and search attributes (design §8). */
import { defineSearchAttributeKey } from '@temporalio/common';
import type { Ask } from '../src/domain/ask.ts';
import type { RequestView } from '../src/domain/request.ts';

export const REQUEST_WORKFLOW = 'Request';
export const REVIEW_WORKFLOW = 'Review';

/** A Signal carrying one signed decision (JWS). The record of every click, refused or not. */
export const DECISION_SIGNAL = 'decision';

/** A Signal carrying one `HandedAmendment`: a signed edit of a step and the arguments beside it. */
export const AMENDMENT_SIGNAL = 'amendment';

/** A Query answering the request's asks as they are now, `AsksQuery`: for doors to approvers only. */
export const ASKS_QUERY = 'asks';

/** `from` is the first step that can still be edited; the steps before it ran. */
export interface AsksQuery {
  readonly version: number;
  readonly from: number;
  readonly steps: readonly Ask[];
}
/** A Signal carrying one signed question (JWS). The record of every question, refused or not. */
export const QUESTION_SIGNAL = 'question';

/** A Signal carrying the agent's answer to one question: its own words, which nobody vouches for. */
export const ANSWER_SIGNAL = 'answer';

/** A Query answering the request's RequestView. */
export const VIEW_QUERY = 'view';

export type ViewQuery = RequestView;

export const SEARCH_ATTRIBUTES = {
  agent: defineSearchAttributeKey('CountersignAgent', 'KEYWORD'),
  tools: defineSearchAttributeKey('CountersignTools', 'KEYWORD_LIST'),
  risk: defineSearchAttributeKey('CountersignRisk', 'KEYWORD'),
  status: defineSearchAttributeKey('CountersignStatus', 'KEYWORD'),
  outcome: defineSearchAttributeKey('CountersignOutcome', 'KEYWORD'),
  needsHuman: defineSearchAttributeKey('CountersignNeedsHuman', 'BOOL'),
} as const;
