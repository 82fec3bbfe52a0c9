/** The result for people: one table, one paragraph, one line a target. */
import type { ClicksResult } from './clicks.ts';
import type { FloodResult } from './flood.ts';
import type { PolicyRow } from './policy.ts';
import type { Row } from './rows.ts';
import type { Target } from './targets.ts';
import type { WaitingResult } from './waiting.ts';

export interface Report {
  readonly date: string;
  readonly machine: string;
  readonly size: object;
  readonly rows: readonly Row[];
  readonly waiting: WaitingResult;
  readonly policy: readonly PolicyRow[];
  readonly clicks: ClicksResult;
  readonly flood: FloodResult;
  readonly targets: readonly Target[];
}

const HEAD = ['', 'p50 ms', 'p99 ms', '32 at once, /s', 'events', 'CPU ms', 'p50 / bare', '/s / bare'];

const POLICY_HEAD = ['policy decides a step', 'new: p50 ms', 'p99 ms', 'asked before: p50 ms', 'p99 ms'];

export function printed({ date, machine, rows, waiting, policy, clicks, flood, targets }: Report): string {
  return [
    `${date}, ${machine}`,
    '',
    ...table([HEAD, ...rows.map(cells)]),
    '',
    `With ${waiting.waiting} requests waiting, a worker in a process of its own has ${waiting.rssMbPer1000} MB (RSS) more for each 1,000`,
    `than its ${waiting.emptyRssMb} MB before the first; once its cache is full, each further 1,000 take ${waiting.furtherRssMbPer1000} MB (heap`,
    `${waiting.furtherHeapMbPer1000} MB). Decision → executed, with the history replayed first: p50 ${waiting.decisionP50Ms} ms, p99 ${waiting.decisionP99Ms} ms.`,
    `Asked and shown: ${waiting.askedPerSecond}/s.`,
    '',
    ...table([
      POLICY_HEAD,
      ...policy.map(({ name, ...times }) => [name, ...Object.values(times).map(String)]),
    ]),
    '',
    `${clicks.clicks} clicks in Slack, ${clicks.clicksPerSecond} a second: durable and acknowledged p50 ${clicks.durableP50Ms} ms, p99 ${clicks.durableP99Ms} ms, slowest`,
    `${clicks.slowestMs} ms; ${clicks.acknowledged} acknowledged in time, ${clicks.executed} executed. With ${flood.flooding} requests open in one channel, watched for ${flood.watchedMs / 1000} s,`,
    `Slack took ${flood.traffic.posted} messages and refused ${flood.traffic.refused} calls. A card is behind its request, uncontended, by p50 ${flood.cardLagP50Ms} ms,`,
    `p99 ${flood.cardLagP99Ms} ms.`,
    '',
    ...table(
      targets.map(({ what, wanted, got, met }) => [what, wanted, String(got), met ? 'met' : 'NOT MET']),
    ),
  ].join('\n');
}

function cells({ name, p50Ms, p99Ms, perSecond, events, cpuMs, ratio }: Row): string[] {
  const numbers = [p50Ms, p99Ms, perSecond, events, cpuMs].map(String);
  return [name, ...numbers, ...(ratio === undefined ? ['', ''] : [ratio.p50, ratio.perSecond].map(String))];
}

function table(lines: readonly (readonly string[])[]): readonly string[] {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('   ')
      .trimEnd(),
  );
}
