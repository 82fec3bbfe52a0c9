/** Editing as the story tells it: what is asked again, what is void, and what an edit can never do. */
import { ApplicationFailure } from '@temporalio/common';
import { expect, test, vi } from 'vitest';
import { AMENDMENTS_MAX } from '../../src/domain/amendment.ts';
import { AMENDMENT_SIGNAL } from '../../workflows/messages.ts';
import { gate, onStage, type Stage } from './stage.ts';

const steps = [{ gates: [gate('platform', 2)] }, {}];
const BETTER = { index: 0, edit: 'better' };
const executed = ({ log }: Pick<Stage, 'log'>) => log.filter((line) => line.startsWith('execute'));
const told = ({ whispers }: Pick<Stage, 'whispers'>, sentence: string, person = 'platform-1') =>
  vi.waitFor(() => expect(whispers).toContainEqual({ person, text: sentence }), { timeout: 5_000 });

test('Request asks again when a step is edited: a new version, without the decisions so far', async () => {
  await onStage({ steps, record: 'amended' }, async (stage) => {
    await stage.waiting();
    expect(await stage.asks()).toMatchObject({ version: 1, from: 0 });
    await stage.decide('platform-2', 'approve');
    await vi.waitFor(async () => expect((await stage.view()).waitingFor?.have).toBe(1));
    await stage.edit('platform-1', BETTER);
    expect(await stage.waiting(2)).toMatchObject({
      waitingFor: { have: 0 },
      steps: [{ edited: { by: 'platform-1', reason: 'The other one', args: BETTER } }, {}],
    });
    expect(await stage.asks()).toMatchObject({ version: 2, from: 0, steps: [{ args: BETTER }, {}] });
    expect(executed(stage)).toEqual([]);
    for (const person of ['platform-2', 'platform-3']) await stage.decide(person, 'approve');
    expect(await stage.handle.result()).toMatchObject({
      outcome: 'executed',
      message: 'All 2 steps ran, step 1 as platform-1 edited it.',
      version: 2,
    });
    expect(executed(stage)).toEqual(['execute 0 v2 by 2', 'execute 1 v2 by 2']);
    const [first, second] = stage.executed;
    expect(first).toMatchObject({ ask: { args: BETTER }, amendments: [expect.stringContaining('better')] });
    expect(second).not.toHaveProperty('amendments');
    expect(stage.log).toContain('thread edited step 1; earlier decisions no longer count:');
  });
});

test('Request retires the card of before the edit, and shows the edit on the new one only', async () => {
  await onStage({ steps }, async ({ waiting, edit, decide, cards, closed }) => {
    await waiting();
    await edit('platform-1', BETTER);
    await waiting(2);
    await vi.waitFor(() => expect(cards.at(-1)?.version).toBe(2));
    const old = cards.findLast(({ version }) => version === 1);
    expect(old).toMatchObject({ state: 'replaced', editedBy: 'platform-1' });
    expect(old?.steps[0]).not.toHaveProperty('edited');
    expect(cards.at(-1)).toMatchObject({ state: 'waiting', editors: ['platform-1'] });
    expect(cards.at(-1)?.steps[0]).toMatchObject({
      edited: {
        edits: [{ by: 'platform-1', reason: 'The other one' }],
        changes: [{ field: 'edit', now: 'better' }],
      },
    });
    await decide('platform-2', 'deny');
    await closed();
  });
});

test('Request lets an editor deny but not approve what they edited, and edit it again', async () => {
  await onStage({ steps: [{ gates: [gate('platform')] }] }, async (stage) => {
    const { waiting, edit, decide, closed } = stage;
    await waiting();
    await edit('platform-1', BETTER);
    await waiting(2);
    await decide('platform-1', 'approve');
    await told(stage, 'Refused: own-edit');
    await edit('platform-1', { index: 0, edit: 'best' });
    await waiting(3);
    await decide('platform-1', 'deny');
    expect(await closed()).toMatchObject({ outcome: 'rejected', version: 3 });
    expect(executed(stage)).toEqual([]);
  });
});

test('Request lets an editor approve where every gate says so', async () => {
  const lenient = [{ gates: [gate('platform', 1, { editorMayApprove: true })] }];
  await onStage({ steps: lenient }, async ({ waiting, edit, decide, closed }) => {
    await waiting();
    await edit('platform-1', BETTER);
    await waiting(2);
    await decide('platform-1', 'approve');
    expect(await closed()).toMatchObject({
      outcome: 'executed',
      message: 'The step ran, as platform-1 edited it.',
    });
  });
});

test('Request lets whom an earlier edit is by approve what another made of it', async () => {
  await onStage({ steps: [{ gates: [gate('platform')] }] }, async (stage) => {
    const { waiting, edit, decide, closed } = stage;
    await waiting();
    await edit('platform-1', BETTER);
    await waiting(2);
    await edit('platform-2', { index: 0, edit: 'best' });
    await waiting(3);
    await decide('platform-2', 'approve');
    await told(stage, 'Refused: own-edit', 'platform-2');
    await decide('platform-1', 'approve');
    expect(await closed()).toMatchObject({ outcome: 'executed' });
    expect(stage.executed[0]?.amendments).toHaveLength(2);
  });
});

test.each([
  ['of an old version', 'platform-1', BETTER, { version: 7 }, 'Refused: wrong-version'],
  ['by somebody excluded', 'owner-1', BETTER, {}, 'Refused: excluded'],
  ['by somebody who is not asked', 'finance-1', BETTER, {}, 'Refused: not-eligible'],
  ['that policy denies', 'platform-1', { ...BETTER, deny: true }, {}, 'Refused: policy denies it'],
] as const)('Request refuses an edit %s and asks on as before', async (_, person, args, over, sentence) => {
  await onStage({ steps: [{ gates: [gate('platform')] }] }, async (stage) => {
    await stage.waiting();
    await stage.edit(person, args, over);
    await told(stage, sentence, person);
    expect(await stage.view()).toMatchObject({ status: 'waiting', version: 1 });
    await stage.decide('platform-1', 'approve');
    expect(await stage.closed()).toMatchObject({ outcome: 'executed', version: 1, message: 'The step ran.' });
    expect(stage.executed[0]).not.toHaveProperty('amendments');
  });
});

test('Request takes an approval of before the edit for nothing, whatever order the two arrive in', async () => {
  await onStage({ steps: [{ gates: [gate('platform')] }] }, async (stage) => {
    const { digest = '' } = await stage.waiting();
    await stage.strikeWorker();
    await stage.handle.signal(AMENDMENT_SIGNAL, {
      jws: JSON.stringify({ id: 'a', version: 1, digest, step: 0, person: 'platform-1', ask: 'better' }),
      args: BETTER,
    });
    await stage.handle.signal(
      'decision',
      JSON.stringify({
        id: 'd',
        request: stage.id,
        version: 1,
        digest,
        person: 'platform-2',
        answer: 'approve',
      }),
    );
    await stage.restartWorker();
    await stage.waiting(2);
    await told(stage, 'Refused: wrong-version', 'platform-2');
    expect(executed(stage)).toEqual([]);
  });
});

test('Request asks as before when what an edit names cannot be looked at', async () => {
  await onStage({ steps: [{ gates: [gate('platform')] }] }, async (stage) => {
    await stage.waiting();
    await stage.edit('platform-1', { ...BETTER, broken: true });
    const view = await stage.waiting(2);
    expect(view.steps[0]).not.toHaveProperty('edited');
    await vi.waitFor(() =>
      expect(stage.log.join('\n')).toContain(
        'was taken back, and the request is asked as before: No such branch',
      ),
    );
    await stage.decide('platform-1', 'approve');
    expect(await stage.closed()).toMatchObject({ outcome: 'executed', message: 'The step ran.' });
    expect(stage.executed[0]?.ask.args).toEqual({ index: 0 });
  });
});

test('Request takes an edit back that nobody but its editor could approve', async () => {
  const deciding = { remindAt: [0.5] };
  const script = {
    steps: [{ gates: [gate('platform')] }],
    settings: { deciding },
    present: [true, false, true],
  };
  await onStage(script, async (stage) => {
    await stage.waiting();
    await stage.edit('platform-1', BETTER);
    expect((await stage.waiting(2)).steps[0]).not.toHaveProperty('edited');
    await vi.waitFor(() => expect(stage.log.join('\n')).toMatch(/taken back.*Too few people are left/));
    expect(stage.log.join('\n')).not.toMatch(/announce|Operators/);
    await stage.decide('platform-1', 'approve');
    expect(await stage.closed()).toMatchObject({ outcome: 'executed', message: 'The step ran.' });
  });
});

test('Request says that an edit could not be checked, and asks on as before', async () => {
  const amend = ApplicationFailure.nonRetryable('The directory does not answer', 'unavailable');
  await onStage({ steps: [{ gates: [gate('platform')] }], amend }, async (stage) => {
    await stage.waiting();
    await stage.edit('platform-1', BETTER);
    await vi.waitFor(() =>
      expect(stage.log).toContain(
        'thread An edit could not be checked and was not taken up. Please edit again.',
      ),
    );
    expect(await stage.view()).toMatchObject({ status: 'waiting', version: 1 });
  });
});

test('Request looks at a bounded number of edits, and drops what is none', async () => {
  await onStage({ steps: [{ gates: [gate('platform')] }], settings: { versionsMax: 2 } }, async (stage) => {
    await stage.waiting();
    for (const garbage of [null, 'x', { jws: 1, args: {} }])
      await stage.handle.signal(AMENDMENT_SIGNAL, garbage);
    for (let version = 2; version <= AMENDMENTS_MAX - 2; version += 1) {
      await stage.edit(`platform-${version}`, { index: 0, edit: `v${version}` });
      await stage.waiting(version);
    }
    await stage.edit('platform-1', BETTER);
    await vi.waitFor(() =>
      expect(stage.log).toContain('thread So many edits arrived that further ones are not looked at.'),
    );
    expect(await stage.view()).toMatchObject({ status: 'waiting', version: AMENDMENTS_MAX - 2 });
  });
});
