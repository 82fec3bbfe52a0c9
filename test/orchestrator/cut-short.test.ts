import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, test } from 'vitest';
import type { RequestView, StepStatus } from '../../src/domain/request.ts';
import { cutShort, hasNotBegun, viewAsAsked } from '../../src/orchestrator/cut-short.ts';

/** Four steps: a write, a read, a write, a write (`test/workflows` recorded them). */
const file = join(import.meta.dirname, '..', 'histories', 'rolled-back.json');
const events = historyFromJSON(JSON.parse(await readFile(file, 'utf8'))).events ?? [];
const at = new Date('2026-11-21T12:00:00Z');

function running(...statuses: readonly StepStatus[]): RequestView {
  const steps = statuses.map((status) => ({ tool: 'test.tool', status }));
  return {
    id: 'req_1',
    agent: 'test-agent',
    status: 'running',
    version: 1,
    steps,
    receivedAt: at.toISOString(),
  };
}

const CUTS: readonly { statuses: readonly StepStatus[]; effects: string; broken: string }[] = [
  { statuses: ['pending', 'pending', 'pending', 'pending'], effects: 'none', broken: 'failed' },
  { statuses: ['waiting', 'waiting', 'waiting', 'waiting'], effects: 'none', broken: 'failed' },
  { statuses: ['pending', 'done', 'pending', 'pending'], effects: 'none', broken: 'failed' },
  { statuses: ['undone', 'done', 'undone', 'pending'], effects: 'none', broken: 'failed' },
  { statuses: ['pending', 'running', 'pending', 'pending'], effects: 'none', broken: 'failed' },
  { statuses: ['running', 'pending', 'pending', 'pending'], effects: 'some', broken: 'rollback_failed' },
  { statuses: ['failed', 'pending', 'pending', 'pending'], effects: 'some', broken: 'rollback_failed' },
  { statuses: ['done', 'done', 'waiting', 'waiting'], effects: 'some', broken: 'rollback_failed' },
  { statuses: ['undo_failed', 'done', 'undone', 'undone'], effects: 'some', broken: 'rollback_failed' },
  { statuses: ['done', 'done', 'done', 'running'], effects: 'some', broken: 'rollback_failed' },
  { statuses: ['done', 'done', 'done', 'done'], effects: 'all', broken: 'rollback_failed' },
];

describe('cutShort()', () => {
  test.each(CUTS)('says "$effects" stands of $statuses', ({ statuses, effects, broken }) => {
    const view = running(...statuses);
    expect(cutShort(view, events, { byOperator: true, at })).toMatchObject({
      status: 'closed',
      outcome: 'halted',
      effects,
      mayRevise: false,
      closedAt: at.toISOString(),
    });
    expect(cutShort(view, events, { byOperator: false, at })).toMatchObject({
      outcome: broken,
      effects,
      message: 'Countersign broke while the request ran; nothing was undone.',
    });
  });

  test('leaves no step of a closed request waiting or running', () => {
    const { steps } = cutShort(running('done', 'running', 'waiting', 'pending'), events, {
      byOperator: true,
      at: undefined,
    });
    expect(steps).toMatchObject([
      { status: 'done' },
      { status: 'failed', error: 'It was cut short; whether it happened is not known.' },
      { status: 'skipped' },
      { status: 'skipped' },
    ]);
  });

  test('takes a step for a change where its history does not say that it reads', () => {
    expect(cutShort(running('pending', 'done'), [], { byOperator: true, at })).toMatchObject({
      effects: 'some',
    });
  });

  test('keeps the outcome that the story had reached before its last card was drawn', () => {
    const closed: RequestView = {
      ...running('done'),
      status: 'closed',
      outcome: 'executed',
      effects: 'all',
      message: 'The step ran.',
    };
    expect(cutShort(closed, events, { byOperator: true, at })).toEqual(closed);
  });
});

describe('a request that has not begun', () => {
  test('reads as it was asked', () => {
    expect(hasNotBegun(events.slice(0, 3))).toBe(true);
    expect(viewAsAsked(events.slice(0, 3))).toMatchObject({
      agent: 'test-agent',
      status: 'running',
      version: 1,
      steps: Array.from({ length: 4 }, () => ({ tool: 'test.tool', status: 'pending' })),
    });
  });

  test('is one without a completed workflow task only', () => {
    expect(hasNotBegun(events.slice(0, 4))).toBe(false);
    expect(hasNotBegun([])).toBe(true);
    expect(viewAsAsked([])).toBeUndefined();
  });
});
