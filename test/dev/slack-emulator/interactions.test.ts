import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { approvals, card, postCard, type Rig, seen, startRig, until } from './bolt-app.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig.stop());

const approve = { channel: approvals, blockId: 'req:1:v1', actionId: 'approve' };

describe('click()', () => {
  test('click() reaches Bolt, which acknowledges and updates the card', async () => {
    rig.app.action('approve', async ({ ack, body, client }) => {
      await ack();
      if (body.type !== 'block_actions' || body.channel === undefined || body.message === undefined) return;
      await client.chat.update({
        channel: body.channel.id,
        ts: body.message.ts,
        text: `Approved by ${body.user.id}`,
      });
    });
    const ts = await postCard(rig);

    expect(await rig.slack.click({ ...approve, user: 'U0BOB', ts })).toEqual({ status: 200 });

    await until(() => seen(rig.slack, 'U0ALICE')[0]?.text === 'Approved by U0BOB');
    expect(seen(rig.slack, 'U0ALICE')[0]).toMatchObject({ blocks: [], edited: true });
  });

  test('click() sends the payload Slack would send', async () => {
    let body: unknown;
    rig.app.action('approve', async (args) => {
      body = args.body;
      await args.ack();
    });
    const ts = await postCard(rig);
    await rig.slack.click({ ...approve, user: 'U0BOB', ts });

    expect(body).toMatchObject({
      type: 'block_actions',
      team: { id: 'T0ACME', domain: 'acme' },
      user: { id: 'U0BOB', username: 'bob', team_id: 'T0ACME' },
      api_app_id: 'A0COUNTERSIGN',
      container: { type: 'message', message_ts: ts, channel_id: approvals, is_ephemeral: false },
      channel: { id: approvals, name: 'privategroup' },
      message: {
        ts,
        type: 'message',
        user: 'U0COUNTERSIGN',
        bot_id: 'B0COUNTERSIGN',
        text: 'Delete a branch',
      },
      state: { values: {} },
      actions: [
        {
          type: 'button',
          action_id: 'approve',
          block_id: 'req:1:v1',
          value: '1.1.abc',
          text: { type: 'plain_text', text: 'Approve' },
          action_ts: expect.stringMatching(/^\d{10}\.\d{6}$/),
        },
      ],
      trigger_id: expect.stringMatching(/^\d+\.[0-9a-f]{48}$/),
      response_url: expect.stringContaining('/response/'),
    });
    expect(body).not.toHaveProperty('token');
  });

  test.each([
    ['a stranger', { user: 'U0NOBODY' }],
    ['a deactivated account', { user: 'U0IVAN' }],
    ['the bot itself', { user: 'U0COUNTERSIGN' }],
    ['a channel that is not there', { channel: 'C0NOWHERE' }],
    ['a message that is not there', { ts: '1700000000.000000' }],
    ['a block that is not in the message', { blockId: 'req:2:v1' }],
    ['a button that is not in the block', { actionId: 'deny' }],
    ["somebody else's direct messages", { channel: 'D0ALICE' }],
  ])('click() refuses %s and sends nothing', async (_what, over) => {
    let reached = false;
    rig.app.action(/.*/, async ({ ack }) => {
      reached = true;
      await ack();
    });
    const ts = await postCard(rig);
    await postCard(rig, 'D0ALICE');

    const clicking = rig.slack.click({ ...approve, user: 'U0BOB', ts, ...over });

    await expect(clicking).rejects.toMatchObject({ name: 'CountersignError', code: 'not-found' });
    expect(reached).toBe(false);
  });

  test('click() lets a guest click, for the product to refuse', async () => {
    rig.app.action('approve', ({ ack }) => ack());
    expect(await rig.slack.click({ ...approve, user: 'U0GUEST', ts: await postCard(rig) })).toEqual({
      status: 200,
    });
  });

  test('click() sends a forged value even when the button is gone', async () => {
    const values: unknown[] = [];
    rig.app.action('approve', async ({ ack, action }) => {
      values.push('value' in action ? action.value : undefined);
      await ack();
    });
    const ts = await postCard(rig);
    await rig.slack.click({ ...approve, user: 'U0BOB', ts, value: 'forged' });
    await rig.app.client.chat.update({ channel: approvals, ts, text: 'Closed' });
    await rig.slack.click({ ...approve, user: 'U0BOB', ts, value: 'late' });
    expect(values).toEqual(['forged', 'late']);
  });

  test('click() in a thread of direct messages names both', async () => {
    const bodies: unknown[] = [];
    rig.app.action('approve', async ({ ack, body }) => {
      bodies.push(body);
      await ack();
    });
    const parent = await postCard(rig, 'D0BOB');
    const { ts = '' } = await rig.app.client.chat.postMessage({
      channel: 'D0BOB',
      text: 'Again',
      blocks: card,
      thread_ts: parent,
    });
    await rig.slack.click({ ...approve, user: 'U0BOB', channel: 'D0BOB', ts });
    expect(bodies).toMatchObject([
      {
        container: { channel_id: 'D0BOB', thread_ts: parent },
        channel: { id: 'D0BOB', name: 'directmessage' },
        message: { thread_ts: parent },
      },
    ]);
  });

  test('click() on a menu chooses one of its options and no other', async () => {
    const chosen: unknown[] = [];
    rig.app.action('snooze', async ({ ack, action }) => {
      chosen.push(action);
      await ack();
    });
    const option = { text: { type: 'plain_text' as const, text: '1 hour' }, value: '1h' };
    const menu = { type: 'static_select' as const, action_id: 'snooze', options: [option] };
    const { ts = '' } = await rig.app.client.chat.postMessage({
      channel: approvals,
      text: 'Remind me',
      blocks: [{ type: 'actions', block_id: 'later', elements: [menu] }],
    });
    const at = { user: 'U0BOB', channel: approvals, ts, blockId: 'later', actionId: 'snooze' };
    await rig.slack.click({ ...at, value: '1h' });
    expect(chosen).toMatchObject([{ type: 'static_select', selected_option: option, block_id: 'later' }]);
    await expect(rig.slack.click({ ...at, value: '9h' })).rejects.toMatchObject({ code: 'invalid-field' });
    expect(chosen).toHaveLength(1);
  });

  test('click() shows an ephemeral only to its person, who may click in it', async () => {
    rig.app.action('dismiss', async ({ ack, respond }) => {
      await ack();
      await respond({ delete_original: true });
    });
    const actions = {
      type: 'actions' as const,
      block_id: 'hint',
      elements: [
        { type: 'button' as const, action_id: 'dismiss', text: { type: 'plain_text' as const, text: 'OK' } },
      ],
    };
    const { message_ts: ts = '' } = await rig.app.client.chat.postEphemeral({
      channel: approvals,
      user: 'U0BOB',
      text: 'You may not decide this',
      blocks: [actions],
    });
    expect(seen(rig.slack, 'U0ALICE')).toEqual([]);
    expect(seen(rig.slack, 'U0BOB')).toMatchObject([{ ts, ephemeralFor: 'U0BOB' }]);
    const at = { channel: approvals, ts, blockId: 'hint', actionId: 'dismiss' };
    await expect(rig.slack.click({ ...at, user: 'U0ALICE' })).rejects.toMatchObject({ code: 'not-found' });

    await rig.slack.click({ ...at, user: 'U0BOB' });
    await until(() => seen(rig.slack, 'U0BOB').length === 0);
  });
});

describe('response URLs', () => {
  async function clickedUrl(): Promise<string> {
    let url = '';
    rig.app.action('approve', async ({ ack, body }) => {
      if (body.type === 'block_actions') url = body.response_url;
      await ack();
    });
    await rig.slack.click({ ...approve, user: 'U0BOB', ts: await postCard(rig) });
    return url;
  }
  const send = (url: string, body: Readonly<Record<string, unknown>>) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  test('respond() is ephemeral by default and public when it says so', async () => {
    const url = await clickedUrl();
    expect((await send(url, { text: 'for you' })).status).toBe(200);
    await send(url, { text: 'for all', response_type: 'in_channel' });
    expect(seen(rig.slack, 'U0BOB').map(({ text }) => text)).toEqual([
      'Delete a branch',
      'for you',
      'for all',
    ]);
    expect(seen(rig.slack, 'U0ALICE').map(({ text }) => text)).toEqual(['Delete a branch', 'for all']);
  });

  test('respond() replaces the message that was clicked', async () => {
    await send(await clickedUrl(), { text: 'Decided', replace_original: true });
    expect(seen(rig.slack, 'U0ALICE')).toMatchObject([{ text: 'Decided', blocks: [] }]);
  });

  test('respond() cannot replace what is gone', async () => {
    const url = await clickedUrl();
    const ts = seen(rig.slack, 'U0BOB')[0]?.ts ?? '';
    await rig.app.client.chat.delete({ channel: approvals, ts });
    const answer = await send(url, { text: 'Decided', replace_original: true });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 'message_not_found' });
  });

  test('respond() refuses bad blocks and says which', async () => {
    const answer = await send(await clickedUrl(), { blocks: [{ type: 'nope' }] });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: 'invalid_blocks' });
  });

  test('respond() works five times, and then no more', async () => {
    const url = await clickedUrl();
    const statuses = [];
    for (let use = 1; use <= 6; use += 1) statuses.push((await send(url, { text: `${use}` })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 404]);
    expect(await (await send(url, { text: '7' })).json()).toMatchObject({ error: 'used_url' });
  });

  test('respond() stops working after thirty minutes', async () => {
    const url = await clickedUrl();
    rig.clock.forward(30 * 60_000 + 1);
    expect(await (await send(url, { text: 'late' })).json()).toMatchObject({ error: 'expired_url' });
  });

  test('respond() refuses a URL nobody was given', async () => {
    const url = await clickedUrl();
    expect((await send(`${url}x`, { text: 'guess' })).status).toBe(404);
  });
});

describe('command()', () => {
  const typed = { user: 'U0BOB', channel: approvals, command: '/countersign', text: 'pending' };

  test('command() sends the form Slack would and shows the ack to the person alone', async () => {
    let sent: unknown;
    rig.app.command('/countersign', async ({ ack, command }) => {
      sent = command;
      await ack('Nothing waits');
    });
    expect(await rig.slack.command(typed)).toEqual({ status: 200 });
    expect(sent).toMatchObject({
      command: '/countersign',
      text: 'pending',
      team_id: 'T0ACME',
      user_id: 'U0BOB',
      user_name: 'bob',
      channel_id: approvals,
      channel_name: 'privategroup',
      api_app_id: 'A0COUNTERSIGN',
    });
    expect(seen(rig.slack, 'U0BOB')).toMatchObject([{ text: 'Nothing waits', ephemeralFor: 'U0BOB' }]);
    expect(seen(rig.slack, 'U0ALICE')).toEqual([]);
  });

  test('command() shows an in_channel ack to all', async () => {
    rig.app.command('/countersign', ({ ack }) => ack({ response_type: 'in_channel', text: 'Halted' }));
    await rig.slack.command(typed);
    expect(seen(rig.slack, 'U0ALICE')).toMatchObject([{ text: 'Halted' }]);
  });

  test('command() reports an ack that Slack would not show', async () => {
    rig.app.command('/countersign', ({ ack }) => ack({ blocks: [{ type: 'nope' }] as never }));
    expect(await rig.slack.command(typed)).toMatchObject({
      status: 502,
      errors: { ack: expect.stringContaining('unsupported type: nope') },
    });
  });

  test('command() shows nothing for an empty ack, and whatever respond() says later', async () => {
    rig.app.command('/countersign', async ({ ack, respond }) => {
      await ack();
      await respond({ text: 'Two wait', response_type: 'ephemeral' });
    });
    expect(await rig.slack.command({ ...typed, channel: 'D0BOB' })).toEqual({ status: 200 });
    await until(() => rig.slack.snapshot('U0BOB').directMessages.length === 1);
    expect(rig.slack.snapshot('U0BOB').directMessages).toMatchObject([{ text: 'Two wait' }]);
  });

  test.each([
    ['a stranger', { user: 'U0NOBODY' }],
    ['a channel that is not there', { channel: 'C0NOWHERE' }],
    ["somebody else's direct messages", { channel: 'D0ALICE' }],
  ])('command() refuses %s', async (_what, over) => {
    await expect(rig.slack.command({ ...typed, ...over })).rejects.toMatchObject({ code: 'not-found' });
  });
});
