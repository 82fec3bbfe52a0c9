/** Every row of the attack table of approvals is tried by at least one test, whose title carries its number. */
import { describe, expect, it } from 'vitest';
import { nodesOf, sources } from './sources.ts';

/** The rows, as the table numbers them; T54 is the reset of a workflow. */
const ROWS = [
  ...[1, 2, 3, 4, 5, 6, 8, 9, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 25, 26, 27, 28, 29, 31, 32, 33, 34],
  ...[35, 36, 37, 38, 40, 41, 42, 44, 45, 46, 47, 48, 51, 52, 53, 54, 56, 57, 58, 60, 61, 62, 63, 65, 66],
  ...[67, 68, 69, 70, 71, 74],
];

/** Numbers at the start of a title or in brackets: `T1 a member …`, `refuses a guest (T6, T9)`. */
const NUMBERED = /^T\d+(?:, T\d+)*(?=[ :])|\(T\d+(?:, T\d+)*\)/g;

/** Texts of the code itself, so that a number in a comment counts for nothing. */
function titled(): ReadonlySet<number> {
  const tests = sources(['test'], /\.(test|contract)\.ts$/).filter(
    ({ path }) => !path.startsWith('test/style/'),
  );
  const texts = tests.flatMap((file) => nodesOf(file).flatMap(textOf));
  const numbers = texts
    .flatMap((text) => text.match(NUMBERED) ?? [])
    .flatMap((found) => found.match(/\d+/g) ?? []);
  return new Set(numbers.map(Number));
}

function textOf({ type, value }: ReturnType<typeof nodesOf>[number]): readonly string[] {
  if (type === 'Literal') return typeof value === 'string' ? [value] : [];
  if (type !== 'TemplateElement') return [];
  const { cooked } = value as { readonly cooked?: string };
  return cooked === undefined ? [] : [cooked];
}

describe('the attack table of approvals', () => {
  it('has a test for each of its rows', () => {
    const tried = titled();
    expect(ROWS.filter((row) => !tried.has(row)).map((row) => `T${row}`)).toEqual([]);
  });
});
