import type { HomeView, ModalView } from '@slack/types';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { approvals, type Rig, startRig } from './bolt-app.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.stop());

const bob = 'U0BOB';
const home = (text = 'Yours'): HomeView => ({
  type: 'home',
  blocks: [
    { type: 'section', text: { type: 'plain_text', text } },
    {
      type: 'actions',
      block_id: 'more',
      elements: [
        { type: 'button', action_id: 'set', text: { type: 'plain_text', text: 'Set…' }, value: 'v' },
      ],
    },
  ],
});
const hashOf = (view: object | undefined) => (view as { readonly hash?: string } | undefined)?.hash;
const when: ModalView = {
  type: 'modal',
  callback_id: 'when',
  title: { type: 'plain_text', text: 'When' },
  submit: { type: 'plain_text', text: 'Save' },
  blocks: [
    {
      type: 'input',
      block_id: 'until',
      label: { type: 'plain_text', text: 'Until' },
      element: { type: 'datetimepicker', action_id: 'value', initial_date_time: 1_795_260_000 },
    },
  ],
};

test('openHome() tells the app who opened it, signed, with the view they had', async () => {
  const opened: unknown[] = [];
  rig.app.event('app_home_opened', async ({ event, body, client }) => {
    opened.push({
      user: event.user,
      tab: event.tab,
      app: body.api_app_id,
      team: body.team_id,
      view: hashOf(event.view),
    });
    await client.views.publish({ user_id: event.user, view: home() });
  });
  expect(rig.slack.snapshot(bob).home).toBeUndefined();
  expect(await rig.slack.openHome({ user: bob })).toEqual({ status: 200 });
  await expect.poll(() => rig.slack.snapshot(bob).home).toMatchObject({ type: 'home' });
  const hash = hashOf(rig.slack.snapshot(bob).home);
  await rig.slack.openHome({ user: bob });
  await expect.poll(() => opened.length).toBe(2);
  const who = { user: bob, tab: 'home', app: 'A0COUNTERSIGN', team: 'T0ACME' };
  expect(opened).toEqual([who, { ...who, view: hash }]);
  expect(rig.slack.snapshot('U0ALICE').home).toBeUndefined();
});

test('openHome() refuses a bot, somebody who left, and a stranger', async () => {
  for (const user of ['U0COUNTERSIGN', 'U0IVAN', 'U0NOBODY'])
    await expect(rig.slack.openHome({ user })).rejects.toMatchObject({ code: 'not-found' });
});

test('a button of the home tab opens a modal by its trigger, whose date and time come back as seconds', async () => {
  const sent: unknown[] = [];
  rig.app.action('set', async ({ ack, body, client }) => {
    if (body.type === 'block_actions') await client.views.open({ trigger_id: body.trigger_id, view: when });
    await ack();
  });
  rig.app.view('when', async ({ ack, view }) => {
    sent.push(view.state.values.until?.value);
    await ack();
  });
  const { view } = await rig.app.client.views.publish({ user_id: bob, view: home() });
  const press = { user: bob, viewId: view?.id ?? '', blockId: 'more', actionId: 'set' };
  for (const until of [{}, { until: { value: '1795999999' } }]) {
    expect(await rig.slack.clickInView(press)).toEqual({ status: 200 });
    const viewId = rig.slack.snapshot(bob).modals[0]?.id ?? '';
    expect(await rig.slack.submitView({ user: bob, viewId, values: until })).toEqual({ status: 200 });
  }
  const type = 'datetimepicker';
  expect(sent).toEqual([
    { type, selected_date_time: 1_795_260_000 },
    { type, selected_date_time: 1_795_999_999 },
  ]);
  await rig.slack.clickInView(press);
  const viewId = rig.slack.snapshot(bob).modals[0]?.id ?? '';
  await expect(
    rig.slack.submitView({ user: bob, viewId, values: { until: { value: 'tomorrow' } } }),
  ).rejects.toMatchObject({ code: 'invalid-field' });
});

test.each([
  ['delegate @bob until 2026-12-24', 'delegate <@U0BOB|bob> until 2026-12-24'],
  ['@bob and @nobody', '<@U0BOB|bob> and @nobody'],
  ['mail bob@alice', 'mail bob@alice'],
])('command() escapes mentions of people who are there: "%s"', async (text, wanted) => {
  const texts: string[] = [];
  rig.app.command('/countersign', async ({ ack, command }) => {
    texts.push(command.text);
    await ack();
  });
  await rig.slack.command({ user: bob, channel: approvals, command: '/countersign', text });
  expect(texts).toEqual([wanted]);
});
