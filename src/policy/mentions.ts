/** What rules read of the context, from the engine's own reading of them: a name is a name however it was written. */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { GATHERED_FACTS, type GatheredFact } from '../domain/facts.ts';

/** The attributes of `context` that a rule reads; undefined where it uses the whole context as a value. */
export function contextReads({
  conditions,
}: Pick<PolicyJson, 'conditions'>): ReadonlySet<string> | undefined {
  const read = new Set<string>();
  return visit(conditions, read) ? read : undefined;
}

/** The attributes that some of the rules read; undefined where one uses the whole context. */
export function allReads(rules: readonly { readonly json: PolicyJson }[]): ReadonlySet<string> | undefined {
  const all = new Set<string>();
  for (const { json } of rules) {
    const read = contextReads(json);
    if (read === undefined) return undefined;
    for (const name of read) all.add(name);
  }
  return all;
}

/** The gathered facts that some of the rules read; all of them where one uses the whole context. */
export function gatheredReads(rules: readonly { readonly json: PolicyJson }[]): ReadonlySet<GatheredFact> {
  const reads = allReads(rules);
  return new Set(GATHERED_FACTS.filter((fact) => reads === undefined || reads.has(fact)));
}

/** False when `context` stands somewhere else than before the name of an attribute. */
function visit(node: unknown, read: Set<string>): boolean {
  if (typeof node !== 'object' || node === null) return true;
  if ('Var' in node && node.Var === 'context') return false;
  return Object.entries(node).every(([operator, operand]) => {
    const attribute = operator === '.' || operator === 'has' ? ofContext(operand) : undefined;
    if (attribute === undefined) return visit(operand, read);
    read.add(attribute);
    return true;
  });
}

/** `context.recent` and `context has recent` name "recent"; so does `context has recent.agentHour`. */
function ofContext(operand: unknown): string | undefined {
  if (typeof operand !== 'object' || operand === null || !('left' in operand) || !('attr' in operand))
    return undefined;
  const { left, attr } = operand;
  const isContext = typeof left === 'object' && left !== null && 'Var' in left && left.Var === 'context';
  const name: unknown = Array.isArray(attr) ? attr[0] : attr;
  return isContext && typeof name === 'string' ? name : undefined;
}
