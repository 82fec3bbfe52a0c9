import { describe, expect, it } from 'vitest';
import { lineOf, nodesOf, productFolders, type SourceFile, sources, typescript } from './sources.ts';

/** Lines, as agreed in design §7. */
const fileBudget = { median: 90, p90: 200, max: 300 };
const functionBudget = { median: 12, p90: 35, max: 70 };

interface Size {
  readonly what: string;
  readonly lines: number;
}

const product = sources(productFolders, typescript);
const linesIn = (text: string): number => text.replace(/\n$/, '').split('\n').length;

const byLines = (a: Size, b: Size): number => b.lines - a.lines;
const files: readonly Size[] = product
  .map(({ path, text }) => ({ what: path, lines: linesIn(text) }))
  .toSorted(byLines);
const functions: readonly Size[] = product.flatMap(functionsOf).toSorted(byLines);

/** Every function and method with a block body; an arrow that is one expression has no lines of its own. */
function functionsOf(file: SourceFile): Size[] {
  return nodesOf(file)
    .filter(({ type }) => /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(type))
    .filter(({ expression, body }) => expression !== true && body !== null)
    .map(({ start, end }) => ({
      what: `${file.path}:${lineOf(file.text, start)}`,
      lines: linesIn(file.text.slice(start, end)),
    }));
}

/** The value below which a share of the sizes lies; sizes come largest first. */
function quantile(sizes: readonly Size[], share: number): number {
  return sizes[Math.floor(sizes.length * (1 - share))]?.lines ?? 0;
}

describe.each([
  { kind: 'files', sizes: files, budget: fileBudget },
  { kind: 'functions', sizes: functions, budget: functionBudget },
])('sizes of $kind', ({ kind, sizes, budget }) => {
  it(`${kind} stay under ${budget.max} lines each`, () => {
    expect(sizes.length).toBeGreaterThan(20);
    expect(sizes.filter(({ lines }) => lines > budget.max)).toEqual([]);
  });

  it(`${kind} have a median of at most ${budget.median} lines and a p90 of at most ${budget.p90}`, () => {
    expect(quantile(sizes, 0.5)).toBeLessThanOrEqual(budget.median);
    expect(quantile(sizes, 0.9)).toBeLessThanOrEqual(budget.p90);
  });
});

describe('proportions', () => {
  it('tests are at least as long as the source that ships', () => {
    const total = (sizes: readonly SourceFile[]) => sizes.reduce((sum, { text }) => sum + linesIn(text), 0);
    expect(total(sources(['test'], typescript))).toBeGreaterThanOrEqual(
      total(product.filter(({ path }) => !path.startsWith('src/dev/'))),
    );
  });

  it('file names say what is inside', () => {
    const silent = /(^|\/)(helpers?|utils?|common|misc|types|stuff)\.tsx?$/;
    expect(product.filter(({ path }) => silent.test(path)).map(({ path }) => path)).toEqual([]);
  });
});
