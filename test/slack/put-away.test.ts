import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RequestView } from '../../src/domain/request.ts';
import { view } from './views.ts';
import { CHANNEL, createWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const HALTED: RequestView = {
  ...{ id: 'req_1', agent: 'release-agent', status: 'closed', outcome: 'halted', version: 1 },
  ...{
    receivedAt: '2026-11-21T14:00:00.000Z',
    message: 'An operator ended the request; nothing was undone.',
  },
  steps: [{ tool: 'github.delete_branch', status: 'skipped' }],
};

async function raised() {
  const one = view();
  const place = await world.raise(one);
  const value = `${one.request}.${one.version}.${one.digest.slice(0, 8)}`;
  const blockId = `req:${one.request}:v${one.version}`;
  const press = (actionId: string) =>
    world.slack.click({ user: 'U0ALICE', ...place, blockId, actionId, value });
  return { press, place };
}

const messages = () =>
  world.slack.snapshot('U0ALICE').channels.find(({ id }) => id === CHANNEL)?.messages ?? [];
const card = () =>
  JSON.stringify(
    messages().find(({ metadata }) => metadata?.event_type === 'countersign_card')?.blocks ?? [],
  );
/** The answer comes after the acknowledgement: waited for, never slept for. */
const hears = (sentence: RegExp) =>
  vi.waitFor(
    () =>
      expect(
        messages()
          .filter(({ ephemeralFor }) => ephemeralFor === 'U0ALICE')
          .map(({ text }) => text)
          .join('\n'),
      ).toMatch(sentence),
    { timeout: 3_000 },
  );

describe('a click on a request that was ended from outside', () => {
  beforeEach(() => {
    world.requests.answer = async () => 'closed';
    world.requests.views.set('req_1', HALTED);
  });

  it('leaves no dead buttons and no open row', async () => {
    const { press } = await raised();
    expect(await world.inbox.list()).toHaveLength(1);
    await press('approve');
    await hears(/too late: the request is closed \(halted\): An operator ended/);
    expect(card()).not.toContain('"button"');
    expect(card()).toContain('An operator ended the request');
    expect(card()).toContain('1 step: 1 did not run');
    expect(await world.inbox.list()).toEqual([]);
  });

  it("keeps the card's own last word where it had one", async () => {
    const { press } = await raised();
    await world.cards.want(view({ seq: 2, state: 'closed', outcome: 'denied', message: 'Bob said no' }));
    await press('approve');
    await hears(/too late/);
    expect(card()).toContain('Bob said no');
    expect(card()).not.toContain('"button"');
  });

  it('closes a card whose request is no longer kept', async () => {
    const { press } = await raised();
    world.requests.views.clear();
    await press('approve');
    await hears(/closed and no longer kept/);
    expect(card()).not.toContain('"button"');
    expect(await world.inbox.list()).toEqual([]);
  });

  it('is answered although Slack does not redraw the card, and the next click puts it away', async () => {
    const { press } = await raised();
    world.slack.failNext({ method: 'chat.update', status: 500, times: 1 });
    await press('approve');
    await hears(/too late/);
    expect(card()).toContain('"button"');
    expect(await world.inbox.list()).toHaveLength(1);
    expect(world.log.lines.join()).toContain('put-away-failed');
    await press('approve');
    expect(card()).not.toContain('"button"');
    expect(await world.inbox.list()).toEqual([]);
  });

  it('closes the row of a card that somebody deleted, from a modal that was still open', async () => {
    const { press, place } = await raised();
    await press('deny');
    await world.options.client.chat.delete({ ...place });
    const modal = () => world.slack.snapshot('U0ALICE').modals.at(-1);
    const values = { reason: { value: 'No' } };
    await world.slack.submitView({ user: 'U0ALICE', viewId: modal()?.id ?? '', values });
    expect(JSON.stringify(modal()?.blocks)).toMatch(/too late/);
    expect(await world.inbox.list()).toEqual([]);
  });

  it('touches nothing while the request runs', async () => {
    const { press } = await raised();
    world.requests.answer = async () => 'recorded';
    await press('approve');
    expect(card()).toContain('"button"');
    expect(await world.inbox.list()).toHaveLength(1);
  });
});
