/** Mutants of what a bundle says beside its rules: its tiers and its permission matrix. */
import { type Document, isMap, isSeq, type Node, parseDocument, type YAMLMap } from 'yaml';
import { RISK_TIERS } from '../domain/verdict.ts';
import type { Mutant, Mutation } from './mutants.ts';

export const TIERS_FILE = 'tiers.yaml';
export const MATRIX_FILE = 'permissions.yaml';
/** Longer than any tier would say, and still a duration that loads. */
const LONG = '29d';
/** The longest access that a line can name. */
const MINUTES_MAX = 1_440;

/** Each tier that gates rely on: waiting longer, and without its fallback or its reason. A rule's own words hide its tier's. */
export function tierMutants(
  source: string,
  gates: readonly Readonly<Record<string, string>>[],
): readonly Mutant[] {
  const mutant = (tier: string, mutation: Mutation, change: (document: Document) => void): Mutant => {
    const document = parseDocument(source);
    change(document);
    return { rule: `tier ${tier}`, mutation, file: TIERS_FILE, text: document.toString() };
  };
  return RISK_TIERS.flatMap((tier) => {
    const at = (key: string) => ['tiers', tier, key];
    const relies = (key: string, own: string) =>
      parseDocument(source).hasIn(at(key)) &&
      gates.some((gate) => gate.tier === tier && gate[own] === undefined);
    return [
      ...(relies('ttl', 'ttl') ? [mutant(tier, 'longer', (one) => one.setIn(at('ttl'), LONG))] : []),
      ...(relies('fallback', 'fallback')
        ? [mutant(tier, 'without fallback', (one) => one.deleteIn(at('fallback')))]
        : []),
      ...(relies('reason', 'needs')
        ? [mutant(tier, 'without reason', (one) => one.deleteIn(at('reason')))]
        : []),
    ];
  });
}

/**
 * Each line of the permission matrix taken out; a line on request also granting without being given (`standing`), and
 * for as long as any line may (`longest`).
 */
export function matrixMutants(source: string): readonly Mutant[] {
  return [...new Set(lineIds(source))].flatMap((rule) => {
    const mutant = (
      mutation: Mutation,
      change: (line: YAMLMap) => YAMLMap | undefined,
    ): readonly Mutant[] => {
      const text = changedLines(source, rule, change);
      return text === changedLines(source, rule, (line) => line)
        ? []
        : [{ rule, mutation, file: MATRIX_FILE, text }];
    };
    return [
      ...mutant('deleted', () => undefined),
      ...mutant('standing', (line) => {
        line.delete('on');
        line.delete('atMostMinutes');
        return line;
      }),
      ...mutant('longest', (line) => {
        if (line.has('atMostMinutes')) line.set('atMostMinutes', MINUTES_MAX);
        return line;
      }),
    ];
  });
}

function changedLines(source: string, rule: string, change: (line: YAMLMap) => YAMLMap | undefined): string {
  const document = parseDocument(source);
  for (const list of listsOf(document.contents)) {
    list.items = list.items.flatMap((line) =>
      isMap(line) && line.get('id') === rule ? (change(line) ?? []) : [line],
    );
  }
  return document.toString();
}

function lineIds(source: string): readonly string[] {
  const lists = listsOf(parseDocument(source).contents);
  return lists.flatMap(({ items }) =>
    items.flatMap((line) =>
      isMap(line) && typeof line.get('id') === 'string' ? [String(line.get('id'))] : [],
    ),
  );
}

function listsOf(contents: Node | null) {
  return isMap(contents) ? contents.items.map(({ value }) => value).filter(isSeq) : [];
}
