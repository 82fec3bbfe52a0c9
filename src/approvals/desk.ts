/**
 * What every door to the approvers works with: Slack, the approver pages and the command line are three ways to the
 * same desk, and hand a decision over by the same path (`record-decision.ts`).
 */
import type { OpenApproval } from '../domain/card.ts';
import type { Clicks, Clock, DecisionSigner, Inbox, Log, QuestionSigner } from '../domain/ports.ts';
import type { RequestView } from '../domain/request.ts';
import type { DoorOversight } from './oversight.ts';

/** What became of handing something signed to a request: durable, or the request no longer runs, or is not known. */
export type Kept = 'recorded' | 'closed' | 'unknown';

/** The part of the orchestrator that doors for approvers need. */
export interface DecisionSink {
  /** Makes a signed decision durable. `closed` when the request no longer runs. */
  decide(id: string, jws: string): Promise<Kept>;
  /** As `decide`, for a signed question. */
  question(id: string, jws: string): Promise<Kept>;
  view(id: string): Promise<RequestView | undefined>;
}

export interface DecisionDesk {
  readonly requests: DecisionSink;
  readonly inbox: Inbox;
  readonly clicks: Clicks;
  readonly signer: DecisionSigner;
  readonly questionSigner: QuestionSigner;
  readonly clock: Clock;
  readonly log: Log;
  /** Refused and forged interactions go here. */
  readonly security: Log;
  /** Counts what is said and refused here, and knows who goes too fast. */
  readonly oversight: DoorOversight;
  /** Puts away what still asks people about a request that ended from outside. Never rejects. */
  putAway(approval: OpenApproval, view: RequestView | undefined): Promise<void>;
}
