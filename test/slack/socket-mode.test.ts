import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSlackApp, type SlackApp } from '../../src/slack/app.ts';
import { type SocketModeSlack, startSocketModeSlack } from './socket.ts';
import { view } from './views.ts';
import { createWorld, type World } from './world.ts';

let world: World;
let slack: SocketModeSlack;
let app: SlackApp;
let port: number;

beforeEach(async () => {
  world = await createWorld();
  slack = await startSocketModeSlack();
  const { signingSecret: _, ...options } = world.options;
  app = createSlackApp({ ...options, appToken: 'xapp-1-sandbox', apiUrl: slack.apiUrl });
  port = await app.start(0);
});
afterEach(async () => {
  await app.stop();
  await slack.close();
  await world.close();
});

async function click(changes: Readonly<Record<string, unknown>> = {}) {
  const { channel, ts } = await world.raise(view());
  return {
    type: 'block_actions',
    api_app_id: 'A0COUNTERSIGN',
    team: { id: 'T0ACME' },
    user: { id: 'U0ALICE', team_id: 'T0ACME' },
    trigger_id: '1.2.abc',
    channel: { id: channel },
    container: { type: 'message', message_ts: ts },
    actions: [
      {
        type: 'button',
        action_id: 'approve',
        block_id: 'req:req_1:v1',
        action_ts: '1763733600.000100',
        value: 'req_1.1.1a2b3c4d',
      },
    ],
    ...changes,
  };
}

const deliver = (envelope: string, payload: object) =>
  slack.send({ type: 'interactive', envelope_id: envelope, payload, accepts_response_payload: true });
const answered = (envelope: string) =>
  vi.waitFor(() => expect(slack.answers.map((one) => one.envelope_id)).toContain(envelope), {
    timeout: 3_000,
  });

describe('Socket Mode', () => {
  it('opens its socket with the app token and needs no signing secret', () => {
    expect(slack.tokens).toEqual(['Bearer xapp-1-sandbox']);
  });

  it('records a click before acknowledging it, and a repeated delivery once (T38)', async () => {
    const payload = await click();
    deliver('e1', payload);
    await answered('e1');
    expect(await world.decisions()).toMatchObject([{ person: 'alice', answer: 'approve' }]);
    deliver('e2', payload);
    await answered('e2');
    expect(world.requests.decided).toHaveLength(1);
  });

  it('believes no other app and no other workspace there either (T40)', async () => {
    deliver('e1', await click({ api_app_id: 'A0EVIL' }));
    deliver('e2', await click({ team: { id: 'T0EVIL' } }));
    await answered('e1');
    await answered('e2');
    expect(world.requests.decided).toEqual([]);
  });

  it('answers health checks over HTTP and nothing else', async () => {
    const status = async (path: string, method: string) =>
      (await fetch(`http://127.0.0.1:${port}${path}`, { method })).status;
    expect(await status('/healthz', 'GET')).toBe(200);
    expect(await status('/slack/events', 'POST')).toBe(404);
  });
});
