import { createHmac } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { deliverer } from '../../../src/dev/slack-emulator/delivery.ts';
import { sameSecret, signatureHeaders } from '../../../src/dev/slack-emulator/signing.ts';
import { approvals, postCard, type Rig, startRig } from './bolt-app.ts';

let rig: Rig | undefined;
afterEach(async () => {
  await rig?.stop();
  rig = undefined;
});

const approve = { user: 'U0BOB', channel: approvals, blockId: 'req:1:v1', actionId: 'approve' };

test('click() signed with another secret is rejected by Bolt', async () => {
  rig = await startRig({ boltSecret: 'another-secret' });
  let reached = false;
  rig.app.action('approve', async ({ ack }) => {
    reached = true;
    await ack();
  });
  expect(await rig.slack.click({ ...approve, ts: await postCard(rig) })).toEqual({ status: 401 });
  expect(reached).toBe(false);
});

test('click() from a clock too far behind is rejected by Bolt', async () => {
  rig = await startRig();
  rig.app.action('approve', ({ ack }) => ack());
  const ts = await postCard(rig);
  rig.clock.forward(-400_000);
  expect(await rig.slack.click({ ...approve, ts })).toEqual({ status: 401 });
});

test('click() answers 504 when Bolt does not acknowledge in time', async () => {
  rig = await startRig({ ackWithinMs: 100 });
  rig.app.action('approve', () => new Promise<void>(() => undefined));
  expect(await rig.slack.click({ ...approve, ts: await postCard(rig) })).toEqual({ status: 504 });
});

test('deliver() answers 502 when nothing listens', async () => {
  const deliver = deliverer({
    url: () => 'http://127.0.0.1:9/',
    secret: 's',
    now: () => new Date(),
    ackWithinMs: 1000,
  });
  for (const sent of [deliver.form({ payload: '{}' }), deliver.event({ type: 'event_callback' })])
    expect(await sent).toEqual({ status: 502, body: '' });
});

test("signatureHeaders() follows Slack's recipe", () => {
  const headers = signatureHeaders('secret', 'payload=%7B%7D', new Date(1_700_000_000_999));
  const mac = createHmac('sha256', 'secret').update('v0:1700000000:payload=%7B%7D').digest('hex');
  expect(headers).toEqual({ 'x-slack-request-timestamp': '1700000000', 'x-slack-signature': `v0=${mac}` });
});

test.each([
  ['a', 'a', true],
  ['a', 'b', false],
  ['a', 'aa', false],
  ['', 'a', false],
])('sameSecret(%j, %j) is %s', (given, wanted, same) => {
  expect(sameSecret(given, wanted)).toBe(same);
});
