/** What people arrange for themselves through Slack: what the home tab and the commands need beyond deciding. */
import type { AwayDesk } from '../../approvals/away.ts';
import type { PauseDesk } from '../../approvals/pause.ts';
import type { ApprovalSettingsReader } from '../../domain/approval-settings.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { SlackIdentity } from '../../domain/people.ts';
import type { GrantStanding } from '../../domain/standing-grant.ts';
import type { Requests } from '../../orchestrator/requests.ts';
import type { Desk } from '../ports.ts';

/** A request that is over and that a person voted on or whose agent they own. */
export interface DecidedRequest {
  readonly request: string;
  /** Outside words. */
  readonly title: string;
  readonly agent: string;
  readonly outcome?: Outcome;
  /** What the person themself said, if anything. */
  readonly answer?: 'approve' | 'deny';
  readonly closedAt: string;
}

/** The standing grants a person may see and take back. */
export interface GrantShelf {
  list(whose: { readonly grantedBy: string }): Promise<readonly GrantStanding[]>;
  revoke(id: string, by: string): Promise<boolean>;
}

export interface Affairs extends Pick<AwayDesk, 'absences' | 'tell'>, Pick<PauseDesk, 'halts' | 'tools'> {
  /** Newest first, at most `limit`. */
  decidedBy(
    person: string,
    span: { readonly since: Date; readonly limit: number },
  ): Promise<readonly DecidedRequest[]>;
  /** Who may override approvals in an emergency, read fresh. */
  readonly approvalSettings: ApprovalSettingsReader;
  /** Absent: nothing of what an agent asked is listed but what waits. */
  readonly asked?: Pick<Requests, 'list'>;
  /** Absent: there are none. */
  readonly grants?: GrantShelf;
  /** An address where this Slack user proves who they are, good once and for minutes. Absent: nobody links themselves. */
  linkTicket?(identity: SlackIdentity): Promise<string>;
}

/** What the home tab and the commands work with. */
export type AffairsDesk = Desk & Affairs;
