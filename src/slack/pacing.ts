/**
 * Pacing: whatever this process says by itself in Slack goes through here, no faster than Slack takes it, in a fair order.
 *
 * It counts in memory, because the approvals role is normally one process. Several approvals processes together may
 * exceed a limit; Slack then says so (429), and whoever was told waits, with everybody behind it. Answers to somebody who
 * waits for one (modals, private notes, the home tab) do not go through here: they are never queued behind cards.
 */
import { WebAPIRateLimitedError } from '@slack/web-api';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { OutsideError } from '../domain/retry.ts';
import { type Allowance, Lane, SUPERSEDED, type Wanted } from './lane.ts';

/** Direct messages have a lane for each person. */
const LANES_MAX = 1_000;

/** So many calls in every window of so many milliseconds. */
export interface Rate {
  readonly calls: number;
  readonly everyMs: number;
}

export interface Pace {
  /** `chat.postMessage` into one channel. */
  readonly channel: Rate;
  /** `chat.postMessage` into all channels together. */
  readonly workspace: Rate;
  readonly 'chat.update': Rate;
  readonly 'chat.postEphemeral': Rate;
  /** Reading history back, when the answer to a post got lost. */
  readonly look: Rate;
}

/**
 * Slack's limits (apis/web-api/rate-limits): a message a second and channel, several hundred a minute in all, 50 updates and
 * 100 ephemerals a minute. Windows are short so that a burst is spread, and such that no minute ever holds more; a message
 * has a fifth of a second to spare, since some are longer under way than others.
 */
export const SLACK_PACE: Pace = Object.freeze({
  channel: { calls: 1, everyMs: 1_200 },
  workspace: { calls: 40, everyMs: 10_000 },
  'chat.update': { calls: 7, everyMs: 10_000 },
  'chat.postEphemeral': { calls: 14, everyMs: 10_000 },
  look: { calls: 7, everyMs: 10_000 },
});

/** Where a call goes: the lanes that have limits of their own. */
export type Way =
  | { readonly method: 'chat.postMessage'; readonly channel: string }
  | { readonly method: 'chat.update' | 'chat.postEphemeral' | 'look' };

export interface Pacer {
  /**
   * Makes the call when it is its turn, and resolves to its result, or to `SUPERSEDED` without having made it when
   * another call of the same key took the place. Rejects with a retryable `OutsideError` when the turn is too far away,
   * which says when to come back. A call that Slack refuses for coming too soon pauses its way for everybody.
   */
  run<Result>(way: Way, wanted: Wanted, call: () => Promise<Result>): Promise<Result | typeof SUPERSEDED>;
}

/** A pacer that knows of nothing said before: Slack forgives a short burst after a restart. */
export function createPacer(pace: Pace = SLACK_PACE): Pacer {
  const limiters: Readonly<Record<keyof Pace, RateLimiterMemory>> = {
    channel: limiterOf(pace.channel),
    workspace: limiterOf(pace.workspace),
    'chat.update': limiterOf(pace['chat.update']),
    'chat.postEphemeral': limiterOf(pace['chat.postEphemeral']),
    look: limiterOf(pace.look),
  };
  const lanes = new Map<string, Lane>();
  const laneOf = (key: string, allowance: Allowance): Lane => {
    const known = lanes.get(key);
    if (known !== undefined) return known;
    // What was said is counted by the limiters; a lane where nobody waits knows nothing worth keeping.
    if (lanes.size >= LANES_MAX) for (const [other, { idle }] of lanes) if (idle) lanes.delete(other);
    const lane = new Lane(allowance);
    lanes.set(key, lane);
    return lane;
  };
  return {
    async run(way, wanted, call) {
      const { name, key } = limitOf(way);
      const own: Limit = { limiter: limiters[name], key };
      const limits = name === 'channel' ? [{ limiter: limiters.workspace, key: 'all' }, own] : [own];
      const { calls, everyMs } = pace[name];
      const lane = laneOf(`${name} ${key}`, allowanceOf(limits, everyMs / calls));
      if ((await lane.turn(wanted)) === SUPERSEDED) return SUPERSEDED;
      return calling({ lane, wanted, own }, call);
    },
  };
}

function limitOf(way: Way): { readonly name: keyof Pace; readonly key: string } {
  return way.method === 'chat.postMessage'
    ? { name: 'channel', key: way.channel }
    : { name: way.method, key: 'all' };
}

/** As `pacer.run`, for what is said once: rejects when another call of the same key goes on with it. */
export async function inTurn<Result>(
  pacer: Pacer,
  way: Way,
  wanted: Wanted,
  call: () => Promise<Result>,
): Promise<Result> {
  const result = await pacer.run(way, wanted, call);
  if (result !== SUPERSEDED) return result;
  throw new OutsideError('retryable', 'Cannot speak twice: another attempt is about to say the same');
}

interface Limit {
  readonly limiter: RateLimiterMemory;
  readonly key: string;
}

async function calling<Result>(
  { lane, wanted, own }: { readonly lane: Lane; readonly wanted: Wanted; readonly own: Limit },
  call: () => Promise<Result>,
): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof OutsideError) || !(error.cause instanceof WebAPIRateLimitedError)) throw error;
    await own.limiter.block(own.key, error.cause.retryAfter);
    const { retryAfterMs = 0 } = await lane.sendBack(wanted);
    throw new OutsideError('retryable', error.message, {
      retryAfterMs: Math.max(retryAfterMs, error.retryAfterMs ?? 0),
      cause: error.cause,
    });
  }
}

function limiterOf({ calls, everyMs }: Rate): RateLimiterMemory {
  return new RateLimiterMemory({ points: calls, duration: everyMs / 1_000 });
}

/** Takes from the shared limit first: what is left of the lane's own cannot change meanwhile. */
function allowanceOf(limits: readonly Limit[], callMs: number): Allowance {
  return {
    callMs,
    async waitMs() {
      const states = await Promise.all(limits.map(({ limiter, key }) => limiter.get(key)));
      return Math.max(
        0,
        ...states.map((state) => (state && state.remainingPoints <= 0 ? state.msBeforeNext : 0)),
      );
    },
    async take() {
      for (const { limiter, key } of limits) {
        const isTaken = await limiter.consume(key).then(
          () => true,
          () => false,
        );
        if (!isTaken) return false;
      }
      return true;
    },
  };
}
