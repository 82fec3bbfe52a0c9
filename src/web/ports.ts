/** What the approver pages need from elsewhere, as narrow interfaces. The store implements them; `main/` wires them. */
import type { DecisionDesk } from '../approvals/desk.ts';
import type { Names } from '../approvals/names.ts';
import type { CardView } from '../domain/card.ts';
import type { SlackIdentity } from '../domain/people.ts';
import type { Absences, Directory } from '../domain/ports.ts';
import type { PageSessions, Passkeys, Tickets } from '../domain/sign-in.ts';
import type { IdentityProvider } from './oidc.ts';

/** Links between Slack users and people. Rejects when unreachable. */
export interface LinkBook {
  link(link: SlackIdentity & { readonly person: string }): Promise<'linked' | 'taken'>;
}

/** Tells a person something outside the pages, so that they notice what they did not do themselves. May reject. */
export type Notify = (note: {
  readonly person: string;
  readonly key: string;
  readonly text: string;
}) => Promise<void>;

export interface PagesOptions {
  readonly desk: DecisionDesk;
  readonly cards: {
    current(request: string, version: number): Promise<{ readonly wantedView: CardView } | undefined>;
  };
  readonly directory: Directory;
  readonly absences: Absences;
  readonly identities: LinkBook;
  readonly sessions: PageSessions;
  readonly passkeys: Passkeys;
  readonly tickets: Tickets;
  readonly names: Names;
  /** Absent: nobody can sign in, and the pages say so. */
  readonly provider?: IdentityProvider;
  /** Where people reach the pages, without a slash at its end: `https://approve.acme.example`. */
  readonly baseUrl: string;
  readonly notify: Notify;
  /** Forms that one person may send in a minute; 30 unless told. */
  readonly formsPerMinute?: number;
}
