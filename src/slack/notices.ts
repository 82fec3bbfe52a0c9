/**
 * Notices to a channel: the first few of a while one by one, the others gathered into one message at its end.
 *
 * A notice is durable because its activity is: one that is gathered is sent back to Temporal until the end of the while,
 * and its key is noted only once the message with its line stands. What a process gathered dies with it; whoever comes
 * back is then gathered anew.
 */
import type { Clock } from '../domain/ports.ts';
import { OutsideError } from '../domain/retry.ts';
import type { MessageStore } from './ports.ts';
import type { Saying } from './say-once.ts';

/** So many in a while are no burst. */
const ONE_BY_ONE_MAX = 3;
/** A message of ours has twelve lines at most. */
const LINES_MAX = 10;
const LINE_CHARS_MAX = 180;
/** Further ones come back later; a channel that gets more than this is not read by anybody. */
const GATHERED_MAX = 1_000;
/** Whoever is sent back comes shortly after the end, when the first one says it for all. */
const AFTER_END_MS = 250;

export interface NoticesParts {
  readonly messages: MessageStore;
  readonly clock: Clock;
  /** How long a while is. */
  readonly windowMs: number;
  readonly say: (saying: Saying) => Promise<void>;
}

export interface Notice {
  readonly key: string;
  /** A channel id. */
  readonly channel: string;
  readonly text: string;
}

interface While {
  readonly endsMs: number;
  said: number;
  readonly gathered: Map<string, string>;
  saying?: Promise<void> | undefined;
}

/** Says a notice once per key, or rejects with a retryable `OutsideError` that says when it will be said. */
export function createNotices(parts: NoticesParts): (notice: Notice) => Promise<void> {
  const whiles = new Map<string, While>();
  return async (notice) => {
    const { key, channel, text } = notice;
    if ((await parts.messages.find(key)) !== undefined) return;
    const nowMs = parts.clock().getTime();
    const current = whileOf(whiles, channel, nowMs + parts.windowMs, nowMs);
    if (current.gathered.has(key) && nowMs >= current.endsMs) return sayGathered(current, channel, parts);
    if (!current.gathered.has(key) && nowMs < current.endsMs && current.said < ONE_BY_ONE_MAX) {
      current.said += 1;
      return parts.say({ key, request: key, channel, text }).catch((error: unknown) => {
        current.said -= 1;
        throw error;
      });
    }
    if (current.gathered.size < GATHERED_MAX) current.gathered.set(key, text);
    const retryAfterMs = Math.max(0, current.endsMs - nowMs) + AFTER_END_MS;
    throw new OutsideError('retryable', 'Cannot announce yet: it is gathered with other notices', {
      retryAfterMs,
    });
  };
}

/** The while that runs; one that has ended goes on until what it gathered is said. */
function whileOf(whiles: Map<string, While>, channel: string, endsMs: number, nowMs: number): While {
  const known = whiles.get(channel);
  if (known !== undefined && (nowMs < known.endsMs || known.gathered.size > 0)) return known;
  const fresh: While = { endsMs, said: 0, gathered: new Map() };
  whiles.set(channel, fresh);
  return fresh;
}

/** The first to come back says it for all; the others wait for it. */
async function sayGathered(current: While, channel: string, parts: NoticesParts): Promise<void> {
  current.saying ??= sayAll(current, channel, parts).finally(() => {
    current.saying = undefined;
  });
  return current.saying;
}

async function sayAll({ gathered }: While, channel: string, { messages, say }: NoticesParts): Promise<void> {
  while (gathered.size > 0) {
    const lines = [...gathered].slice(0, LINES_MAX);
    const [first] = lines;
    if (first === undefined) return;
    const key = `digest:${first[0]}`;
    const head = lines.length === 1 ? [] : [`${lines.length} notices:`];
    const text = [...head, ...lines.map(([, line]) => oneLine(line))].join('\n');
    await say({ key, request: key, channel, text });
    const place = await messages.find(key);
    for (const [one] of lines) {
      if (place !== undefined) await messages.record(one, place);
      gathered.delete(one);
    }
  }
}

function oneLine(text: string): string {
  const line = text.replace(/\s*[\r\n]+\s*/g, ' / ');
  return line.length <= LINE_CHARS_MAX
    ? line
    : `${line.slice(0, LINE_CHARS_MAX)}… (${line.length} characters)`;
}
