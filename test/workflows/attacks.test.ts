/** Rows of the attack table about order and time: the real story on the real server, its worker struck down between. */
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from '@temporalio/worker';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/domain/decision.ts';
import { DECISION_SIGNAL } from '../../workflows/messages.ts';
import { testTemporal } from '../support/temporal.ts';
import { gate, onStage, type Stage } from './stage.ts';

/** A click that is durable although nobody runs the story. */
async function signal({ id, handle }: Stage, person: string, answer: Answer): Promise<void> {
  const head = { id: `${person} ${answer}`, request: id, version: 1, digest: 'digest-1' };
  const rest = { person, answer, surface: 'slack', at: new Date().toISOString() };
  await handle.signal(DECISION_SIGNAL, JSON.stringify({ ...head, ...rest }));
}

async function replays({ handle }: Stage): Promise<void> {
  const temporal = await testTemporal();
  await Worker.runReplayHistory({ workflowBundle: temporal.bundle }, await handle.fetchHistory());
  await temporal.close();
}

describe('approve and deny in one workflow task', () => {
  test.each<[string, readonly (readonly [string, Answer])[]]>([
    [
      'the approval first',
      [
        ['platform-1', 'approve'],
        ['platform-2', 'deny'],
      ],
    ],
    [
      'the denial first',
      [
        ['platform-2', 'deny'],
        ['platform-1', 'approve'],
      ],
    ],
  ])('T46 a deny before execution starts wins, %s, and a replay says the same', async (_, said) => {
    await onStage({ steps: [{ gates: [gate('platform')] }] }, async (stage) => {
      await stage.waiting();
      await stage.strikeWorker();
      for (const [person, answer] of said) await signal(stage, person, answer);
      await stage.restartWorker();
      expect(await stage.handle.result()).toMatchObject({ outcome: 'rejected', effects: 'none' });
      expect(stage.executed).toEqual([]);
      await replays(stage);
    });
  });
});

describe('the deadline and a click at once', () => {
  const SOON = { steps: [{ gates: [gate('platform')] }], waitAtMostMs: 1_200 };
  const pastDeadline = async (stage: Stage, expiresAt = '') => {
    await pause(Math.max(0, Date.parse(expiresAt) - Date.now()) + 300);
    await stage.handle.describe();
  };

  test('T48 history order decides: a click that was durable before the deadline counts, however late it is read', async () => {
    await onStage(SOON, async (stage) => {
      const { waitingFor } = await stage.waiting();
      await stage.strikeWorker();
      await signal(stage, 'platform-1', 'approve');
      await pastDeadline(stage, waitingFor?.expiresAt);
      await stage.restartWorker();
      expect(await stage.handle.result()).toMatchObject({ outcome: 'executed' });
      await replays(stage);
    });
  });

  test('T48 a click after the deadline is refused, and no card ever showed the request as approved', async () => {
    await onStage(SOON, async (stage) => {
      const { waitingFor } = await stage.waiting();
      await stage.strikeWorker();
      await pastDeadline(stage, waitingFor?.expiresAt);
      await stage.restartWorker();
      await signal(stage, 'platform-1', 'approve').catch(() => undefined);
      expect(await stage.handle.result()).toMatchObject({ outcome: 'expired', effects: 'none' });
      expect(stage.executed).toEqual([]);
      expect(new Set(stage.cards.map(({ state, outcome }) => outcome ?? state))).toEqual(
        new Set(['waiting', 'expired']),
      );
    });
  });
});
