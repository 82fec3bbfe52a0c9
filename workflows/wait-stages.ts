/**
 * How a wait for people is divided: reminders, further groups, the end (design §3.4). Pure, so that a replay agrees; the
 * lengths of a wait's stages add up to it exactly, and what comes last is always that it expires.
 */
import type { DecidingSettings } from '../src/domain/request.ts';
import { type ApprovalGate, groupsAtOnce, stagesOf } from '../src/domain/verdict.ts';

export interface WaitStage {
  readonly lastsMs: number;
  /** What happens when the stage ends unanswered. */
  readonly endsWith: 'remind' | 'escalate' | 'expire';
  /** Whom that names; empty at the end. */
  readonly groups: readonly string[];
  /** Tells this line in the thread from the others. */
  readonly key: string;
  readonly says: string;
  /** Shown at the timer in the Temporal UI. */
  readonly summary: string;
}

interface Moment {
  readonly atMs: number;
  readonly endsWith: WaitStage['endsWith'];
  /** Only for escalations: who is asked from then on. */
  readonly asks: readonly string[];
}

/** What requests of old are replayed with: one reminder at half, the next group at three quarters. */
const OF_OLD: DecidingSettings = Object.freeze({ remindAt: [0.5] });

/** The stages of a wait of `ttlMs` milliseconds under these gates. */
export function waitStages(
  ttlMs: number,
  gates: readonly ApprovalGate[],
  deciding: DecidingSettings | undefined,
): readonly WaitStage[] {
  const moments = momentsOf(ttlMs, gates, deciding ?? OF_OLD, deciding === undefined);
  const asked = new Set(gates.flatMap(groupsAtOnce));
  return moments.map(({ atMs, endsWith, asks }, index) => {
    for (const group of asks) asked.add(group);
    const groups = endsWith === 'escalate' ? asks : endsWith === 'remind' ? [...asked] : [];
    const said = wordsFor(endsWith, atMs / ttlMs);
    const nth = moments.slice(0, index).filter((one) => one.endsWith === endsWith).length;
    const key = nth === 0 ? endsWith : `${endsWith}-${nth + 1}`;
    return { lastsMs: atMs - (moments[index - 1]?.atMs ?? 0), endsWith, groups, key, ...said };
  });
}

function momentsOf(
  ttlMs: number,
  gates: readonly ApprovalGate[],
  { remindAt }: DecidingSettings,
  isOfOld: boolean,
): readonly Moment[] {
  const reminders = remindAt.map(
    (share) => ({ atMs: Math.floor(ttlMs * share), endsWith: 'remind', asks: [] }) as const,
  );
  const end = { atMs: ttlMs, endsWith: 'expire', asks: [] } as const;
  const escalations = isOfOld ? [escalationOfOld(ttlMs, gates)] : escalationsOf(ttlMs, gates);
  return [...reminders, ...escalations, end].sort((one, other) => one.atMs - other.atMs);
}

/** An agent that waits less than the rule allows has its stages drawn together, so that none is lost. */
function escalationsOf(ttlMs: number, gates: readonly ApprovalGate[]): readonly Moment[] {
  const byTime = new Map<number, readonly string[]>();
  for (const gate of gates) {
    for (const { group, afterMs } of stagesOf(gate)) {
      const atMs = Math.floor(afterMs * Math.min(1, ttlMs / gate.ttlMs));
      if (atMs > 0 && atMs < ttlMs) byTime.set(atMs, [...new Set([...(byTime.get(atMs) ?? []), group])]);
    }
  }
  return [...byTime].map(([atMs, asks]) => ({ atMs, endsWith: 'escalate', asks }));
}

function escalationOfOld(ttlMs: number, gates: readonly ApprovalGate[]): Moment {
  const asks = [...new Set(gates.flatMap((gate) => stagesOf(gate).map(({ group }) => group)))];
  return { atMs: Math.floor(ttlMs / 2) + Math.floor(ttlMs / 4), endsWith: 'escalate', asks };
}

function wordsFor(endsWith: WaitStage['endsWith'], share: number): Pick<WaitStage, 'says' | 'summary'> {
  const passed = `${Math.round(share * 100)} % of the time to decide have passed`;
  if (endsWith === 'remind') return { says: `${passed}.`, summary: 'until people are reminded' };
  if (endsWith === 'escalate')
    return { says: `${passed}; the next group is asked too.`, summary: 'until the next group is asked' };
  return { says: '', summary: 'until the request expires' };
}
