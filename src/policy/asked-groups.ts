/** Whom a gate asks, as annotations write it: groups, and groups with the time after which they are asked too. */
import { z } from 'zod';
import { DURATION_WANTED, durationMs } from './duration.ts';

/** How many groups `@approvers` may name, and how many `@escalate`. */
export const GROUPS_MAX = 5;

/** A group that is asked later; without `afterMs` when three quarters of the wait have passed. */
export interface LaterGroup {
  readonly group: string;
  readonly afterMs?: number;
}

const ONE_OR_MORE = `a group, or 2 to ${GROUPS_MAX} different ones such as "finance, support"`;
const LATER = `a group, or up to ${GROUPS_MAX} such as "finance after 1h, support after 3h", each later than the one before`;

/** `platform`, or `platform, finance`: any of them. */
export const askedGroups = z.string(ONE_OR_MORE).transform((text, context): readonly string[] => {
  const groups = partsOf(text);
  const right =
    groups.length <= GROUPS_MAX &&
    groups.every((group) => /^\S+$/.test(group)) &&
    new Set(groups).size === groups.length;
  if (!right) context.addIssue(ONE_OR_MORE);
  return groups;
});

/** `finance`, or `finance after 1h, finance-leads after 3h`. */
export const laterGroups = z.string(LATER).transform((text, context): readonly LaterGroup[] => {
  const written = partsOf(text);
  const [only] = written;
  if (written.length === 1 && only !== undefined && /^\S+$/.test(only)) return [{ group: only }];
  const stages = written.flatMap((part) => stageOf(part) ?? []);
  const right =
    written.length <= GROUPS_MAX &&
    stages.length === written.length &&
    stages.every(({ afterMs }, index) => afterMs > (stages[index - 1]?.afterMs ?? 0));
  if (!right) context.addIssue(written.length <= GROUPS_MAX ? whyWrong(written) : LATER);
  return stages;
});

function partsOf(text: string): readonly string[] {
  return text.split(',').map((part) => part.trim());
}

function stageOf(part: string): Required<LaterGroup> | undefined {
  const [, group, after] = /^(\S+) +after +(\S+)$/.exec(part) ?? [];
  const afterMs = durationMs(after ?? '');
  return group === undefined || afterMs === undefined ? undefined : { group, afterMs };
}

/** A time that is none is said to be so; everything else gets the whole form shown. */
function whyWrong(written: readonly string[]): string {
  const times = written.flatMap((part) => /^\S+ +after +(\S+)$/.exec(part)?.[1] ?? []);
  return times.length === written.length && times.some((time) => durationMs(time) === undefined)
    ? `after each "after" ${DURATION_WANTED}`
    : LATER;
}
