/** What the bench is to reach, and whether it did. A benchmark, not a test: nothing fails here. */
import type { ClicksResult } from './clicks.ts';
import type { FloodResult } from './flood.ts';
import type { PolicyRow } from './policy.ts';
import type { Row } from './rows.ts';
import type { WaitingResult } from './waiting.ts';

export interface Target {
  readonly what: string;
  readonly wanted: string;
  readonly got: number;
  readonly met: boolean;
}

const P50_AT_MOST = { read: 0.85, write: 1.2, 'decision → executed': 1.3 };
const PER_SECOND_AT_LEAST = { read: 1.2, write: 0.8 };
const MB_PER_1000_AT_MOST = 40;
const DECIDE_MS_AT_MOST = { '20 rules': 1, '1,000 rules about one tool': 5 };

export function targetsOf(
  rows: readonly Row[],
  waiting: WaitingResult,
  policy: readonly PolicyRow[],
): readonly Target[] {
  const ratio = (name: string, value: 'p50' | 'perSecond') =>
    rows.find((row) => row.name === name)?.ratio?.[value] ?? Number.NaN;
  return [
    ...Object.entries(P50_AT_MOST).map(([name, most]) =>
      atMost(`${name}: p50 over bare`, most, ratio(name, 'p50')),
    ),
    ...Object.entries(PER_SECOND_AT_LEAST).map(([name, least]) => {
      const got = ratio(name, 'perSecond');
      return { what: `${name}: throughput over bare`, wanted: `≥ ${least}`, got, met: got >= least };
    }),
    ...Object.entries(DECIDE_MS_AT_MOST).map(([name, most]) => {
      const got = policy.find((row) => row.name === name)?.freshP50Ms ?? Number.NaN;
      return atMost(`policy, ${name}: p50 of a step never asked before, ms`, most, got);
    }),
    atMost('worker memory (RSS) per 1,000 waiting, MB', MB_PER_1000_AT_MOST, waiting.rssMbPer1000),
  ];
}

/** Of issue 5: clicks become durable in time, and Slack is never asked for more than it takes. */
export function slackTargets(
  { clicks, durableP99Ms, acknowledged }: ClicksResult,
  { traffic, cardLagP99Ms }: FloodResult,
): readonly Target[] {
  return [
    atMost('click → durable: p99, ms', 300, durableP99Ms),
    atMost('clicks not acknowledged within 3 s', 0, clicks - acknowledged),
    atMost('calls that Slack refused for coming too soon', 0, traffic.refused),
    atMost('most messages in one channel within a second', 1, traffic.mostInASecond),
    atMost('card behind its request, uncontended: p99, ms', 5_000, cardLagP99Ms),
  ];
}

function atMost(what: string, most: number, got: number): Target {
  return { what, wanted: `≤ ${most}`, got, met: got <= most };
}
