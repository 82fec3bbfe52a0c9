/** A Slack user's standing in the workspace: only full members may decide. Cached for a minute at most. */
import type { WebClient } from '@slack/web-api';
import type { Clock } from '../domain/ports.ts';
import { sorted } from './slack-client.ts';

const KEPT_MS = 60_000;
const USERS_KEPT_MAX = 1_000;

export type Standing = 'member' | 'guest' | 'bot' | 'deactivated' | 'stranger';

/** Asks Slack about a user of `team`. Rejects when Slack does not answer: nobody's standing is assumed. */
export type StandingOf = (user: string) => Promise<Standing>;

/** A reader with a small cache; `team` is the only workspace whose users are members. */
export function createStandingOf(
  client: WebClient,
  { team, clock }: { readonly team: string; readonly clock: Clock },
): StandingOf {
  const kept = new Map<string, { readonly standing: Standing; readonly untilMs: number }>();
  return async (user) => {
    const nowMs = clock().getTime();
    const known = kept.get(user);
    if (known !== undefined && known.untilMs > nowMs) return known.standing;
    const standing = await read(client, user, team);
    if (kept.size >= USERS_KEPT_MAX) kept.clear();
    kept.set(user, { standing, untilMs: nowMs + KEPT_MS });
    return standing;
  };
}

async function read(client: WebClient, id: string, team: string): Promise<Standing> {
  const { user } = await sorted('Cannot look up Slack user', client.users.info({ user: id }));
  if (user?.id !== id || user.is_stranger === true || (user.team_id ?? team) !== team) return 'stranger';
  if (user.deleted === true) return 'deactivated';
  // An app's own user is a bot here whatever Slack calls it: agents must not approve agents.
  if (user.is_bot === true || user.is_app_user === true || user.is_workflow_bot === true) return 'bot';
  return user.is_restricted === true || user.is_ultra_restricted === true ? 'guest' : 'member';
}
