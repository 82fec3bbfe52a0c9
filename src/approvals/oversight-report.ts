/** The report: how deciding went, by rule, group, person or agent. A pure function of the records, in any order. */

import type { Outcome } from '../domain/outcome.ts';
import type { Asked, Fate, GivenAnswer, OversightRecords, RefusedClick } from '../domain/oversight.ts';
import { FAST_SECONDS } from './slow-down.ts';

export const REPORT_KEYS = ['rule', 'group', 'person', 'agent'] as const;
export type ReportKey = (typeof REPORT_KEYS)[number];

/**
 * One line. Versions are counted, not requests: an edited request was asked twice. For a rule, a group and an agent
 * `asked` is the sum of the seven after it; for a person `asked` are the versions they could have answered, and
 * `approved`, `rejected` and `edited` what they did themselves.
 */
export interface ReportLine {
  readonly subject: string;
  readonly asked: number;
  readonly approved: number;
  readonly rejected: number;
  readonly edited: number;
  readonly expired: number;
  readonly replaced: number;
  readonly ended: number;
  readonly open: number;
  /** Seconds from when the card was there to the answer; absent without answers. Nearest rank. */
  readonly medianSeconds?: number;
  readonly p90Seconds?: number;
  /** The part of the approvals given within 5 seconds, 0 to 1: read by nobody. Absent without approvals. */
  readonly fastShare?: number;
  readonly refusedClicks: number;
  /** Approved, and then failed, rolled back or stuck. */
  readonly failedAfterApproval: number;
  /** Approved, and then a step was taken back. */
  readonly undoneAfterApproval: number;
}

/** Whose refused clicks they were is not known: no person of the directory. */
const NOBODY = '(unknown)';

const FAILED: readonly (Outcome | undefined)[] = ['failed', 'rolled_back', 'rollback_failed'];

/** One line a subject, the most asked first. */
export function oversightReport({ asked, refused }: OversightRecords, by: ReportKey): readonly ReportLine[] {
  const cases = asked.flatMap((one) => casesOf(one, by));
  const clicks = clickedOn(asked, refused, by);
  const bySubject = new Map<string, Case[]>();
  for (const one of cases) {
    const known = bySubject.get(one.subject);
    if (known === undefined) bySubject.set(one.subject, [one]);
    else known.push(one);
  }
  return [...new Set([...bySubject.keys(), ...clicks.keys()])]
    .map((subject) => lineOf(subject, bySubject.get(subject) ?? [], clicks.get(subject) ?? 0))
    .sort(
      (a, b) => b.asked - a.asked || b.refusedClicks - a.refusedClicks || (a.subject < b.subject ? -1 : 1),
    );
}

/** One version as it counts for one subject. `fate` is what is counted of it; for a person, what they did. */
interface Case {
  readonly subject: string;
  readonly asked: Asked;
  readonly fate: Fate | undefined;
  readonly answers: readonly GivenAnswer[];
}

const keyOf = ({ request, version }: Pick<Asked, 'request' | 'version'>) => `${request} ${version}`;

function casesOf(asked: Asked, by: ReportKey): readonly Case[] {
  if (by === 'person') return personCases(asked);
  const { answers, fate } = asked;
  const subjects = { rule: asked.rules, agent: [asked.agent], group: asked.groups }[by];
  return subjects.map((subject) => ({
    ...{ subject, asked, fate },
    answers: by === 'group' ? answers.filter(({ person }) => countsFor(subject, person, asked)) : answers,
  }));
}

function personCases(asked: Asked): readonly Case[] {
  const { answers, members = {}, editedBy } = asked;
  const took = [...answers.map(({ person }) => person), ...(editedBy === undefined ? [] : [editedBy])];
  return [...new Set([...Object.values(members).flat(), ...took])].map((subject) => {
    const mine = answers.filter(({ person }) => person === subject);
    return { subject, asked, fate: subject === editedBy ? 'edited' : doneBy(mine), answers: mine };
  });
}

function doneBy(mine: readonly GivenAnswer[]): Fate | undefined {
  if (mine.some(({ answer }) => answer === 'deny')) return 'rejected';
  return mine.length > 0 ? 'approved' : undefined;
}

/** Whoever is in none of the groups stood in for somebody, or the directory could not be read: it counts for all. */
function countsFor(group: string, person: string, { members = {} }: Asked): boolean {
  const inNone = !Object.values(members).some((people) => people.includes(person));
  return inNone || (members[group] ?? []).includes(person);
}

/** Refused clicks by subject. One that names no known version counts for its person only. */
function clickedOn(
  asked: readonly Asked[],
  refused: readonly RefusedClick[],
  by: ReportKey,
): ReadonlyMap<string, number> {
  const versions = new Map(asked.map((one) => [keyOf(one), one]));
  const counts = new Map<string, number>();
  for (const { request = '', version = 0, person } of refused) {
    const one = versions.get(keyOf({ request, version }));
    const subjects =
      by === 'person'
        ? [person ?? NOBODY]
        : one === undefined
          ? []
          : { rule: one.rules, agent: [one.agent], group: one.groups }[by];
    for (const subject of subjects) counts.set(subject, (counts.get(subject) ?? 0) + 1);
  }
  return counts;
}

function lineOf(subject: string, cases: readonly Case[], refusedClicks: number): ReportLine {
  const count = (fate: Fate) => cases.filter((one) => one.fate === fate).length;
  const approved = cases.filter(({ fate }) => fate === 'approved');
  const answers = cases.flatMap(({ asked, answers: given }) =>
    given.map(({ answer, at }) => ({ answer, seconds: secondsToDecide(asked, at) })),
  );
  return {
    subject,
    asked: cases.length,
    approved: approved.length,
    rejected: count('rejected'),
    edited: count('edited'),
    expired: count('expired'),
    replaced: count('replaced'),
    ended: count('ended'),
    open: count('open'),
    ...timesOf(answers),
    refusedClicks,
    failedAfterApproval: approved.filter(({ asked }) => FAILED.includes(asked.outcome)).length,
    undoneAfterApproval: approved.filter(({ asked }) => asked.undone > 0).length,
  };
}

/** From when the card was there, or where that is not known from when people were asked. */
export function secondsToDecide(
  { shownAt, askedAt }: Pick<Asked, 'shownAt' | 'askedAt'>,
  at: string,
): number {
  return Math.max(0, (Date.parse(at) - Date.parse(shownAt ?? askedAt)) / 1_000);
}

function timesOf(
  answers: readonly { readonly answer: GivenAnswer['answer']; readonly seconds: number }[],
): Pick<ReportLine, 'medianSeconds' | 'p90Seconds' | 'fastShare'> {
  const sorted = answers.map(({ seconds }) => seconds).sort((a, b) => a - b);
  const [median, p90] = [nearestRank(sorted, 0.5), nearestRank(sorted, 0.9)];
  const approvals = answers.filter(({ answer }) => answer === 'approve');
  const fast = approvals.filter(({ seconds }) => seconds < FAST_SECONDS);
  return {
    ...(median === undefined ? {} : { medianSeconds: median }),
    ...(p90 === undefined ? {} : { p90Seconds: p90 }),
    ...(approvals.length === 0 ? {} : { fastShare: fast.length / approvals.length }),
  };
}

function nearestRank(sorted: readonly number[], part: number): number | undefined {
  return sorted[Math.ceil(part * sorted.length) - 1];
}
