/** A judgement for people: the chain from question to answer for each step, and the facts it stands on. */
import { GATHERED_FACTS, type GatheredFact } from '../../domain/facts.ts';
import type { JudgedStep, Judgement } from '../../domain/plan.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { phraseOf } from '../../policy/phrase.ts';
import { pairs, printable } from './print.ts';

/** A judgement with whose it is. */
export interface Explained {
  readonly id?: string;
  readonly agent: string;
  readonly at: string;
  readonly judgement: Judgement;
}

/** Everything from outside is made harmless. */
export function describeJudgement({ id, agent, at, judgement }: Explained): string {
  const head = pairs([
    ['request', id],
    ['agent', agent],
    ['at', at],
    ['policy', judgement.policyVersion],
  ]);
  return [head, ...judgement.steps.map(describeStep)].join('\n');
}

function describeStep(step: JudgedStep, index: number): string {
  const lines = chainOf(step.verdict).map((line) => `  ${printable(line)}\n`);
  return `Step ${index + 1}: ${printable(step.facts?.tool ?? step.tool)}\n${lines.join('')}${describeFacts(step)}`;
}

/** The chain as it was recorded; old histories only have the rules. */
function chainOf(verdict: Verdict): readonly string[] {
  if (verdict.explanation !== undefined) return verdict.explanation;
  return [...verdict.rules.map(({ id, sentence }) => `${id}: ${sentence}`), `→ ${phraseOf(verdict)}`];
}

/** Facts that nobody gathered have a neutral value that says nothing, so they are left out; so are counts of nothing. */
function describeFacts({ facts }: JudgedStep): string {
  if (facts === undefined) return '  No facts were recorded\n';
  const { gathered = GATHERED_FACTS, ...all } = facts;
  const isRead = (name: string) => gatheredFact(name) === undefined || gathered.some((fact) => fact === name);
  const known = Object.fromEntries(Object.entries(all).filter(([name]) => isRead(name)));
  const lines = flat(known).filter(([name, value]) => !name.startsWith('recent.') || value !== '0');
  const text = pairs(lines).replaceAll(/^/gm, '  ').trimEnd();
  return `  Facts\n${text}\n`;
}

function gatheredFact(name: string): GatheredFact | undefined {
  return GATHERED_FACTS.find((fact) => fact === name);
}

/** Nested values under names with dots, lists in one line. */
function flat(value: object, prefix = ''): readonly (readonly [string, string])[] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const path = `${prefix}${name}`;
    if (Array.isArray(inner)) return [[path, inner.join(', ') || '-'] as const];
    if (typeof inner === 'object' && inner !== null) return flat(inner, `${path}.`);
    return [[path, inner === null ? '-' : String(inner)] as const];
  });
}
