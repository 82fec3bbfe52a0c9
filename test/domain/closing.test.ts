import { describe, expect, test } from 'vitest';
import {
  effectsOf,
  outcomeAfterUndo,
  refusalOutcome,
  type StepEnd,
  stands,
} from '../../src/domain/closing.ts';
import { mayRevise, OUTCOMES, type Outcome } from '../../src/domain/outcome.ts';

const end = (status: StepEnd['status'], effect: StepEnd['effect'] = 'write'): StepEnd => ({ status, effect });

describe('stands()', () => {
  const rows: [StepEnd, boolean][] = [
    [end('done'), true],
    [end('undo_failed'), true],
    [end('undone'), false],
    [end('failed'), false],
    [end('skipped'), false],
    [end('done', 'read'), false],
  ];
  test.each(rows)('%o: %s', (step, wanted) => {
    expect(stands(step)).toBe(wanted);
  });
});

describe('effectsOf()', () => {
  const rows: [string, StepEnd[], string][] = [
    ['none for reads alone', [end('done', 'read')], 'none'],
    ['all when every change stands', [end('done'), end('done', 'read')], 'all'],
    ['some when part stands', [end('done'), end('skipped')], 'some'],
    ['none when all was taken back', [end('undone'), end('failed')], 'none'],
    ['some when an undo failed', [end('undo_failed'), end('undone')], 'some'],
  ];
  test.each(rows)('says %s', (_, steps, wanted) => {
    expect(effectsOf(steps)).toBe(wanted);
  });
});

describe('outcomeAfterUndo()', () => {
  const rows: [Outcome, StepEnd[], Outcome][] = [
    ['executed', [end('done')], 'executed'],
    ['failed', [end('failed')], 'failed'],
    ['failed', [end('done', 'read'), end('failed')], 'failed'],
    ['failed', [end('undone'), end('failed')], 'rolled_back'],
    ['failed', [end('undo_failed'), end('failed')], 'rollback_failed'],
    ['failed', [end('undone'), end('undo_failed'), end('failed')], 'rollback_failed'],
    ['rejected', [end('undone'), end('skipped')], 'rejected'],
    ['rejected', [end('undo_failed'), end('skipped')], 'rollback_failed'],
    ['expired', [end('skipped')], 'expired'],
    ['cancelled', [end('undone')], 'cancelled'],
    ['stale', [end('skipped')], 'stale'],
    ['denied', [end('skipped')], 'denied'],
    ['halted', [end('done'), end('skipped')], 'halted'],
  ];
  test.each(rows)('%s with %o is %s', (cause, steps, wanted) => {
    expect(outcomeAfterUndo(cause, steps)).toBe(wanted);
  });
});

test('refusalOutcome() takes everything but a halt for a denial', () => {
  expect(['halted', 'denied', 'anything'].map(refusalOutcome)).toEqual(['halted', 'denied', 'denied']);
});

test('mayRevise() speaks of refusals only', () => {
  const spoken = OUTCOMES.filter((outcome) => mayRevise(outcome) !== undefined);
  expect(spoken).toEqual(['rejected', 'expired', 'denied', 'stale', 'halted']);
});
