/** What gates demand, beside how many people are there to give it. */
import type { Person } from '../../domain/people.ts';
import { type Gate, groupsOf } from '../../domain/verdict.ts';
import { obligationOf } from '../../policy/phrase.ts';
import { table } from './print.ts';

/** One gate as `policy check` shows it; `people` only for approvals. */
export interface GateLine {
  readonly rule: string;
  readonly asks: string;
  /** Active people in its groups and its fallback; some of them may be excluded from a request. */
  readonly people?: number;
  /** Present where even all of them are not enough. */
  readonly tooFew?: true;
}

export function gateLines(gates: readonly Gate[], people: readonly Person[]): readonly GateLine[] {
  return gates.map((gate): GateLine => {
    const line = { rule: gate.rule, asks: obligationOf(gate) };
    if (gate.kind === 'notice') return line;
    const groups = [...groupsOf(gate), ...(gate.fallback === undefined ? [] : [gate.fallback])];
    const able = people.filter((one) => one.active && one.groups.some((group) => groups.includes(group)));
    return { ...line, people: able.length, ...(able.length < gate.quorum ? { tooFew: true } : {}) };
  });
}

export function describeGates(lines: readonly GateLine[]): string {
  const rows = lines.map(({ rule, asks, people, tooFew }) => [
    rule,
    asks,
    people === undefined ? '-' : `${people}${tooFew === true ? ', too few' : ''}`,
  ]);
  return table(['gate', 'asks', 'people'], rows);
}
