/** Editing through Bolt, with signed payloads: from the button on a card to the signed edit, and every refusal on the way. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Ask } from '../../src/domain/ask.ts';
import type { CardView } from '../../src/domain/card.ts';
import { askDigest } from '../../src/domain/digest.ts';
import { step, view } from './views.ts';
import { CHANNEL, createWorld, type World } from './world.ts';

const DELETE: Ask = {
  tool: 'github.delete_branch',
  args: { repository: 'acme/webshop', branch: 'old-checkout' },
};
const MAIL: Ask = {
  tool: 'email.send',
  args: { to: ['lead@bigcorp.example'], subject: 'Hello', text: 'We met.', recallMinutes: 10 },
};

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

async function raised(asks: readonly Ask[] = [DELETE], changes: Partial<CardView> = {}, from = 0) {
  const one = view({ steps: asks.map((_, index) => step({ index })), ...changes });
  const place = await world.raise(one);
  world.requests.asking.set(one.request, { version: one.version, from, steps: asks });
  const at = { channel: place.channel, ts: place.ts, blockId: `req:${one.request}:v${one.version}` };
  const value = `${one.request}.${one.version}.${one.digest.slice(0, 8)}`;
  return (user: string) => world.slack.click({ ...at, user, actionId: 'edit', value });
}

const top = (user = 'U0ALICE') => {
  const shown = world.slack.snapshot(user).modals.at(-1);
  return { id: shown?.id ?? '', callback: shown?.callback_id, words: JSON.stringify(shown?.blocks ?? []) };
};
const submit = (values: Readonly<Record<string, string>>, user = 'U0ALICE') =>
  world.slack.submitView({
    user,
    viewId: top(user).id,
    values: Object.fromEntries(Object.entries(values).map(([field, value]) => [field, { value }])),
  });
const heard = (user: string) =>
  (world.slack.snapshot(user).channels.find(({ id }) => id === CHANNEL)?.messages ?? [])
    .filter(({ ephemeralFor }) => ephemeralFor === user)
    .map(({ text }) => text)
    .join('\n');
const hears = (user: string, sentence: RegExp) =>
  vi.waitFor(() => expect(heard(user)).toMatch(sentence), { timeout: 3_000 });

describe('the Edit button', () => {
  it("opens the step's arguments as they are, and records what was made of them", async () => {
    const press = await raised();
    expect((await press('U0ALICE')).status).toBe(200);
    expect(top().words).toContain('"initial_value":"old-checkout"');
    expect(await submit({ 'arg-1': 'older-checkout', reason: ' The other one ' })).toEqual({ status: 200 });
    const now = { ...DELETE, args: { ...DELETE.args, branch: 'older-checkout' } };
    expect(world.requests.amended).toMatchObject([{ args: now.args }]);
    expect(await world.amendments()).toMatchObject([
      {
        ...{ request: 'req_1', version: 1, step: 0, person: 'alice', surface: 'slack' },
        reason: 'The other one',
        was: askDigest(DELETE),
        ask: askDigest(now),
      },
    ]);
    expect(world.slack.snapshot('U0ALICE').modals).toEqual([]);
    expect(world.requests.decided).toEqual([]);
  });

  it('asks which step first where several can be edited, and shows no step that ran', async () => {
    const press = await raised([DELETE, MAIL, DELETE], {}, 1);
    await press('U0ALICE');
    expect(top().callback).toBe('edit-step');
    expect(top().words).not.toContain('"value":"0"');
    await submit({ step: '1' });
    expect(top().callback).toBe('edit-submit-1');
    expect(top().words).toContain('lead@bigcorp.example');
    await submit({ 'arg-0': 'sales@bigcorp.example\nlead@bigcorp.example', 'arg-3': '30', reason: 'Both' });
    expect(world.requests.amended).toMatchObject([
      { args: { ...MAIL.args, to: ['sales@bigcorp.example', 'lead@bigcorp.example'], recallMinutes: 30 } },
    ]);
    expect(await world.amendments()).toMatchObject([{ step: 1, was: askDigest(MAIL) }]);
  });

  it.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, RegExp>>]>([
    ['what the tool cannot read', { 'arg-1': 'a..b', reason: 'x' }, { 'arg-1': /branch name/ }],
    ['no reason', { 'arg-1': 'gift-cards', reason: '  ' }, { reason: /say why/ }],
    ['both at once', { 'arg-0': 'webshop', reason: ' ' }, { 'arg-0': /owner\/name/, reason: /say why/ }],
  ])('refuses %s beside the field', async (_, values, errors) => {
    const press = await raised();
    await press('U0ALICE');
    const answer = await submit(values);
    const wanted = Object.entries(errors).map(([field, words]) => [field, expect.stringMatching(words)]);
    expect(answer.errors).toEqual(Object.fromEntries(wanted));
    expect(world.requests.amended).toEqual([]);
  });

  it('records nothing where nothing was changed', async () => {
    const press = await raised();
    await press('U0ALICE');
    await submit({ reason: 'Just looking' });
    expect(top().words).toMatch(/Nothing differs/);
    expect(world.requests.amended).toEqual([]);
  });

  it.each([
    ['who owns the agent', 'U0DANA', /can edit this; Dana owns the agent/],
    ['who is not asked', 'U0ERIN', /can edit this; Erin is not among them/],
    ['who is a guest', 'U0GUEST', /Guests/],
    ['whom nobody knows', 'U0STRANGER', /does not know you/],
  ])('shows the arguments to nobody %s', async (_, user, sentence) => {
    const press = await raised();
    await press(user);
    await hears(user, sentence);
    expect(world.slack.snapshot(user).modals).toEqual([]);
  });

  it('reads nothing of a request for somebody who may not edit it', async () => {
    const press = await raised();
    world.requests.asks = () => Promise.reject(new Error('must not be asked'));
    await press('U0ERIN');
    await hears('U0ERIN', /not among them/);
  });

  it('says so where the request changed since the card was drawn (T27)', async () => {
    const press = await raised();
    world.requests.asking.set('req_1', { version: 2, from: 0, steps: [DELETE] });
    await press('U0ALICE');
    await hears('U0ALICE', /changed since you looked; please edit it on its newest card/);
  });

  it('replaces a form by what happened when the request changed while it was open (T27)', async () => {
    const press = await raised();
    await press('U0ALICE');
    world.requests.asking.set('req_1', { version: 2, from: 0, steps: [DELETE] });
    await submit({ 'arg-1': 'gift-cards', reason: 'x' });
    expect(top().words).toMatch(/changed since you looked/);
    expect(world.requests.amended).toEqual([]);
  });

  it('says so where the step ran while the form was open', async () => {
    const press = await raised([DELETE]);
    await press('U0ALICE');
    world.requests.asking.set('req_1', { version: 1, from: 1, steps: [DELETE] });
    await submit({ 'arg-1': 'gift-cards', reason: 'x' });
    expect(top().words).toMatch(/can no longer be edited/);
    expect(world.requests.amended).toEqual([]);
  });

  it.each([
    ['where the tool is not there', [{ tool: 'github.gone', args: {} }], /No step of this request/],
    ['where the request is closed', undefined, /no longer waits/],
  ])('opens no form %s', async (_, steps, sentence) => {
    const press = await raised();
    if (steps === undefined) world.requests.asking.delete('req_1');
    else world.requests.asking.set('req_1', { version: 1, from: 0, steps });
    await press('U0ALICE');
    await hears('U0ALICE', sentence);
    expect(world.slack.snapshot('U0ALICE').modals).toEqual([]);
  });

  it('says in the modal that nothing was recorded when the orchestrator fails (T51)', async () => {
    const press = await raised();
    await press('U0ALICE');
    world.requests.answer = () => Promise.reject(new Error('down'));
    await submit({ 'arg-1': 'gift-cards', reason: 'x' });
    expect(top().words).toMatch(/was not recorded/);
  });
});

describe('the card of an edited step', () => {
  it('shows who edited it and how it differs, as plain text, before all other facts', async () => {
    await raised([DELETE], {
      version: 2,
      steps: [
        step({
          edited: {
            edits: [{ by: 'alice', at: '2026-11-21T14:00:00.000Z', reason: '<!here> *other* branch' }],
            changes: [{ field: 'branch', was: 'old-checkout', now: 'older-checkout' }],
          },
        }),
      ],
    });
    const blocks = world.slack
      .snapshot('U0ALICE')
      .channels.find(({ id }) => id === CHANNEL)
      ?.messages.at(-1)?.blocks;
    const words = JSON.stringify(blocks);
    expect(words).toContain('Edited by Alice: <!here> *other* branch');
    expect(words).toMatch(/what the agent asked:\\nbranch: old-checkout → older-checkout\\n\\nTarget:/);
    expect(words).not.toMatch(/"mrkdwn","text":"[^"]*here/);
  });
});
