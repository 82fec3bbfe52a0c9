/** A real Bolt app talking to a sandbox, for the tests of the sandbox. */
import { App, type Logger, LogLevel } from '@slack/bolt';
import type { KnownBlock, ModalView } from '@slack/types';
import { expect } from 'vitest';
import type { SlackEmulator, SlackEmulatorOptions } from '../../../src/dev/slack-emulator/contract.ts';
import { startSlackEmulator } from '../../../src/dev/slack-emulator/emulator.ts';

/** A clock that tests turn forward. */
export function turnableClock() {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    forward: (milliseconds: number) => {
      ahead += milliseconds;
    },
  };
}

export const approvals = 'C0APPROVALS';

const silence = () => undefined;
/** Refusals are what these tests are about; nobody needs to read them in the log as well. */
export const quiet: Logger = {
  debug: silence,
  info: silence,
  warn: silence,
  error: silence,
  setLevel: silence,
  setName: silence,
  getLevel: () => LogLevel.ERROR,
};

export function sandboxOptions(over: Partial<SlackEmulatorOptions> = {}): SlackEmulatorOptions {
  const user = (
    id: string,
    realName: string,
    flags: SlackEmulatorOptions['users'][number]['flags'] = {},
  ) => ({
    id: `U0${id}`,
    name: id.toLowerCase(),
    realName,
    timeZone: 'Europe/Berlin',
    flags,
  });
  return {
    port: 0,
    signingSecret: 'sandbox-signing-secret',
    botToken: 'xoxb-sandbox',
    boltUrl: () => 'http://127.0.0.1:9/slack/events',
    team: { id: 'T0ACME', name: 'Acme' },
    appId: 'A0COUNTERSIGN',
    users: [
      user('ALICE', 'Alice'),
      user('BOB', 'Bob'),
      user('GUEST', 'Guest Gus', { isRestricted: true }),
      user('IVAN', 'Ivan', { deleted: true }),
      user('COUNTERSIGN', 'Countersign', { isBot: true }),
    ],
    channels: [
      { id: approvals, name: 'approvals', private: true },
      { id: 'C0GENERAL', name: 'general', private: false },
    ],
    ...over,
  };
}

export interface Rig {
  readonly app: App;
  readonly slack: SlackEmulator;
  readonly clock: ReturnType<typeof turnableClock>;
  stop(): Promise<void>;
}

/** Starts both; `boltSecret` differs only where a wrong signature is the point. */
export async function startRig(over: { boltSecret?: string; ackWithinMs?: number } = {}): Promise<Rig> {
  const clock = turnableClock();
  let boltUrl = '';
  const options = sandboxOptions({ boltUrl: () => boltUrl });
  const slack = await startSlackEmulator(options, { now: clock.now, ackWithinMs: over.ackWithinMs ?? 3000 });
  const app = new App({
    token: options.botToken,
    signingSecret: over.boltSecret ?? options.signingSecret,
    logger: quiet,
    // The token is looked up with the first interaction; an eager call would outlive tests that need none.
    tokenVerificationEnabled: false,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true },
  });
  const server = await app.start({ port: 0, host: '127.0.0.1' });
  const address = server.address();
  boltUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/slack/events`;
  return {
    app,
    slack,
    clock,
    stop: async () => {
      await app.stop();
      await slack.close();
    },
  };
}

export const card: KnownBlock[] = [
  { type: 'section', text: { type: 'plain_text', text: 'Delete a branch' } },
  {
    type: 'actions',
    block_id: 'req:1:v1',
    elements: [
      {
        type: 'button',
        action_id: 'approve',
        value: '1.1.abc',
        text: { type: 'plain_text', text: 'Approve' },
      },
    ],
  },
];

export const reasonModal: ModalView = {
  type: 'modal',
  callback_id: 'reject',
  private_metadata: 'req_1',
  title: { type: 'plain_text', text: 'Reject' },
  submit: { type: 'plain_text', text: 'Reject' },
  blocks: [
    {
      type: 'input',
      block_id: 'reason',
      label: { type: 'plain_text', text: 'Why?' },
      element: { type: 'plain_text_input', action_id: 'text', max_length: 50 },
    },
    {
      type: 'actions',
      block_id: 'more',
      elements: [{ type: 'button', action_id: 'details', text: { type: 'plain_text', text: 'Details' } }],
    },
  ],
};

export async function postCard(rig: Rig, channel = approvals): Promise<string> {
  const posted = await rig.app.client.chat.postMessage({ channel, text: 'Delete a branch', blocks: card });
  return posted.ts ?? '';
}

/** The messages one person sees in a channel. */
export function seen(slack: SlackEmulator, user: string, channel = approvals) {
  return slack.snapshot(user).channels.find(({ id }) => id === channel)?.messages ?? [];
}

/** Waits for what a listener does after its ack. */
export async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { timeout: 5000, interval: 5 }).toBe(true);
}
