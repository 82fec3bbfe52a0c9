/**
 * The golden matrix: every agent with every tool at every data tier, as one readable page. A change of the policy shows
 * here what it really changes; the page is committed and its diff reviewed like code.
 */
import type { Agent } from '../domain/people.ts';
import type { Policy } from '../domain/ports.ts';
import { phraseOf } from './phrase.ts';
import type { FactsOf } from './run-scenarios.ts';
import type { MatrixCall } from './scenarios.ts';

const TIERS = [1, 2, 3, 4] as const;

/** What a page is made from. `factsOf` throws for a call that its tool refuses. */
export interface MatrixSources {
  readonly agents: readonly Pick<Agent, 'id' | 'profile' | 'maxTier'>[];
  readonly calls: readonly MatrixCall[];
  readonly policy: Pick<Policy, 'decide'>;
  readonly factsOf: FactsOf;
}

/** File name of the committed page, beside the rules. */
export const MATRIX_PAGE = 'golden-matrix.txt';

/** The page, ending with a line end. The same sources always give the same page. */
export function matrixPage({ agents, calls, policy, factsOf }: MatrixSources): string {
  const width = Math.max(...calls.map((call) => nameOf(call).length));
  const blocks = agents.map(({ id, profile, maxTier }) => {
    const lines = calls.map((call) => {
      const cells = TIERS.map((tier) =>
        phraseOf(policy.decide(factsOf({ ...call, agent: id, given: { ...call.given, tier } }))),
      );
      return `  ${nameOf(call).padEnd(width)}  ${ranges(cells)}`;
    });
    return [`${id} (profile ${profile}, cleared to tier ${maxTier})`, ...lines].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}

/** The tools that no call is about: a page without them would hide what they may do. */
export function toolsWithoutCall(
  tools: readonly { readonly name: string }[],
  calls: readonly MatrixCall[],
): readonly string[] {
  return tools.map(({ name }) => name).filter((name) => !calls.some(({ tool }) => tool === name));
}

/** A line that stands in one of two pages only, with the agent it is about. */
export interface MatrixDifference {
  /** `-` for a line of the committed page that is gone, `+` for a new one. */
  readonly sign: '-' | '+';
  readonly agent: string;
  readonly line: string;
}

/** What a reviewer would see changed against the committed page, by agent; empty when nothing did. */
export function matrixDifferences(committed: string, page: string): readonly MatrixDifference[] {
  const [before, after] = [linesOf(committed), linesOf(page)];
  const only = (sign: '-' | '+', some: readonly PageLine[], others: readonly PageLine[]) =>
    some
      .filter((one) => !others.some((other) => other.agent === one.agent && other.line === one.line))
      .map((one) => ({ sign, ...one }));
  return [...only('-', before, after), ...only('+', after, before)].sort((one, other) =>
    one.agent.localeCompare(other.agent),
  );
}

interface PageLine {
  readonly agent: string;
  readonly line: string;
}

function linesOf(page: string): readonly PageLine[] {
  let agent = '';
  return page.split('\n').flatMap((text) => {
    const line = text.trim().replaceAll(/ {2,}/g, '  ');
    if (!text.startsWith(' ')) agent = line.split(' ')[0] ?? '';
    return line === '' ? [] : [{ agent, line }];
  });
}

function nameOf({ tool, variant }: MatrixCall): string {
  return `${tool} ${variant}`.trim();
}

/** Neighbouring tiers with the same answer in one: `1-3 allow | 4 deny: over-clearance`. */
function ranges(cells: readonly string[]): string {
  const starts = cells.flatMap((text, index) => (text === cells[index - 1] ? [] : [index]));
  return starts
    .map((start, index) => {
      const end = (starts[index + 1] ?? cells.length) - 1;
      return `${start === end ? start + 1 : `${start + 1}-${end + 1}`} ${cells[start]}`;
    })
    .join(' | ');
}
