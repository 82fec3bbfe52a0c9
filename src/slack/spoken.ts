/** One line of ours as a Slack message. The line may quote outside words, so it is literal in block and notification. */
import type { KnownBlock } from '@slack/types';
import { escaped, outside } from '../approvals/outside-text.ts';
import { plain, preformatted, section } from './cards/blocks.ts';
import { HOME_ACTIONS } from './home/ids.ts';

/** Others' words, e.g. a question or its answer: the longest whole one fits. */
const QUOTE = { charsMax: 2_900, linesMax: 60 } as const;
const LINE = { charsMax: 2_000, linesMax: 12 } as const;
const NOTIFICATION_CHARS_MAX = 300;

/**
 * `mentions` are Slack user ids from our own directory; they stand in a block of their own, apart from the words.
 * `quote` are somebody's words, fenced; no notification carries them.
 */
export function spoken(
  text: string,
  {
    mentions = [],
    quote,
    linesMax = LINE.linesMax,
  }: {
    readonly mentions?: readonly string[];
    readonly quote?: string;
    readonly linesMax?: number;
  } = {},
): { readonly text: string; readonly blocks: KnownBlock[] } {
  const called = mentions.map((user) => `<@${user.replace(/[^A-Z0-9]/g, '')}>`).join(' ');
  return {
    text: escaped(outside(text, { charsMax: NOTIFICATION_CHARS_MAX, linesMax: 1 })),
    blocks: [
      section(outside(text, { ...LINE, linesMax })),
      ...(quote === undefined ? [] : [preformatted(outside(quote, QUOTE))]),
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

/** The line with a button that leads to an address of ours. */
export function withLink(
  { text, blocks }: ReturnType<typeof spoken>,
  { label, url }: { readonly label: string; readonly url: string },
): ReturnType<typeof spoken> {
  const button = { type: 'button', action_id: HOME_ACTIONS.openLink, text: plain(label), url } as const;
  return { text, blocks: [...blocks, { type: 'actions', elements: [button] }] };
}
