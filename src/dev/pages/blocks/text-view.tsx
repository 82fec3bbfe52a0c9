import type { TextObject } from '@slack/types';
import { PassagesView } from './inline-view.tsx';
import { parseMrkdwn } from './mrkdwn.ts';

/** Draws a text object: mrkdwn as Slack reads it, plain text exactly as it stands. */
export function TextView({ text }: { text: TextObject }) {
  if (text.type === 'mrkdwn') {
    return <PassagesView passages={parseMrkdwn(text.text, { verbatim: text.verbatim === true })} />;
  }
  return <div class="bk-text">{text.text}</div>;
}
