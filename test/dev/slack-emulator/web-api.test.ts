import type { KnownBlock } from '@slack/types';
import { WebClient } from '@slack/web-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SlackEmulator } from '../../../src/dev/slack-emulator/contract.ts';
import { startSlackEmulator } from '../../../src/dev/slack-emulator/emulator.ts';
import { approvals, quiet, sandboxOptions, seen } from './bolt-app.ts';

let slack: SlackEmulator;
let client: WebClient;
beforeAll(async () => {
  slack = await startSlackEmulator(sandboxOptions());
  client = new WebClient('xoxb-sandbox', {
    slackApiUrl: slack.apiUrl,
    logger: quiet,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
});
afterAll(() => slack.close());

const divider: KnownBlock = { type: 'divider' };
const post = (over: Readonly<Record<string, unknown>> = {}) =>
  client.chat.postMessage({ channel: approvals, text: 'Hello', ...over } as never);

/** Calls as Slack's clients do not: any token, any body. */
const raw = async (method: string, init: RequestInit) => {
  const response = await fetch(`${slack.apiUrl}${method}`, { method: 'POST', ...init });
  return { status: response.status, headers: response.headers, body: await response.json() };
};
const bearer = { authorization: 'Bearer xoxb-sandbox' };
const call = (method: string, args: Readonly<Record<string, unknown>>) =>
  client.apiCall(method, args).then(
    () => 'ok',
    (error: { data?: { error?: string } }) => error.data?.error ?? String(error),
  );

describe('the door', () => {
  test.each([
    ['no token', {}, 'not_authed'],
    ['a wrong token', { authorization: 'Bearer xoxb-other' }, 'invalid_auth'],
    ['a longer token', { authorization: 'Bearer xoxb-sandboxx' }, 'invalid_auth'],
  ])('auth.test() refuses %s', async (_what, headers, error) => {
    expect((await raw('auth.test', { headers })).body).toEqual({ ok: false, error });
  });

  test('auth.test() names the bot, from a bearer token or a token argument', async () => {
    const expected = { ok: true, team_id: 'T0ACME', user_id: 'U0COUNTERSIGN', bot_id: 'B0COUNTERSIGN' };
    expect(await client.auth.test()).toMatchObject(expected);
    const form = new URLSearchParams({ token: 'xoxb-sandbox' });
    expect((await raw('auth.test', { body: form })).body).toMatchObject(expected);
  });

  test.each(['apps.connections.open', 'chat.nope', 'toString', '__proto__'])(
    '%s is unknown_method',
    async (method) => {
      expect((await raw(method, { headers: bearer })).body).toEqual({ ok: false, error: 'unknown_method' });
    },
  );

  test('api.test() needs no token', async () => {
    expect((await raw('api.test?foo=bar', {})).body).toEqual({ ok: true, args: { foo: 'bar' } });
  });

  test.each([
    ['broken JSON', 'application/json', '{', 'invalid_json'],
    ['an unknown content type', 'text/csv', 'a,b', 'invalid_post_type'],
    ['a huge body', 'application/json', JSON.stringify({ text: 'x'.repeat(1_000_001) }), 'request_too_large'],
  ])('a call with %s is refused', async (_what, type, body, error) => {
    const answer = await raw('chat.postMessage', { headers: { ...bearer, 'content-type': type }, body });
    expect(answer.body).toEqual({ ok: false, error });
  });

  test('a JSON body works like a form', async () => {
    const body = JSON.stringify({ channel: approvals, text: 'From JSON', blocks: [divider] });
    const answer = await raw('chat.postMessage', {
      headers: { ...bearer, 'content-type': 'application/json' },
      body,
    });
    expect(answer.body).toMatchObject({
      ok: true,
      message: { text: 'From JSON', blocks: [{ type: 'divider' }] },
    });
  });
});

describe('failNext()', () => {
  test('failNext() answers 429 with Retry-After as often as it was told', async () => {
    slack.failNext({ method: 'chat.postMessage', status: 429, retryAfterSeconds: 7, times: 2 });
    for (let turn = 1; turn <= 2; turn += 1) {
      await expect(post()).rejects.toMatchObject({ code: 'slack_webapi_rate_limited_error', retryAfter: 7 });
    }
    expect((await post()).ok).toBe(true);
  });

  test('failNext() fails one method and not another', async () => {
    slack.failNext({ method: 'users.list', status: 503, times: 1 });
    expect((await client.team.info()).ok).toBe(true);
    const answer = await raw('users.list', { headers: bearer });
    expect(answer).toMatchObject({ status: 503, body: { error: 'internal_error' } });
  });

  test('failNext() keeps orders for one method in their order', async () => {
    slack.failNext({ method: 'team.info', status: 500, times: 0 });
    slack.failNext({ method: 'team.info', status: 503, times: 1 });
    slack.failNext({ method: 'team.info', status: 429, times: 1 });
    const answers = [];
    for (let turn = 1; turn <= 3; turn += 1)
      answers.push((await raw('team.info', { headers: bearer })).status);
    expect(answers).toEqual([503, 429, 200]);
  });

  test('failNext() does not do what it fails', async () => {
    const before = seen(slack, 'U0BOB').length;
    slack.failNext({ method: 'chat.postMessage', status: 500, times: 1 });
    await expect(post()).rejects.toThrow();
    expect(seen(slack, 'U0BOB')).toHaveLength(before);
  });
});

describe('chat', () => {
  test('chat.postMessage() to a person opens their direct messages', async () => {
    const posted = await post({ channel: 'U0BOB', text: 'Your request ended' });
    expect(posted.channel).toBe('D0BOB');
    expect(slack.snapshot('U0BOB').directMessages).toMatchObject([
      { text: 'Your request ended', channel: 'D0BOB' },
    ]);
    expect(slack.snapshot('U0ALICE').directMessages).toEqual([]);
  });

  test('chat.postMessage() takes a channel by name', async () => {
    expect((await post({ channel: '#general' })).channel).toBe('C0GENERAL');
  });

  test.each([
    ['an unknown channel', { channel: 'C0NOWHERE' }, 'channel_not_found'],
    ['a deactivated person', { channel: 'U0IVAN' }, 'channel_not_found'],
    ['nothing to say', { text: '' }, 'no_text'],
    ['a thread that is not there', { thread_ts: '1700000000.000000' }, 'thread_not_found'],
    ['blocks that are no list', { blocks: '{' }, 'invalid_blocks_format'],
    ['metadata that is no JSON', { metadata: 'x' }, 'invalid_metadata_format'],
    ['metadata without a type', { metadata: { event_payload: {} } }, 'invalid_metadata_schema'],
    [
      'metadata too large',
      { metadata: { event_type: 't', event_payload: { a: 'x'.repeat(16_000) } } },
      'metadata_too_large',
    ],
    ['attachments', { attachments: [{ text: 'x' }] }, 'invalid_attachments'],
  ])('chat.postMessage() refuses %s', async (_what, over, error) => {
    expect(await call('chat.postMessage', { channel: approvals, text: 'Hello', ...over })).toBe(error);
  });

  test('chat.postMessage() gives every message a later ts, and blocks the ids they lack', async () => {
    const [first, second] = [await post({ blocks: [divider] }), await post()];
    expect(Number(second.ts)).toBeGreaterThan(Number(first.ts));
    expect(first.message?.blocks).toEqual([{ type: 'divider', block_id: expect.any(String) }]);
  });

  test('chat.postMessage() puts an answer to a reply into its thread', async () => {
    const parent = await post();
    const reply = await post({ thread_ts: parent.ts });
    const answer = await post({ thread_ts: reply.ts });
    expect(answer.message).toMatchObject({ thread_ts: parent.ts });
  });

  test('chat.update() with text alone drops the blocks and shows as edited', async () => {
    const { ts } = await post({ blocks: [divider] });
    await client.chat.update({ channel: approvals, ts: ts ?? '', text: 'Closed' });
    expect(seen(slack, 'U0BOB').at(-1)).toMatchObject({ text: 'Closed', blocks: [], edited: true });
  });

  test('chat.update() with blocks leaves no edited mark and keeps metadata', async () => {
    const metadata = { event_type: 'card', event_payload: { seq: 1 } };
    const { ts = '' } = await post({ blocks: [divider], metadata });
    await client.chat.update({ channel: approvals, ts, text: 'New', blocks: [divider, divider] });
    expect(seen(slack, 'U0BOB').at(-1)).toMatchObject({ text: 'New', edited: false, metadata });
  });

  test('chat.update() with metadata alone keeps text and blocks', async () => {
    const { ts = '' } = await post({ blocks: [divider] });
    const metadata = { event_type: 'card', event_payload: { seq: 2 } };
    expect(await call('chat.update', { channel: approvals, ts, metadata })).toBe('ok');
    expect(seen(slack, 'U0BOB').at(-1)).toMatchObject({
      text: 'Hello',
      blocks: [{ type: 'divider' }],
      metadata,
    });
  });

  test.each([
    ['an unknown message', { ts: '1700000000.000000' }, 'message_not_found'],
    ['an unknown channel', { channel: 'C0NOWHERE' }, 'channel_not_found'],
    ['a person instead of a conversation', { channel: 'U0BOB' }, 'channel_not_found'],
    ['a text above 4,000 characters', { text: 'x'.repeat(4001) }, 'msg_too_long'],
    ['bad blocks', { blocks: [{ type: 'nope' }] }, 'invalid_blocks'],
    ['nothing to say', { text: '', blocks: [] }, 'no_text'],
  ])('chat.update() refuses %s', async (_what, over, error) => {
    const { ts } = await post();
    expect(await call('chat.update', { channel: approvals, ts, text: 'New', ...over })).toBe(error);
  });

  test('chat.update() and chat.delete() cannot reach an ephemeral', async () => {
    const { message_ts: ts } = await client.chat.postEphemeral({
      channel: approvals,
      user: 'U0BOB',
      text: 'Psst',
    });
    expect(await call('chat.update', { channel: approvals, ts, text: 'x' })).toBe('message_not_found');
    expect(await call('chat.delete', { channel: approvals, ts })).toBe('message_not_found');
    expect(await call('conversations.replies', { channel: approvals, ts })).toBe('thread_not_found');
    const { messages } = await client.conversations.history({ channel: approvals });
    expect(messages?.some((message) => message.ts === ts)).toBe(false);
  });

  test.each([
    ['a stranger', { user: 'U0NOBODY' }],
    ["somebody else's direct messages", { channel: 'D0ALICE' }],
  ])('chat.postEphemeral() refuses %s', async (_what, over) => {
    const args = { channel: approvals, user: 'U0BOB', text: 'Psst', ...over };
    expect(await call('chat.postEphemeral', args)).toBe('user_not_in_channel');
  });

  test('chat.delete() removes the message', async () => {
    const { ts = '' } = await post();
    expect((await client.chat.getPermalink({ channel: approvals, message_ts: ts })).permalink).toContain(
      approvals,
    );
    expect(await call('chat.delete', { channel: approvals, ts })).toBe('ok');
    expect(await call('chat.delete', { channel: approvals, ts })).toBe('message_not_found');
    expect(await call('chat.getPermalink', { channel: approvals, message_ts: ts })).toBe('message_not_found');
  });
});

describe('conversations', () => {
  test('conversations.history() honours oldest, latest, inclusive, limit and cursor, newest first', async () => {
    const channel = 'C0GENERAL';
    const posted: string[] = [];
    for (let n = 1; n <= 4; n += 1) posted.push((await post({ channel, text: `n${n}` })).ts ?? '');
    const [one = '', two = '', three = '', four = ''] = posted;
    const between = async (args: Readonly<Record<string, unknown>>) =>
      (await client.conversations.history({ channel, oldest: one, ...args })).messages?.map(({ ts }) => ts);

    expect(await between({})).toEqual([four, three, two]);
    expect(await between({ latest: four })).toEqual([three, two]);
    expect(await between({ latest: four, inclusive: true })).toEqual([four, three, two, one]);
    const page = await client.conversations.history({ channel, oldest: one, limit: 2 });
    expect(page).toMatchObject({ has_more: true, messages: [{ ts: four }, { ts: three }] });
    expect(await between({ limit: 2, cursor: page.response_metadata?.next_cursor })).toEqual([two]);
  });

  test('conversations.history() shows metadata only when asked', async () => {
    const metadata = { event_type: 'card', event_payload: { request: 'req_1' } };
    await post({ metadata });
    const latest = async (include_all_metadata: boolean) =>
      (await client.conversations.history({ channel: approvals, limit: 1, include_all_metadata }))
        .messages?.[0];
    expect(await latest(true)).toMatchObject({ metadata });
    expect(await latest(false)).not.toHaveProperty('metadata');
  });

  test('conversations.replies() gives a thread, oldest first, and history only its parent', async () => {
    const { ts = '' } = await post({ text: 'parent' });
    const reply = await post({ text: 'reply', thread_ts: ts });
    const { messages } = await client.conversations.replies({ channel: approvals, ts });
    expect(messages).toMatchObject([
      { text: 'parent', reply_count: 1, thread_ts: ts },
      { text: 'reply', thread_ts: ts },
    ]);
    const history = await client.conversations.history({ channel: approvals, limit: 1 });
    expect(history.messages).toMatchObject([{ ts, reply_count: 1, latest_reply: reply.ts }]);
    expect(
      (await client.conversations.replies({ channel: approvals, ts: reply.ts ?? '' })).messages,
    ).toHaveLength(1);
  });

  test('conversations.list() gives the kinds it is asked for', async () => {
    const ids = async (types?: string) =>
      (await client.conversations.list(types === undefined ? {} : { types })).channels?.map(({ id }) => id);
    expect(await ids()).toEqual(['C0GENERAL']);
    expect(await ids('public_channel,private_channel')).toEqual([approvals, 'C0GENERAL']);
    expect(await ids('im')).toEqual(['D0ALICE', 'D0BOB', 'D0GUEST']);
  });

  test.each([
    ['conversations.open', { users: 'U0BOB' }, 'ok'],
    ['conversations.open', { users: 'U0IVAN' }, 'user_not_found'],
    ['conversations.open', { users: 'U0BOB,U0ALICE' }, 'method_not_supported_for_channel_type'],
    ['conversations.join', { channel: 'C0GENERAL' }, 'ok'],
    ['conversations.join', { channel: approvals }, 'method_not_supported_for_channel_type'],
    ['conversations.info', { channel: approvals }, 'ok'],
    ['conversations.info', { channel: 'C0NOWHERE' }, 'channel_not_found'],
    ['conversations.replies', { channel: approvals, ts: '1.1' }, 'thread_not_found'],
    ['users.info', { user: 'U0IVAN' }, 'ok'],
    ['users.info', { user: 'U0NOBODY' }, 'user_not_found'],
    ['bots.info', { bot: 'B0COUNTERSIGN' }, 'ok'],
    ['bots.info', { bot: 'B0OTHER' }, 'bot_not_found'],
    ['team.info', {}, 'ok'],
    ['usergroups.list', {}, 'ok'],
    ['usergroups.users.list', { usergroup: 'S0ANY' }, 'no_such_subteam'],
  ])('%s(%j) answers %s', async (method, args, answer) => {
    expect(await call(method, args)).toBe(answer);
  });

  test('conversations.members() leaves the deactivated out', async () => {
    const { members } = await client.conversations.members({ channel: approvals });
    expect(members).toEqual(['U0ALICE', 'U0BOB', 'U0GUEST', 'U0COUNTERSIGN']);
    expect((await client.conversations.members({ channel: 'D0BOB' })).members).toEqual([
      'U0BOB',
      'U0COUNTERSIGN',
    ]);
  });

  test('users.list() tells guests, bots and deactivated accounts apart', async () => {
    const { members } = await client.users.list({});
    expect(members).toMatchObject([
      { id: 'U0ALICE', name: 'alice', real_name: 'Alice', tz: 'Europe/Berlin', team_id: 'T0ACME' },
      { id: 'U0BOB', deleted: false, is_bot: false, is_restricted: false },
      { id: 'U0GUEST', is_restricted: true },
      { id: 'U0IVAN', deleted: true },
      { id: 'U0COUNTERSIGN', is_bot: true },
    ]);
  });
});
