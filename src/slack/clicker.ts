/** Who is behind an interaction: right app, right workspace, a full member, exactly one person of the directory. */
import type { RefusedWhy } from '../domain/oversight.ts';
import type { Person } from '../domain/people.ts';
import type { Desk } from './ports.ts';
import type { Standing, StandingOf } from './standing.ts';

export interface Sender {
  readonly app: string;
  readonly team: string;
  readonly user: string;
  /** The user's own workspace where Slack says it. */
  readonly home?: string | null | undefined;
}

/** `foreign` is not answered at all: it is not our app's or our workspace's. */
export type Identified =
  | { readonly kind: 'person'; readonly person: Person }
  | { readonly kind: 'refused'; readonly why: RefusedWhy; readonly sentence: string }
  | { readonly kind: 'foreign' };

/** Of people who left; clicks of theirs are refused where they are admitted, so that the history has them. */
export const INACTIVE = 'You are not active in the directory of people: ask an operator';

const REFUSED: Readonly<Record<Exclude<Standing, 'member'>, string>> = {
  guest: 'Guests of this workspace cannot use Countersign',
  bot: 'Apps and bots cannot use Countersign',
  deactivated: 'This Slack account is deactivated',
  stranger: 'People of other workspaces cannot use Countersign',
};

/** Rejects when Slack or the directory does not answer; the caller then says that nothing was recorded. */
export async function identify(
  desk: Pick<Desk, 'team' | 'appId' | 'directory' | 'security'>,
  standingOf: StandingOf,
  sender: Sender,
): Promise<Identified> {
  const { team, user } = sender;
  if (sender.app !== desk.appId || team !== desk.team) {
    refused(desk, sender, 'foreign-app-or-workspace');
    return { kind: 'foreign' };
  }
  if (sender.home !== undefined && sender.home !== null && sender.home !== team) {
    refused(desk, sender, 'stranger');
    return { kind: 'refused', why: 'stranger', sentence: REFUSED.stranger };
  }
  const standing = await standingOf(user);
  if (standing !== 'member') {
    refused(desk, sender, standing);
    return { kind: 'refused', why: standing, sentence: REFUSED[standing] };
  }
  const person = await desk.directory.personBySlack({ team, user });
  if (person !== undefined) return { kind: 'person', person };
  refused(desk, sender, 'unknown-person');
  return {
    kind: 'refused',
    why: 'unknown-person',
    sentence: 'Countersign does not know you: link this account with /countersign link, or ask an operator',
  };
}

function refused({ security }: Pick<Desk, 'security'>, { app, team, user }: Sender, why: string): void {
  security.warn({ event: 'interaction-refused', why, app, team, user }, 'Refused an interaction');
}
