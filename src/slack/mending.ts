/** Showing that fails for what an operator has to mend: kept alive, and said once to whoever reads the log. */

import type { Log } from '../domain/ports.ts';
import { OutsideError } from '../domain/retry.ts';
import { slackCode } from './slack-client.ts';

/** As long as a rendering's attempts last its whole day; whoever rotates a token need not hurry. */
export const MENDED_AFTER_MS = 60_000;

/** The token is not believed: nothing at all can be shown. */
const CREDENTIAL = new Set(['invalid_auth', 'token_revoked', 'token_expired', 'account_inactive']);
/** The app may not speak there. */
const MEMBERSHIP = new Set(['not_in_channel', 'channel_not_found', 'missing_scope', 'restricted_action']);

/** `to` says whether it is shown in a channel of the configuration, which can be mended, or to a person. */
export type Mending = (to: 'channel' | 'person', showing: Promise<void>) => Promise<void>;

/**
 * Turns Slack's refusals of our credentials and of our place in a channel into retryable ones with a long delay: given
 * up, a card would expire unseen. Logs each kind once at error level; the credentials' again after one that worked.
 */
export function createMending(log: Log): Mending {
  const told = new Set<string>();
  return async (to, showing) => {
    try {
      await showing;
      for (const code of CREDENTIAL) told.delete(code);
    } catch (error) {
      const code = slackCode(error) ?? '';
      // A person whom Slack does not know is nothing that an operator of ours mends.
      const isMendable = CREDENTIAL.has(code) || (MEMBERSHIP.has(code) && !isStranger(to, code));
      if (!(error instanceof OutsideError) || !isMendable) throw error;
      if (!told.has(code)) log.error({ event: 'slack-refuses', code }, sentence(code));
      told.add(code);
      throw new OutsideError('retryable', error.message, { retryAfterMs: MENDED_AFTER_MS, cause: error });
    }
  };
}

function sentence(code: string): string {
  return CREDENTIAL.has(code)
    ? 'Slack does not accept the bot token: nothing is shown until it is replaced and this role restarted'
    : 'Slack does not let the app speak there: invite it to the channel or grant it the scope';
}

function isStranger(to: 'channel' | 'person', code: string): boolean {
  return to === 'person' && code === 'channel_not_found';
}
