/** A message as Slack's API and payloads show it. */
import type { SlackMessage } from './contract.ts';
import type { Workspace } from './workspace.ts';

/** `withMetadata` because Slack leaves metadata out unless it is asked for. */
export function messageObject(
  workspace: Workspace,
  message: SlackMessage,
  withMetadata: boolean,
): Readonly<Record<string, unknown>> {
  const { channel, ts, threadTs, text, blocks, metadata, author } = message;
  const replies = workspace
    .messages(channel)
    .filter((one) => one.threadTs === ts && one.ephemeralFor === undefined);
  const thread = threadTs ?? (replies.length > 0 ? ts : undefined);
  return {
    type: 'message',
    user: author.id,
    ts,
    text,
    team: workspace.team.id,
    bot_id: workspace.botId,
    app_id: workspace.appId,
    ...(blocks.length === 0 ? {} : { blocks }),
    ...(thread === undefined ? {} : { thread_ts: thread }),
    ...(replies.length === 0 ? {} : { reply_count: replies.length, latest_reply: replies.at(-1)?.ts }),
    ...(message.edited ? { edited: { user: author.id, ts } } : {}),
    ...(withMetadata && metadata !== undefined ? { metadata } : {}),
  };
}
