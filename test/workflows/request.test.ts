import { expect, test } from 'vitest';
import { DECISION_SIGNAL, SEARCH_ATTRIBUTES } from '../../workflows/messages.ts';
import { broken, gate, onStage, ran } from './stage.ts';

test('Request runs an allowed read in one workflow task and eight events', async () => {
  await onStage({ steps: [{ effect: 'read' }], record: 'read' }, async ({ handle, log }) => {
    expect(await handle.result()).toMatchObject({
      status: 'closed',
      outcome: 'executed',
      effects: 'none',
      steps: [{ status: 'done', result: 'result 0' }],
    });
    expect(log).toEqual(['execute 0']);
    const { events } = await handle.fetchHistory();
    expect(events).toHaveLength(8);
  });
});

test('Request runs an allowed write in one regular activity and leaves all effects', async () => {
  await onStage({ steps: [{ effect: 'write' }], record: 'write' }, async ({ handle }) => {
    expect(await handle.result()).toMatchObject({ outcome: 'executed', effects: 'all' });
    const { events } = await handle.fetchHistory();
    expect(events).toHaveLength(13);
  });
});

test('Request runs nothing when one step is denied', async () => {
  const steps = [{}, { verdict: 'deny' as const }];
  await onStage({ steps, record: 'denied' }, async ({ handle, log }) => {
    expect(await handle.result()).toMatchObject({
      outcome: 'denied',
      effects: 'none',
      mayRevise: false,
      message: 'The rule for test.tool.',
      steps: [{ status: 'skipped' }, { status: 'skipped' }],
    });
    expect(log).toEqual([]);
  });
});

test('Request announces a notified step to its channel and runs it without waiting', async () => {
  const gates = [{ kind: 'notice' as const, rule: 'tell', channel: 'ops' }];
  await onStage({ steps: [{ verdict: 'notify', gates }], record: 'notified' }, async ({ handle, log }) => {
    expect(await handle.result()).toMatchObject({ outcome: 'executed' });
    expect(log.toSorted()).toEqual(['announce ops', 'execute 0']);
  });
});

test('Request says which tool was asked for when policy put a smaller one in its place', async () => {
  const steps = [{ tool: 'mail.send', runs: 'mail.draft', verdict: 'downscope' as const }];
  await onStage({ steps }, async ({ handle }) => {
    expect(await handle.result()).toMatchObject({
      outcome: 'executed',
      steps: [{ askedFor: 'mail.send', verdict: { effect: 'downscope' } }],
    });
  });
});

test('Request runs the free prefix, asks once for the whole plan, and runs the rest when approved', async () => {
  const steps = [{}, { gates: [gate('platform')] }, {}];
  await onStage({ steps, record: 'approved' }, async ({ handle, log, cards, waiting, decide }) => {
    const view = await waiting();
    expect(view).toMatchObject({
      waitingFor: { groups: ['platform'], need: 1, have: 0 },
      steps: [{ status: 'done' }, { status: 'waiting' }, { status: 'waiting' }],
    });
    expect(log).toContain('execute 0');
    await decide('platform-1', 'approve');
    expect(await handle.result()).toMatchObject({ outcome: 'executed', effects: 'all', version: 1 });
    expect(log.filter((line) => line.startsWith('execute'))).toEqual([
      'execute 0',
      'execute 1 v1 by 1',
      'execute 2 v1 by 1',
    ]);
    expect(cards.at(-1)).toMatchObject({
      state: 'closed',
      outcome: 'executed',
      votes: [{ person: 'platform-1' }],
    });
    expect(cards.map(({ seq }) => seq)).toEqual(cards.map(({ seq }) => seq).toSorted((a, b) => a - b));
  });
});

test('Request needs two distinct people where two groups must approve', async () => {
  const steps = [{ gates: [gate('finance'), gate('leads')] }];
  await onStage({ steps }, async ({ handle, waiting, decide, view }) => {
    await waiting();
    await decide('finance-1', 'approve');
    await decide('finance-2', 'approve');
    expect((await view()).waitingFor).toMatchObject({ need: 2, have: 1 });
    await decide('leads-1', 'approve');
    expect(await handle.result()).toMatchObject({ outcome: 'executed' });
  });
});

test('Request ends as rejected with the reason when one eligible person denies, and undoes the prefix', async () => {
  const steps = [{}, { gates: [gate('platform', 2)] }];
  await onStage({ steps, record: 'rejected' }, async ({ handle, log, waiting, decide }) => {
    await waiting();
    await decide('platform-1', 'approve');
    await decide('platform-2', 'deny', { reason: 'Not on a Friday' });
    expect(await handle.result()).toMatchObject({
      outcome: 'rejected',
      effects: 'none',
      mayRevise: true,
      message: 'platform-2 said no: Not on a Friday',
      steps: [{ status: 'undone' }, { status: 'skipped' }],
    });
    expect(log).toContain('undo 0');
    expect(log).toContain('tell owner-1');
  });
});

test('Request lets a deny win over a sufficient approval that arrived in the same workflow task', async () => {
  await onStage({ steps: [{ gates: [gate('platform')] }] }, async (stage) => {
    await stage.waiting();
    await stage.strikeWorker();
    const decision = {
      request: stage.id,
      version: 1,
      digest: 'digest-1',
      surface: 'slack',
      at: new Date().toISOString(),
    };
    for (const [person, answer] of [
      ['platform-1', 'approve'],
      ['platform-2', 'deny'],
    ]) {
      await stage.handle.signal(DECISION_SIGNAL, JSON.stringify({ ...decision, id: person, person, answer }));
    }
    await stage.restartWorker();
    expect(await stage.handle.result()).toMatchObject({ outcome: 'rejected', effects: 'none' });
    expect(stage.log.filter((line) => line.startsWith('execute'))).toEqual([]);
  });
});

const REFUSED = [
  { title: 'the owner of the agent', person: 'owner-1', over: {}, sentence: 'Refused: excluded' },
  { title: 'somebody outside the group', person: 'support-1', over: {}, sentence: 'Refused: not-eligible' },
  {
    title: 'a click on another version',
    person: 'platform-1',
    over: { version: 7 },
    sentence: 'Refused: wrong-version',
  },
  {
    title: 'a click on another digest',
    person: 'platform-1',
    over: { digest: 'other' },
    sentence: 'Refused: wrong-digest',
  },
];

test.each(REFUSED)(
  'Request changes nothing on $title, tells them privately and keeps waiting',
  async ({ person, over, sentence }) => {
    await onStage(
      { steps: [{ gates: [gate('platform')] }] },
      async ({ handle, waiting, decide, view, whispers }) => {
        await waiting();
        await decide(person, 'approve', over);
        await expect.poll(() => whispers).toEqual([{ person, text: sentence }]);
        expect(await view()).toMatchObject({ status: 'waiting', waitingFor: { have: 0 } });
        await decide('platform-1', 'approve');
        expect(await handle.result()).toMatchObject({ outcome: 'executed' });
      },
    );
  },
);

test('Request counts a double click once and says so', async () => {
  await onStage(
    { steps: [{ gates: [gate('platform', 2)] }] },
    async ({ waiting, decide, view, whispers }) => {
      await waiting();
      await decide('platform-1', 'approve', { id: 'click' });
      await decide('platform-1', 'approve', { id: 'click' });
      await expect.poll(() => whispers).toEqual([{ person: 'platform-1', text: 'Refused: duplicate' }]);
      expect((await view()).waitingFor).toMatchObject({ need: 2, have: 1 });
    },
  );
});

test('Request lives on when garbage is signalled', async () => {
  await onStage({ steps: [{ gates: [gate('platform')] }] }, async ({ handle, waiting, decide }) => {
    await waiting();
    for (const garbage of ['', 'not a decision', 17, null, { deep: [] }])
      await handle.signal(DECISION_SIGNAL, garbage);
    await decide('platform-1', 'approve');
    expect(await handle.result()).toMatchObject({ outcome: 'executed' });
  });
});

test('Request drops decisions beyond its bound unread', async () => {
  const script = { steps: [{ gates: [gate('platform')] }], settings: { decisionsMax: 2 } };
  await onStage(script, async ({ waiting, decide, view, whispers }) => {
    await waiting();
    for (const person of ['support-1', 'support-2', 'platform-1']) await decide(person, 'approve');
    await expect.poll(() => whispers).toHaveLength(2);
    expect(await view()).toMatchObject({ status: 'waiting', waitingFor: { have: 0 } });
  });
});

test('Request reminds at half, escalates at three quarters and expires, never as approved', async () => {
  const gates = [gate('platform', 1, { ttlMs: 1200, escalateTo: 'leads' })];
  await onStage({ steps: [{ gates }], record: 'expired' }, async ({ handle, log }) => {
    expect(await handle.result()).toMatchObject({
      outcome: 'expired',
      effects: 'none',
      mayRevise: true,
      message: 'Only 0 of 1 needed from platform and leads answered in time.',
    });
    expect(log.filter((line) => line.startsWith('thread'))).toHaveLength(3);
    expect(log.some((line) => line.startsWith('execute'))).toBe(false);
  });
});

test('Request lets an agent shorten the wait for people, never lengthen it', async () => {
  const script = { steps: [{ gates: [gate('platform', 1, { ttlMs: 1000 })] }], waitAtMostMs: 3_600_000 };
  await onStage(script, async ({ handle }) => {
    expect(await handle.result()).toMatchObject({ outcome: 'expired' });
  });
  await onStage({ steps: [{ gates: [gate('platform')] }], waitAtMostMs: 500 }, async ({ handle }) => {
    expect(await handle.result()).toMatchObject({ outcome: 'expired' });
  });
});

test('Request stops waiting at once when cancelled, and undoes the prefix', async () => {
  await onStage(
    { steps: [{}, { gates: [gate('platform')] }], record: 'cancelled' },
    async ({ handle, waiting, cards }) => {
      await waiting();
      await handle.cancel();
      expect(await handle.result()).toMatchObject({
        outcome: 'cancelled',
        effects: 'none',
        steps: [{ status: 'undone' }, {}],
      });
      expect(cards.at(-1)).toMatchObject({ state: 'closed', outcome: 'cancelled' });
    },
  );
});

test('Request takes everything back in reverse when a later step fails for good', async () => {
  const steps = [{}, { effect: 'read' as const }, {}, { results: [broken('The vendor said no')] }];
  await onStage({ steps, record: 'rolled-back' }, async ({ handle, log }) => {
    expect(await handle.result()).toMatchObject({
      outcome: 'rolled_back',
      effects: 'none',
      message: 'The vendor said no',
      steps: [{ status: 'undone' }, { status: 'done' }, { status: 'undone' }, { status: 'undone' }],
    });
    expect(log.filter((line) => line.startsWith('undo'))).toEqual(['undo 3', 'undo 2', 'undo 0']);
  });
});

test('Request ends as failed when nothing was left behind', async () => {
  const steps = [
    {
      results: [broken('No such thing')],
      undo: { kind: 'nothing' as const, sentence: 'It never happened.' },
    },
  ];
  await onStage({ steps }, async ({ handle }) => {
    expect(await handle.result()).toMatchObject({
      outcome: 'failed',
      effects: 'none',
      steps: [{ status: 'failed' }],
    });
  });
});

test('Request undoes a step whose fate is unknown after it ran out of time', async () => {
  const bounds = { attemptsMax: 1, backoffMs: 10, attemptTimeoutMs: 500 };
  const script = { steps: [{ results: ['hang' as const] }], settings: { execute: bounds } };
  await onStage(script, async ({ handle, log }) => {
    expect(await handle.result()).toMatchObject({ outcome: 'rolled_back' });
    expect(log).toEqual(['execute 0', 'undo 0']);
  });
});

test('Request calls for a person when something cannot be taken back, and still undoes the rest', async () => {
  const steps = [
    {},
    { undo: { kind: 'stands' as const, sentence: 'Refund cannot be undone.' } },
    { results: [broken('No')], undo: { kind: 'nothing' as const, sentence: '' } },
  ];
  await onStage({ steps, record: 'rollback-failed' }, async ({ handle, log }) => {
    expect(await handle.result()).toMatchObject({
      outcome: 'rollback_failed',
      effects: 'some',
      steps: [
        { status: 'undone' },
        { status: 'undo_failed', error: 'Refund cannot be undone.' },
        { status: 'failed' },
      ],
    });
    expect(log).toContain('undo 0');
    const { typedSearchAttributes } = await handle.describe();
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.needsHuman)).toBe(true);
  });
});

test('Request retries a retryable failure and undoes nothing', async () => {
  await onStage(
    { steps: [{ results: [new Error('try again'), ran('at last')] }] },
    async ({ handle, log }) => {
      expect(await handle.result()).toMatchObject({ outcome: 'executed', steps: [{ result: 'at last' }] });
      expect(log).toEqual(['execute 0', 'execute 0']);
    },
  );
});

test('Request runs nothing more and undoes nothing when halted', async () => {
  const halted = { kind: 'refused' as const, why: 'halted' as const, sentence: 'Halted by olga: audit' };
  await onStage({ steps: [{}, { results: [halted] }], record: 'halted' }, async ({ handle, log }) => {
    expect(await handle.result()).toMatchObject({
      outcome: 'halted',
      effects: 'some',
      message: 'Halted by olga: audit',
    });
    expect(log).toEqual(['execute 0', 'execute 1', 'tell owner-1']);
  });
});

test('Request shows a new version and asks again when a target drifted', async () => {
  const drifted = { kind: 'refused' as const, why: 'drifted' as const, sentence: 'It moved' };
  const steps = [{ gates: [gate('platform')], results: [drifted, ran('second time')] }];
  await onStage({ steps, record: 'drifted' }, async ({ handle, cards, waiting, decide, whispers }) => {
    await waiting(1);
    await decide('platform-1', 'approve');
    await waiting(2);
    await decide('platform-1', 'approve', { version: 1, digest: 'digest-1' });
    await expect.poll(() => whispers).toEqual([{ person: 'platform-1', text: 'Refused: wrong-version' }]);
    await decide('platform-1', 'approve');
    expect(await handle.result()).toMatchObject({
      outcome: 'executed',
      version: 2,
      steps: [{ result: 'second time' }],
    });
    expect(cards.filter(({ version }) => version === 1).at(-1)).toMatchObject({ state: 'replaced' });
  });
});

test('Request ends as stale when the target keeps drifting', async () => {
  const drifted = { kind: 'refused' as const, why: 'drifted' as const, sentence: 'It moved' };
  const script = { steps: [{ gates: [gate('platform')], results: [drifted] }], settings: { versionsMax: 2 } };
  await onStage(script, async ({ handle, waiting, decide }) => {
    for (const version of [1, 2]) {
      await waiting(version);
      await decide('platform-1', 'approve');
    }
    expect(await handle.result()).toMatchObject({ outcome: 'stale', effects: 'none', mayRevise: true });
  });
});

test('Request asks people when policy got stricter between judging and executing', async () => {
  const verdict = {
    effect: 'approve' as const,
    rules: [{ id: 'new', sentence: 'Now it needs a person.' }],
    gates: [gate('platform')],
    policyVersion: 'p-2',
  };
  const unapproved = { kind: 'refused' as const, why: 'unapproved' as const, sentence: 'Stricter', verdict };
  await onStage({ steps: [{ results: [unapproved, ran('asked')] }] }, async ({ handle, waiting, decide }) => {
    expect((await waiting()).steps[0]?.verdict?.rules).toEqual(verdict.rules);
    await decide('platform-1', 'approve');
    expect(await handle.result()).toMatchObject({ outcome: 'executed', steps: [{ result: 'asked' }] });
  });
});

test('Request fails without asking anyone when a target cannot be looked at', async () => {
  const script = { steps: [{ gates: [gate('platform')] }], prepare: broken('No such branch') };
  await onStage(script, async ({ handle, cards }) => {
    expect(await handle.result()).toMatchObject({
      outcome: 'failed',
      effects: 'none',
      message: 'No such branch',
    });
    expect(cards).toEqual([]);
  });
});

test('Request keeps waiting through a restart of its worker and takes the click made meanwhile', async () => {
  await onStage(
    { steps: [{ gates: [gate('platform')] }] },
    async ({ handle, id, waiting, strikeWorker, restartWorker }) => {
      await waiting();
      await strikeWorker();
      const decision = {
        id: 'x',
        request: id,
        version: 1,
        digest: 'digest-1',
        person: 'platform-1',
        answer: 'approve',
      };
      await handle.signal(
        DECISION_SIGNAL,
        JSON.stringify({ ...decision, surface: 'slack', at: new Date().toISOString() }),
      );
      await restartWorker();
      expect(await handle.result()).toMatchObject({ outcome: 'executed' });
    },
  );
});

test('Request decides and runs while Slack is down', async () => {
  await onStage(
    { steps: [{ gates: [gate('platform')] }], slackDown: true },
    async ({ handle, waiting, decide }) => {
      await waiting();
      await decide('platform-1', 'approve');
      expect(await handle.result()).toMatchObject({ outcome: 'executed' });
    },
  );
});

test('Request can be found by its search attributes once closed', async () => {
  await onStage(
    { steps: [{ gates: [gate('platform', 1, { tier: 'high' })] }] },
    async ({ handle, waiting, decide }) => {
      await waiting();
      expect((await handle.describe()).typedSearchAttributes.get(SEARCH_ATTRIBUTES.status)).toBe('waiting');
      await decide('platform-1', 'approve');
      await handle.result();
      const { typedSearchAttributes: found } = await handle.describe();
      const { status, outcome, risk } = SEARCH_ATTRIBUTES;
      expect([found.get(status), found.get(outcome), found.get(risk)]).toEqual([
        'closed',
        'executed',
        'high',
      ]);
    },
  );
});

test('Request ends as failed when no verdict can be reached', async () => {
  await onStage({ steps: [{}], judge: broken('The directory does not answer') }, async ({ handle, log }) => {
    expect(await handle.result()).toMatchObject({
      outcome: 'failed',
      effects: 'none',
      message: 'The directory does not answer',
      steps: [{ status: 'skipped' }],
    });
    expect(log).toEqual([]);
  });
});

test('Request announces to every channel that policy names', async () => {
  const notice = (channel: string) => ({ kind: 'notice' as const, rule: channel, channel });
  const gates = [notice('ops'), notice('audit')];
  await onStage({ steps: [{ gates }, { gates }] }, async ({ handle, log }) => {
    expect(await handle.result()).toMatchObject({ outcome: 'executed' });
    const announced = log.filter((line) => line.startsWith('announce')).toSorted();
    expect(announced).toEqual(['announce audit', 'announce audit', 'announce ops', 'announce ops']);
  });
});

test('Request ends as failed when a read run locally fails for good', async () => {
  await onStage(
    { steps: [{ effect: 'read', results: [broken('No such repository')] }] },
    async ({ handle }) => {
      expect(await handle.result()).toMatchObject({
        outcome: 'failed',
        effects: 'none',
        message: 'No such repository',
      });
    },
  );
});

test('Request asks to decide again when a decision cannot be checked, and takes the next one', async () => {
  const script = { steps: [{ gates: [gate('platform')] }], directoryDown: 4 };
  await onStage(script, async ({ handle, log, waiting, decide }) => {
    await waiting();
    await decide('platform-1', 'approve');
    await expect
      .poll(() => log.filter((line) => line.startsWith('thread')), { timeout: 8_000 })
      .toHaveLength(1);
    await decide('platform-1', 'approve');
    expect(await handle.result()).toMatchObject({ outcome: 'executed' });
  });
});

test('Request takes the smaller tool over when policy puts one in the place of what people approved', async () => {
  const verdict = {
    effect: 'downscope' as const,
    rules: [{ id: 'smaller', sentence: 'It is kept as a draft.' }],
    gates: [],
    downscopeTo: 'mail.draft',
    policyVersion: 'p-2',
  };
  const unapproved = {
    kind: 'refused' as const,
    why: 'unapproved' as const,
    sentence: 'Smaller now',
    verdict,
  };
  const steps = [
    { tool: 'mail.send', gates: [gate('platform')], results: [unapproved, ran('drafted')] },
    { gates: [gate('platform')] },
  ];
  await onStage({ steps }, async ({ handle, waiting, decide, cards }) => {
    for (const version of [1, 2]) {
      await waiting(version);
      await decide('platform-1', 'approve');
    }
    expect(await handle.result()).toMatchObject({
      outcome: 'executed',
      steps: [{ askedFor: 'mail.send' }, {}],
    });
    expect(cards.at(-1)?.steps[0]).toMatchObject({ tool: 'mail.draft', verdict: 'downscope' });
  });
});

test('Request runs a step at once when policy no longer asks for people', async () => {
  const verdict = {
    effect: 'downscope' as const,
    rules: [{ id: 'smaller', sentence: 'It is kept as a draft.' }],
    gates: [],
    downscopeTo: 'mail.draft',
    policyVersion: 'p-2',
  };
  const unapproved = {
    kind: 'refused' as const,
    why: 'unapproved' as const,
    sentence: 'Smaller now',
    verdict,
  };
  const steps = [{ tool: 'mail.send', gates: [gate('platform')], results: [unapproved, ran('drafted')] }];
  await onStage({ steps }, async ({ handle, waiting, decide, log }) => {
    await waiting();
    await decide('platform-1', 'approve');
    expect(await handle.result()).toMatchObject({ outcome: 'executed', version: 1 });
    expect(log.filter((line) => line.startsWith('execute'))).toEqual(['execute 0 v1 by 1', 'execute 0']);
  });
});

test('Request undoes and closes although people click while it is being cancelled', async () => {
  const slow = { steps: [{ results: [ran('first')], undoMs: 600 }, { gates: [gate('platform', 2)] }] };
  await onStage(slow, async ({ handle, waiting, decide, log, cards }) => {
    await waiting();
    await decide('platform-1', 'approve');
    await handle.cancel();
    await expect.poll(() => log).toContain('undo 0');
    await decide('platform-2', 'approve');
    expect(await handle.result()).toMatchObject({
      outcome: 'cancelled',
      effects: 'none',
      steps: [{ status: 'undone' }, {}],
    });
    expect(cards.at(-1)).toMatchObject({ state: 'closed', outcome: 'cancelled' });
  });
});

test('Request goes on by the same story after a local read ran out of time', async () => {
  const steps = [{}, { effect: 'read' as const, results: [broken('The vendor does not answer')] }];
  await onStage({ steps, record: 'read-failed' }, async ({ handle, restartWorker, log }) => {
    expect(await handle.result()).toMatchObject({
      outcome: 'rolled_back',
      message: 'The vendor does not answer',
    });
    await restartWorker();
    expect(await handle.query('view')).toMatchObject({ outcome: 'rolled_back' });
    expect(log).toEqual(['execute 0', 'execute 1', 'undo 0']);
  });
});

test('Request takes a step that was refused on a retry for one that may have happened', async () => {
  const refused = {
    kind: 'refused' as const,
    why: 'denied' as const,
    sentence: 'Suspended meanwhile',
    mayHaveHappened: true,
  };
  await onStage({ steps: [{}, { results: [refused] }] }, async ({ handle, log }) => {
    expect(await handle.result()).toMatchObject({ outcome: 'denied', effects: 'none' });
    expect(log).toEqual(['execute 0', 'execute 1', 'undo 1', 'undo 0']);
  });
});

test('Request tells its owner when something stands that should not, card or none', async () => {
  const stands = { kind: 'stands' as const, sentence: 'It cannot be undone.' };
  const steps = [
    { undo: stands },
    { results: [broken('No')], undo: { kind: 'nothing' as const, sentence: '' } },
  ];
  await onStage({ steps }, async ({ handle, log }) => {
    expect(await handle.result()).toMatchObject({ outcome: 'rollback_failed' });
    expect(log).toContain('tell owner-1');
    const { typedSearchAttributes } = await handle.describe();
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.needsHuman)).toBe(true);
  });
});
