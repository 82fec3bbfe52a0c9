/** `oversight`: how people decided, by rule, group, person or agent. Reads only. */
import type { ReportKey, ReportLine } from '../../approvals/oversight-report.ts';
import { EXIT, type Exit } from './exit-codes.ts';
import { json, table } from './print.ts';
import type { CommandContext } from './request-commands.ts';

export interface OversightOptions {
  readonly since: (now: Date) => Date;
  readonly by: ReportKey;
}

/** Prints the report. Times are UTC. */
export async function oversightCommand(
  { since, by }: OversightOptions,
  { world, settings, asJson }: CommandContext,
): Promise<Exit> {
  const [from, to] = [since(world.now()), world.now()];
  const { lines, isWhole } = await world.readOversight({ since: from.toISOString(), by }, settings);
  if (asJson) {
    world.out(json({ from: from.toISOString(), to: to.toISOString(), by, isWhole, lines }));
    return EXIT.done;
  }
  const period = `from ${utc(from)} to ${utc(to)}`;
  if (lines.length === 0) {
    world.out(`Nobody was asked ${period}\n`);
    return EXIT.done;
  }
  world.out(`How people decided, by ${by}, ${period}\n\n`);
  world.out(table(headsOf(by), lines.map(cellsOf)));
  world.out(`\n${legendOf(by)}`);
  if (!isWhole)
    world.out('There was more than is read at once: only the newest is counted; ask for less with --since\n');
  return EXIT.done;
}

function headsOf(by: ReportKey): readonly string[] {
  return [
    by,
    'asked',
    'approved',
    'rejected',
    'edited',
    'expired',
    'other',
    'open',
    'median',
    'p90',
    '<5s',
    'refused',
    'failed',
    'undone',
  ];
}

function cellsOf(line: ReportLine): readonly string[] {
  const { asked, approved, rejected, edited, expired, replaced, ended, open } = line;
  const { refusedClicks, failedAfterApproval, undoneAfterApproval } = line;
  const counts = [asked, approved, rejected, edited, expired, replaced + ended, open];
  const after = [refusedClicks, failedAfterApproval, undoneAfterApproval];
  return [
    line.subject,
    ...counts.map(String),
    durationOf(line.medianSeconds),
    durationOf(line.p90Seconds),
    line.fastShare === undefined ? '-' : `${Math.round(line.fastShare * 100)}%`,
    ...after.map(String),
  ];
}

/** `4.2s`, `3m 20s`, `2h 5m`, `3d 4h`. */
export function durationOf(seconds: number | undefined): string {
  if (seconds === undefined) return '-';
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)}m ${whole % 60}s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

function legendOf(by: ReportKey): string {
  const asked =
    by === 'person'
      ? 'asked: versions this person could answer; approved, rejected, edited: what they did'
      : 'asked: versions of requests people were asked about';
  return [
    asked,
    'median, p90: from when the card was there to the answer; <5s: part of the approvals given within 5 seconds',
    'other: the target changed first, or the request was cancelled or halted; refused: clicks that did not count',
    'failed, undone: after approval',
    '',
  ].join('\n');
}

function utc(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
