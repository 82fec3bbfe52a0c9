/** Slack's rate limits, counted: what a strict workspace refuses, and what it saw. */
import type { Clock } from '../../domain/ports.ts';
import { type Args, textOf } from './api-call.ts';
import type { SlackTraffic } from './contract.ts';

/** A message a second and channel, after a short burst. */
const MESSAGES_PER_SECOND = 1;
const MESSAGES_BURST = 3;
const MINUTE_MS = 60_000;
/** Calls a minute and method, in any minute. */
const PER_MINUTE: Readonly<Record<string, number>> = {
  'chat.update': 50,
  'chat.delete': 50,
  'chat.postEphemeral': 100,
  'conversations.history': 50,
  'conversations.replies': 50,
  'conversations.open': 50,
  'users.info': 100,
  'views.open': 100,
  'views.publish': 100,
};
/** Of `chat.postMessage` into all channels: "several hundred". */
const MESSAGES_PER_MINUTE = 300;

interface Bucket {
  readonly left: number;
  readonly atMs: number;
}

/** Counts calls. Refused ones count for nothing but the refusals, as in Slack. */
export class Limits {
  readonly #buckets = new Map<string, Bucket>();
  readonly #calls = new Map<string, number[]>();
  readonly #posts = new Map<string, number[]>();
  readonly #isStrict: boolean;
  readonly #now: Clock;
  #posted = 0;
  #refused = 0;
  #mostInASecond = 0;

  constructor(isStrict: boolean, now: Clock) {
    this.#isStrict = isStrict;
    this.#now = now;
  }

  /** Undefined: the call may pass. Else the seconds until it may, as Slack says them. */
  retryAfterSeconds(method: string, args: Args): number | undefined {
    if (!this.#isStrict) return undefined;
    const nowMs = this.#now().getTime();
    const waitMs =
      method === 'chat.postMessage'
        ? this.#post(textOf(args, 'channel') ?? '', nowMs)
        : this.#perMinute(method, PER_MINUTE[method], nowMs);
    if (waitMs <= 0) return undefined;
    this.#refused += 1;
    return Math.ceil(waitMs / 1_000);
  }

  get traffic(): SlackTraffic {
    return { posted: this.#posted, refused: this.#refused, mostInASecond: this.#mostInASecond };
  }

  #post(channel: string, nowMs: number): number {
    const known = this.#buckets.get(channel) ?? { left: MESSAGES_BURST, atMs: nowMs };
    const filled = known.left + ((nowMs - known.atMs) / 1_000) * MESSAGES_PER_SECOND;
    const left = Math.min(MESSAGES_BURST, filled);
    if (left < 1) return ((1 - left) / MESSAGES_PER_SECOND) * 1_000;
    const waitMs = this.#perMinute('chat.postMessage', MESSAGES_PER_MINUTE, nowMs);
    if (waitMs > 0) return waitMs;
    this.#buckets.set(channel, { left: left - 1, atMs: nowMs });
    this.#note(channel, nowMs);
    return 0;
  }

  #perMinute(method: string, most: number | undefined, nowMs: number): number {
    if (most === undefined) return 0;
    const recent = (this.#calls.get(method) ?? []).filter((atMs) => atMs > nowMs - MINUTE_MS);
    this.#calls.set(method, recent);
    if (recent.length >= most) return (recent[0] ?? nowMs) + MINUTE_MS - nowMs;
    recent.push(nowMs);
    return 0;
  }

  #note(channel: string, nowMs: number): void {
    const lastSecond = (this.#posts.get(channel) ?? []).filter((atMs) => atMs > nowMs - 1_000);
    lastSecond.push(nowMs);
    this.#posts.set(channel, lastSecond);
    this.#posted += 1;
    this.#mostInASecond = Math.max(this.#mostInASecond, lastSecond.length);
  }
}
