/** How the approvals role reaches a real Slack workspace. */
import { CountersignError } from '../domain/errors.ts';
import type { Settings } from '../process/settings.ts';

export interface SlackAccess {
  readonly botToken: string;
  readonly signingSecret?: string;
  /** Set: Socket Mode. */
  readonly appToken?: string;
  readonly apiUrl?: string;
}

/** What settings say. Throws `misconfigured` when the bot token is missing. */
export function slackFromSettings({ slack }: Pick<Settings, 'slack'>): SlackAccess {
  const { mode: _, botToken, ...rest } = slack;
  if (botToken === undefined)
    throw new CountersignError('misconfigured', 'Cannot reach Slack: SLACK_BOT_TOKEN is not set');
  return { botToken, ...rest };
}
