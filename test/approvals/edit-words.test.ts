import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeWords, editedWords } from '../../src/approvals/edit-words.ts';

const names = { person: (id: string) => id.toUpperCase() };
const EDITS = [
  { by: 'alice', at: '2026-11-21T14:00:00.000Z', reason: 'Another branch\nwas meant' },
  { by: 'bob', at: '2026-11-21T14:05:00.000Z', reason: 'Typo' },
];
const changed = (...changes: Parameters<typeof changeWords>[0]['changes'][number][]) =>
  changeWords({ edits: EDITS, changes }).split('\n').slice(1);

describe('editedWords()', () => {
  it('names everybody who edited, with their reasons on one line', () => {
    expect(editedWords({ edits: EDITS, changes: [] }, names)).toBe(
      'Edited by ALICE: Another branch / was meant\nEdited by BOB: Typo',
    );
  });
});

describe('changeWords()', () => {
  it('shows short values on one line', () => {
    expect(
      changed(
        { field: 'branch', was: 'old-checkout', now: 'old-checkout-2' },
        { field: 'reason', now: 'duplicate' },
        { field: 'note', was: 'x' },
      ),
    ).toEqual([
      'branch: old-checkout → old-checkout-2',
      'reason: (not given) → duplicate',
      'note: x → (not given)',
    ]);
  });

  it('shows long texts as a diff, with what stayed left out', () => {
    const lines = Array.from({ length: 40 }, (_, at) => `line ${at}`);
    const now = lines.with(3, 'another').with(30, 'and another').join('\n');
    expect(changed({ field: 'text', was: lines.join('\n'), now })).toEqual([
      ...['text:', '   line 2', '  -line 3', '  +another', '   line 4', '  …'],
      ...['   line 29', '  -line 30', '  +and another', '   line 31'],
    ]);
  });

  it.each([
    ['an arrow inside a value', { field: 'branch', was: 'a → b', now: 'c' }, ['branch:', '  -a → b', '  +c']],
    [
      'a line break that would pass for a label of ours',
      { field: 'note', was: 'x', now: 'x\nTarget: prod' },
      ['note:', '   x', '  +Target: prod'],
    ],
  ])('sets apart %s', (_, change, lines) => {
    expect(changed(change)).toEqual(lines);
  });

  it('shows both whole where they differ in too much, in bounded time', () => {
    const text = (seed: string) => Array.from({ length: 2_000 }, (_, at) => `${seed}${at}`).join('\n');
    const lines = changed({ field: 'text', was: text('a'), now: text('b') });
    expect(lines).toHaveLength(4_001);
    expect(lines.at(-1)).toBe('  +b1999');
  });

  it('never lets a line of a value begin like one of ours', () => {
    const value = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(value, value, (was, now) => {
        const lines = changed({ field: 'f', was, now });
        expect(lines[0]).toMatch(/^f:/);
        for (const line of lines.slice(1)) expect(line).toMatch(/^ {2}(?:[-+ ]|…)/);
      }),
    );
  });
});
