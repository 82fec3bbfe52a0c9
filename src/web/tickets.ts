/** Tickets that other doors hand out for the pages: used once, within minutes, kept as hashes. */
import { z } from 'zod';
import type { JsonValue } from '../domain/ask.ts';
import type { SlackIdentity } from '../domain/people.ts';
import type { TicketKind } from '../domain/sign-in.ts';
import type { PagesOptions } from './ports.ts';
import { hashOf, isSecret, newSecret } from './secrets.ts';

export const TICKET_MS = 10 * 60_000;

type Deps = Pick<PagesOptions, 'tickets' | 'desk' | 'baseUrl'>;

const slackUser = z.strictObject({ team: z.string().max(30), user: z.string().max(30) });

/** Keeps a ticket under a secret's hash until it is over. */
export async function issue(
  { tickets, desk }: Deps,
  ticket: { readonly kind: TicketKind; readonly secret: string; readonly body: JsonValue },
): Promise<string> {
  const { kind, secret, body } = ticket;
  const now = desk.clock();
  const expiresAt = new Date(now.getTime() + TICKET_MS).toISOString();
  await tickets.issue({ kind, hash: hashOf(secret), body, expiresAt }, now);
  return expiresAt;
}

/** The address where the Slack user that asked for it says, signed in, who they are. Only they may be given it. */
export async function createLinkTicket(deps: Deps, { team, user }: SlackIdentity): Promise<string> {
  const secret = newSecret();
  await issue(deps, { kind: 'link', secret, body: { team, user } });
  return `${deps.baseUrl}/link/${secret}`;
}

/** The Slack user of a ticket that still holds; `take` uses it up. */
export async function linkOf(
  { tickets, desk }: Deps,
  secret: string,
  how: 'look' | 'take',
): Promise<SlackIdentity | undefined> {
  if (!isSecret(secret)) return undefined;
  return slackUser.safeParse(await tickets[how]('link', hashOf(secret), desk.clock())).data;
}
