/** The names by which the outside speaks to a request: its workflow type, messages and search attributes (design §8). */
import { defineSearchAttributeKey } from '@temporalio/common';
import type { RequestView } from '../src/domain/request.ts';

export const REQUEST_WORKFLOW = 'Request';

/** A Signal carrying one signed decision (JWS). The record of every click, refused or not. */
export const DECISION_SIGNAL = 'decision';

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
