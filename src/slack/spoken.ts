/** One line of ours as a Slack message. The line may quote outside words, so it is literal in block and notification. */
import type { KnownBlock } from '@slack/types';
import { escaped, outside } from '../approvals/outside-text.ts';
import { section } from './cards/blocks.ts';

const LINE = { charsMax: 2_000, linesMax: 12 } as const;
const NOTIFICATION_CHARS_MAX = 300;

/** `mentions` are Slack user ids from our own directory; they stand in a block of their own, apart from the words. */
export function spoken(
  text: string,
  mentions: readonly string[] = [],
): { readonly text: string; readonly blocks: KnownBlock[] } {
  const called = mentions.map((user) => `<@${user.replace(/[^A-Z0-9]/g, '')}>`).join(' ');
  return {
    text: escaped(outside(text, { charsMax: NOTIFICATION_CHARS_MAX, linesMax: 1 })),
    blocks: [
      section(outside(text, LINE)),
      ...(called === ''
        ? []
        : [
            {
              type: 'context' as const,
              elements: [{ type: 'mrkdwn' as const, text: called, verbatim: true }],
            },
          ]),
    ],
  };
}
