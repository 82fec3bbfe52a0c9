import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CardView } from '../../src/domain/card.ts';
import type { RequestView } from '../../src/domain/request.ts';
import { ANSWER_WITHIN_MS } from '../../src/slack/reply.ts';
import { unreachable } from '../approvals/acme.ts';
import { step, view } from './views.ts';
import { CHANNEL, createWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

async function raised(changes: Partial<CardView> = {}) {
  const one = view(changes);
  const place = await world.raise(one);
  const blockId = `req:${one.request}:v${one.version}`;
  return {
    press: (actionId: string, user: string) =>
      world.slack.click({
        user,
        channel: place.channel,
        ts: place.ts,
        blockId,
        actionId,
        value: `${one.request}.${one.version}.${one.digest.slice(0, 8)}`,
      }),
  };
}

const heard = (user: string): readonly string[] =>
  (world.slack.snapshot(user).channels.find(({ id }) => id === CHANNEL)?.messages ?? [])
    .filter(({ ephemeralFor }) => ephemeralFor === user)
    .map(({ text }) => text);
/** An answer after the acknowledgement comes when it comes: waited for, never slept for. */
const hears = (user: string, sentence: RegExp) =>
  vi.waitFor(() => expect(heard(user).join('\n')).toMatch(sentence), { timeout: 3_000 });
const modal = (user: string) => {
  const top = world.slack.snapshot(user).modals.at(-1);
  return { id: top?.id ?? '', callback: top?.callback_id, words: JSON.stringify(top?.blocks ?? []) };
};
const closed: RequestView = {
  ...{ id: 'req_1', agent: 'release-agent', status: 'closed', outcome: 'expired', version: 1, steps: [] },
  ...{ receivedAt: '2026-11-21T14:00:00.000Z', message: 'Nobody decided in time' },
};

describe('the Approve button', () => {
  it('makes a signed decision durable before Slack is acknowledged (T51)', async () => {
    const { press } = await raised();
    let recordedAt = 0;
    world.requests.answer = async () => {
      recordedAt = performance.now();
      return 'recorded';
    };
    expect((await press('approve', 'U0ALICE')).status).toBe(200);
    expect(recordedAt).toBeGreaterThan(0);
    expect(recordedAt).toBeLessThan(performance.now());
    expect(await world.decisions()).toMatchObject([
      { person: 'alice', answer: 'approve', id: expect.stringMatching(/^decision_[0-9a-f]{64}$/) },
    ]);
    expect(heard('U0ALICE')).toEqual([]);
  });

  it('gives each press and each person a decision of their own (T44)', async () => {
    const { press } = await raised();
    for (const user of ['U0ALICE', 'U0BOB', 'U0ALICE']) await press('approve', user);
    const decisions = await world.decisions();
    expect(decisions.map(({ person }) => person)).toEqual(['alice', 'bob', 'alice']);
    expect(new Set(decisions.map(({ id }) => id)).size).toBe(3);
  });

  it("passes the owner's click on: refusing it, with the reason, is the workflow's part (T4)", async () => {
    const { press } = await raised();
    await press('approve', 'U0DANA');
    expect(await world.decisions()).toMatchObject([{ person: 'dana' }]);
  });

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['a guest', 'U0GUEST', /Guests of this workspace/],
    ['a member nobody linked to a person (T9)', 'U0STRANGER', /does not know you/],
  ];
  it.each(refused)('refuses %s privately and logs it', async (_, user, sentence) => {
    const { press } = await raised();
    await press('approve', user);
    await hears(user, sentence);
    expect(heard('U0ALICE')).toEqual([]);
    expect(world.requests.decided).toEqual([]);
    expect(world.security.lines.join()).toContain('interaction-refused');
  });

  it.each(['high', 'critical'] as const)(
    'records nothing for %s risk, even if such a click is forged',
    async (tier) => {
      const { press } = await raised({ tier });
      await press('approve', 'U0ALICE');
      await hears('U0ALICE', /must be reviewed/);
      expect(world.requests.decided).toEqual([]);
    },
  );

  it('says what happened when the request is closed (T56)', async () => {
    const { press } = await raised();
    world.requests.answer = async () => 'closed';
    world.requests.views.set('req_1', closed);
    await press('approve', 'U0ALICE');
    await hears('U0ALICE', /too late: the request is closed \(expired\): Nobody decided in time/);
  });

  it('points a click on an old version to the new one (T27)', async () => {
    const { press } = await raised();
    await world.inbox.close('req_1', 1);
    world.requests.views.set('req_1', { ...closed, status: 'waiting', version: 2 });
    await press('approve', 'U0ALICE');
    await hears('U0ALICE', /changed since you looked; please decide on version 2/);
    expect(world.requests.decided).toEqual([]);
  });

  it('says that it came too late while the request runs (T47)', async () => {
    const { press } = await raised();
    await world.inbox.close('req_1', 1);
    world.requests.views.set('req_1', { ...closed, status: 'running' });
    await press('approve', 'U0ALICE');
    await hears('U0ALICE', /already running/);
  });

  it('says that nothing was recorded when the orchestrator fails (T51)', async () => {
    const { press } = await raised();
    world.requests.answer = () => Promise.reject(new Error('down'));
    expect((await press('approve', 'U0ALICE')).status).toBe(200);
    await hears('U0ALICE', /was not recorded/);
  });

  it('acknowledges in time and claims nothing when the orchestrator hangs (T51)', async () => {
    const { press } = await raised();
    world.requests.answer = () => new Promise(() => undefined);
    const started = performance.now();
    expect((await press('approve', 'U0ALICE')).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(ANSWER_WITHIN_MS + 3_000);
    await hears('U0ALICE', /could not be confirmed/);
  });

  it('lets nobody through while Slack cannot say who they are (T14)', async () => {
    const { press } = await raised();
    world.slack.failNext({ method: 'users.info', status: 500, times: 1 });
    await press('approve', 'U0ALICE');
    await hears('U0ALICE', /was not recorded/);
    expect(world.requests.decided).toEqual([]);
    await press('approve', 'U0ALICE');
    expect(world.requests.decided).toHaveLength(1);
  });
});

describe('the Approve button with an unreachable directory', () => {
  it('records nothing and says so (T14)', async () => {
    await world.close();
    world = await createWorld({ directory: unreachable });
    const { press } = await raised();
    await press('approve', 'U0ALICE');
    await hears('U0ALICE', /was not recorded/);
    expect(world.requests.decided).toEqual([]);
  });
});

describe('the Deny button', () => {
  it('asks why and records the denial with its reason', async () => {
    const { press } = await raised();
    await press('deny', 'U0ALICE');
    const { id, callback } = modal('U0ALICE');
    expect(callback).toBe('deny-submit');
    expect(
      await world.slack.submitView({
        user: 'U0ALICE',
        viewId: id,
        values: { reason: { value: ' Still in use ' } },
      }),
    ).toEqual({ status: 200 });
    expect(await world.decisions()).toMatchObject([
      { answer: 'deny', reason: 'Still in use', person: 'alice' },
    ]);
    expect(world.slack.snapshot('U0ALICE').modals).toEqual([]);
  });

  it('insists on a reason', async () => {
    const { press } = await raised();
    await press('deny', 'U0ALICE');
    const answer = await world.slack.submitView({
      user: 'U0ALICE',
      viewId: modal('U0ALICE').id,
      values: { reason: { value: '   ' } },
    });
    expect(answer.errors).toEqual({ reason: expect.stringMatching(/say why/) });
    expect(world.requests.decided).toEqual([]);
  });

  it('replaces the modal by what happened when the request changed while it was open (T27)', async () => {
    const { press } = await raised();
    await press('deny', 'U0ALICE');
    await world.inbox.close('req_1', 1);
    world.requests.views.set('req_1', { ...closed, status: 'waiting', version: 2 });
    await world.slack.submitView({
      user: 'U0ALICE',
      viewId: modal('U0ALICE').id,
      values: { reason: { value: 'No' } },
    });
    expect(modal('U0ALICE').words).toMatch(/changed since you looked/);
    expect(world.requests.decided).toEqual([]);
  });

  it('says in the modal that nothing was recorded', async () => {
    const { press } = await raised();
    await press('deny', 'U0ALICE');
    world.requests.answer = () => Promise.reject(new Error('down'));
    await world.slack.submitView({
      user: 'U0ALICE',
      viewId: modal('U0ALICE').id,
      values: { reason: { value: 'No' } },
    });
    expect(modal('U0ALICE').words).toMatch(/was not recorded/);
  });
});

describe('the Review button', () => {
  const labelled = step();

  async function review(values: Readonly<Record<string, string>>) {
    const { press } = await raised({ tier: 'high' });
    await press('review', 'U0ALICE');
    const filled = Object.fromEntries(Object.entries(values).map(([field, value]) => [field, { value }]));
    return world.slack.submitView({ user: 'U0ALICE', viewId: modal('U0ALICE').id, values: filled });
  }

  it('records an approval once the target is typed and a reason is given', async () => {
    await review({ target: `  ${labelled.target.label} `, reason: 'Checked with the team' });
    expect(await world.decisions()).toMatchObject([{ answer: 'approve', reason: 'Checked with the team' }]);
  });

  it.each([
    ['another target', { target: 'acme/legacy-billing', reason: 'Fine' }, 'target'],
    ['another case', { target: labelled.target.label.toUpperCase(), reason: 'Fine' }, 'target'],
    ['no reason', { target: labelled.target.label, reason: ' ' }, 'reason'],
  ])('refuses %s beside the field', async (_, values, field) => {
    expect((await review(values)).errors).toHaveProperty(field);
    expect(world.requests.decided).toEqual([]);
  });
});

describe('the Details button', () => {
  it('shows everything to a known person and nothing to others', async () => {
    const { press } = await raised({
      steps: [step({ facts: [{ label: 'Body', value: 'x'.repeat(5_000) }] })],
    });
    await press('details', 'U0ERIN');
    expect(modal('U0ERIN').words.match(/x/g)?.length).toBeGreaterThanOrEqual(5_000);
    await press('details', 'U0GUEST');
    await hears('U0GUEST', /Guests/);
    expect(world.slack.snapshot('U0GUEST').modals).toEqual([]);
  });
});
