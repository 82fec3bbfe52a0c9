import type { ModalView } from '@slack/types';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { approvals, postCard, type Rig, reasonModal, startRig } from './bolt-app.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.stop());

const bob = 'U0BOB';
const modals = () => rig.slack.snapshot(bob).modals;
const top = () => modals().at(-1)?.id ?? '';
const submit = (text: string) =>
  rig.slack.submitView({ user: bob, viewId: top(), values: { reason: { text } } });
const titled = (title: string, view: ModalView = reasonModal): ModalView => ({
  ...view,
  title: { type: 'plain_text', text: title },
});
/** What Slack answered to a call, whether the client throws it or not. */
const errorOf = (calling: Promise<{ readonly ok: boolean }>) =>
  calling.then(
    () => 'ok',
    (error: { data?: { error?: string } }) => error.data?.error ?? String(error),
  );

/** Clicks Approve and runs `use` with the trigger while the listener holds it. */
async function withTrigger(use: (trigger_id: string) => Promise<unknown>): Promise<void> {
  rig.app.action('approve', async ({ ack, body }) => {
    if (body.type === 'block_actions') await use(body.trigger_id);
    await ack();
  });
  const ts = await postCard(rig);
  await rig.slack.click({ user: bob, channel: approvals, ts, blockId: 'req:1:v1', actionId: 'approve' });
}

const openModal = (view: ModalView = reasonModal) =>
  withTrigger((trigger_id) => rig.app.client.views.open({ trigger_id, view }));

test('views.open() shows a modal to the clicker only, with all that Slack adds', async () => {
  await openModal();
  expect(modals()).toMatchObject([
    {
      id: expect.stringMatching(/^V0/),
      hash: expect.stringMatching(/^\d+\.\w+$/),
      callback_id: 'reject',
      private_metadata: 'req_1',
      team_id: 'T0ACME',
      app_id: 'A0COUNTERSIGN',
      root_view_id: top(),
      previous_view_id: null,
      state: { values: { reason: { text: { type: 'plain_text_input', value: null } } } },
    },
  ]);
  expect(rig.slack.snapshot('U0ALICE').modals).toEqual([]);
});

test('views.open() takes a trigger once', async () => {
  const answers: string[] = [];
  await withTrigger(async (trigger_id) => {
    for (let use = 1; use <= 2; use += 1) {
      answers.push(await errorOf(rig.app.client.views.open({ trigger_id, view: reasonModal })));
    }
  });
  expect(answers).toEqual(['ok', 'exchanged_trigger_id']);
});

test.each([
  ['a trigger older than three seconds', 'expired_trigger_id', 3001, (id: string) => id],
  ['a trigger nobody was given', 'invalid_trigger_id', 0, (id: string) => `${id}0`],
])('views.open() refuses %s', async (_what, error, laterMs, change) => {
  let answer = '';
  await withTrigger(async (trigger_id) => {
    rig.clock.forward(laterMs);
    answer = await errorOf(rig.app.client.views.open({ trigger_id: change(trigger_id), view: reasonModal }));
  });
  expect(answer).toBe(error);
  expect(modals()).toEqual([]);
});

test('views.open() with a malformed view costs nothing of the trigger', async () => {
  const answers: string[] = [];
  await withTrigger(async (trigger_id) => {
    const view = { ...reasonModal, blocks: [{ type: 'nope' }] };
    answers.push(await errorOf(rig.app.client.views.open({ trigger_id, view })));
    answers.push(await errorOf(rig.app.client.views.open({ trigger_id, view: reasonModal })));
  });
  expect(answers).toEqual(['invalid_arguments', 'ok']);
});

test('views.open() replaces what was open', async () => {
  await openModal({ ...reasonModal, callback_id: 'first' });
  const ts = await postCard(rig);
  await rig.slack.click({ user: bob, channel: approvals, ts, blockId: 'req:1:v1', actionId: 'approve' });
  expect(modals()).toHaveLength(1);
});

test('views.push() needs a modal to push upon', async () => {
  let answer = '';
  await withTrigger(async (trigger_id) => {
    answer = await errorOf(rig.app.client.views.push({ trigger_id, view: reasonModal }));
  });
  expect(answer).toBe('not_found');
});

test('views.update() finds a modal by its external id, which only one may have', async () => {
  const view = { ...reasonModal, external_id: 'req_1' };
  rig.app.action('details', async ({ ack, body, client }) => {
    await ack();
    if (body.type !== 'block_actions') return;
    const pushed = await errorOf(client.views.push({ trigger_id: body.trigger_id, view }));
    await client.views.update({ external_id: 'req_1', view: titled(pushed, view) });
  });
  await openModal(view);
  await rig.slack.clickInView({ user: bob, viewId: top(), blockId: 'more', actionId: 'details' });
  await expect.poll(() => modals()).toMatchObject([{ title: { text: 'duplicate_external_id' } }]);
});

test('submitView() shows field errors and keeps the modal, then closes it on an empty ack', async () => {
  const sent: unknown[] = [];
  rig.app.view('reject', async ({ ack, body, view }) => {
    sent.push({ body, values: view.state.values });
    const text = view.state.values.reason?.text?.value ?? '';
    await (text === 'no' ? ack({ response_action: 'errors', errors: { reason: 'Say why' } }) : ack());
  });
  await openModal();

  expect(await submit('no')).toEqual({ status: 200, errors: { reason: 'Say why' } });
  expect(modals()).toHaveLength(1);
  expect(await submit('The branch is still in use')).toEqual({ status: 200 });
  expect(modals()).toEqual([]);

  expect(sent[1]).toMatchObject({
    values: { reason: { text: { type: 'plain_text_input', value: 'The branch is still in use' } } },
    body: {
      type: 'view_submission',
      user: { id: bob, name: 'bob', team_id: 'T0ACME' },
      team: { id: 'T0ACME' },
      api_app_id: 'A0COUNTERSIGN',
      trigger_id: expect.any(String),
      view: { type: 'modal', callback_id: 'reject', private_metadata: 'req_1', hash: expect.any(String) },
    },
  });
});

test.each([
  ['empty', '', 'Please complete this required field.'],
  ['too long', 'x'.repeat(51), 'Must be at most 50 characters.'],
])('submitView() does not send a field that is %s', async (_what, text, error) => {
  let reached = false;
  rig.app.view('reject', async ({ ack }) => {
    reached = true;
    await ack();
  });
  await openModal();
  expect(await submit(text)).toEqual({ status: 200, errors: { reason: error } });
  expect(reached).toBe(false);
});

test('submitView() follows update, push and clear', async () => {
  const steps = [
    { response_action: 'update' as const, view: titled('Second') },
    { response_action: 'push' as const, view: titled('Third') },
    { response_action: 'clear' as const },
  ];
  rig.app.view('reject', ({ ack }) => ack(steps.shift()));
  await openModal();
  const titles = () => modals().map((view) => ('title' in view ? view.title.text : ''));

  await submit('a');
  expect(titles()).toEqual(['Second']);
  await submit('b');
  expect(titles()).toEqual(['Second', 'Third']);
  await submit('c');
  expect(titles()).toEqual([]);
});

test.each([
  ['errors for a block that is no input', { response_action: 'errors', errors: { more: 'No' } }, 'errors'],
  ['no errors at all', { response_action: 'errors', errors: {} }, 'errors'],
  ['a view without a title', { response_action: 'update', view: { type: 'modal', blocks: [] } }, 'view'],
  ['an unknown response_action', { response_action: 'dance' }, 'response_action'],
  ['an object that is no response', { hello: 1 }, 'ack'],
])('submitView() keeps the modal when the app answers %s', async (_what, ack, field) => {
  rig.app.view('reject', (args) => args.ack(ack as never));
  await openModal();
  expect(await submit('why')).toEqual({ status: 502, errors: { [field]: expect.any(String) } });
  expect(modals()).toHaveLength(1);
});

test.each([
  ['another person', { user: 'U0ALICE' }, 'not-found'],
  ['a stranger', { user: 'U0NOBODY' }, 'not-found'],
  ['a view that is not open', { viewId: 'V0NOPE' }, 'not-found'],
  ['a field that is not in the view', { values: { reason: { other: 'x' } } }, 'invalid-field'],
  ['a block that is not in the view', { values: { nope: { text: 'x' } } }, 'invalid-field'],
  ['a button as if it were a field', { values: { more: { details: 'x' } } }, 'invalid-field'],
])('submitView() refuses %s', async (_what, over, code) => {
  await openModal();
  const submitting = rig.slack.submitView({ user: bob, viewId: top(), values: {}, ...over });
  await expect(submitting).rejects.toMatchObject({ code });
});

test('submitView() submits the topmost modal only', async () => {
  await openModal();
  const bottom = top();
  rig.app.view('reject', ({ ack }) => ack({ response_action: 'push', view: titled('Second') }));
  await submit('a');
  const submitting = rig.slack.submitView({ user: bob, viewId: bottom, values: {} });
  await expect(submitting).rejects.toMatchObject({ code: 'not-found' });
});

test('views.push() stops at three', async () => {
  const answers: string[] = [];
  rig.app.action('details', async ({ ack, body, client }) => {
    if (body.type !== 'block_actions') return;
    answers.push(await errorOf(client.views.push({ trigger_id: body.trigger_id, view: reasonModal })));
    await ack();
  });
  await openModal();
  for (let depth = 1; depth <= 3; depth += 1) {
    await rig.slack.clickInView({ user: bob, viewId: top(), blockId: 'more', actionId: 'details' });
  }
  expect(answers).toEqual(['ok', 'ok', 'push_limit_reached']);
  expect(modals()).toHaveLength(3);
  expect(modals()[2]).toMatchObject({ root_view_id: modals()[0]?.id, previous_view_id: modals()[1]?.id });
});

test('clickInView() sends the view and lets the app update it', async () => {
  rig.app.action('details', async ({ ack, body, client }) => {
    await ack();
    if (body.type !== 'block_actions' || body.view === undefined) return;
    expect(body).toMatchObject({
      container: { type: 'view', view_id: top() },
      actions: [{ action_id: 'details' }],
    });
    await client.views.update({ view_id: body.view.id, hash: body.view.hash, view: titled('Details') });
  });
  await openModal();
  expect(
    await rig.slack.clickInView({ user: bob, viewId: top(), blockId: 'more', actionId: 'details' }),
  ).toEqual({
    status: 200,
  });
  await expect.poll(() => modals()[0]).toMatchObject({ title: { text: 'Details' } });
});

test.each([
  ['a button that is not there', { actionId: 'nope' }],
  ["somebody else's view", { user: 'U0ALICE' }],
])('clickInView() refuses %s', async (_what, over) => {
  await openModal();
  const clicking = rig.slack.clickInView({
    user: bob,
    viewId: top(),
    blockId: 'more',
    actionId: 'details',
    ...over,
  });
  await expect(clicking).rejects.toMatchObject({ code: 'not-found' });
});

test('views.update() refuses a stale hash and a view that is closed', async () => {
  await openModal();
  const { client } = rig.app;
  const view_id = top();
  expect(await errorOf(client.views.update({ view_id, hash: 'stale', view: reasonModal }))).toBe(
    'hash_conflict',
  );
  expect(await errorOf(client.views.update({ view_id, view: reasonModal }))).toBe('ok');
  await rig.slack.closeView({ user: bob, viewId: view_id });
  expect(await errorOf(client.views.update({ view_id, view: reasonModal }))).toBe('not_found');
});

test('closeView() tells Bolt when the view asked for it', async () => {
  const closed: unknown[] = [];
  rig.app.view({ callback_id: 'reject', type: 'view_closed' }, async ({ ack, body }) => {
    closed.push(body);
    await ack();
  });
  await openModal({ ...reasonModal, notify_on_close: true });
  await rig.slack.closeView({ user: bob, viewId: top() });
  expect(modals()).toEqual([]);
  expect(closed).toMatchObject([{ type: 'view_closed', is_cleared: false, view: { callback_id: 'reject' } }]);
});

test('closeView() goes back one view, or closes all when told to', async () => {
  rig.app.view('reject', ({ ack }) =>
    ack({ response_action: 'push', view: { ...titled('Second'), clear_on_close: modals().length === 2 } }),
  );
  await openModal();
  await submit('a');
  await rig.slack.closeView({ user: bob, viewId: top() });
  expect(modals()).toHaveLength(1);
  await submit('a');
  await submit('b');
  await rig.slack.closeView({ user: bob, viewId: top() });
  expect(modals()).toEqual([]);
});

test('views.publish() keeps one home tab per person, guarded by its hash', async () => {
  const { client } = rig.app;
  const view = { type: 'home' as const, blocks: [] };
  const first = await client.views.publish({ user_id: bob, view });
  const second = await client.views.publish({ user_id: bob, view, hash: first.view?.hash ?? '' });
  expect(second.view?.id).toBe(first.view?.id);
  expect(await errorOf(client.views.publish({ user_id: bob, view, hash: first.view?.hash ?? '' }))).toBe(
    'hash_conflict',
  );
  const modal = { view_id: first.view?.id ?? '', view: reasonModal };
  expect(await errorOf(client.views.update(modal))).toBe('invalid_arguments');
  expect(await errorOf(client.views.publish({ user_id: 'U0NOBODY', view }))).toBe('user_not_found');
  expect(modals()).toEqual([]);
});

test('clickInView() works in the home tab of its person', async () => {
  const viewIds: unknown[] = [];
  rig.app.action('details', async ({ ack, body }) => {
    viewIds.push(body.type === 'block_actions' && body.view?.type === 'home' ? body.view.id : undefined);
    await ack();
  });
  const [, buttons] = reasonModal.blocks;
  if (buttons === undefined) throw new Error('the modal of these tests has two blocks');
  const home = { type: 'home' as const, blocks: [buttons] };
  const viewId = (await rig.app.client.views.publish({ user_id: bob, view: home })).view?.id ?? '';
  const at = { viewId, blockId: 'more', actionId: 'details' };
  expect(await rig.slack.clickInView({ ...at, user: bob })).toEqual({ status: 200 });
  expect(viewIds).toEqual([viewId]);
  await expect(rig.slack.clickInView({ ...at, user: 'U0ALICE' })).rejects.toMatchObject({
    code: 'not-found',
  });
});
