/** Slack and the vendors outside the product, as in production: they outlive it, and tests can make them fail. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulators, startEmulators } from '../../src/dev/emulators/start-emulators.ts';
import type { SlackEmulator } from '../../src/dev/slack-emulator/contract.ts';
import { startSlackEmulator } from '../../src/dev/slack-emulator/emulator.ts';
import { handsOnEmulator, type People, peopleIn, slackUser } from './people.ts';
import { newPlace, type Place } from './product.ts';
import { type VendorState, vendorState } from './vendor-state.ts';

const NAMES = ['alice', 'bob', 'carol', 'dan', 'erin', 'frank', 'dana', 'sam', 'olga'] as const;

export interface OutsideWorld {
  readonly place: Place;
  readonly slack: SlackEmulator;
  readonly vendors: Emulators;
  readonly vendorState: () => VendorState;
  readonly people: People;
  /** What Slack signs with. */
  readonly signingSecret: string;
  /** Every credential of the product but its own keys. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

/** A place whose settings name a Slack and vendors that run in this process. */
export async function openOutsideWorld(): Promise<OutsideWorld> {
  const vendorFolder = await mkdtemp(join(tmpdir(), 'countersign-vendors-'));
  const vendors = await startEmulators({ dataDir: vendorFolder });
  const [botToken, signingSecret] = [
    `xoxb-${randomBytes(20).toString('hex')}`,
    randomBytes(24).toString('hex'),
  ];
  const slackSettings = { SLACK_BOT_TOKEN: botToken, SLACK_SIGNING_SECRET: signingSecret };
  const { github, stripe, resend } = vendors;
  const slack = await startSlackEmulator({
    port: 0,
    botToken,
    signingSecret,
    boltUrl: () => place.boltUrl,
    team: { id: 'T0ACME', name: 'Acme' },
    appId: 'A0COUNTERSIGN',
    users: [
      ...NAMES.map((name) => ({ id: slackUser(name), name, realName: name, timeZone: 'UTC' })),
      { id: 'U0GUEST', name: 'gus', realName: 'Guest Gus', timeZone: 'UTC', flags: { isRestricted: true } },
      { id: 'U0STRANGER', name: 'stranger', realName: 'New Colleague', timeZone: 'UTC' },
    ],
    channels: [
      { id: 'C0APPROVALS', name: 'approvals', private: true },
      { id: 'C0NOTICES', name: 'agent-notices', private: false },
      { id: 'C0OPERATORS', name: 'operators', private: false },
    ],
  });
  const place = await newPlace(() => ({
    ...slackSettings,
    SLACK_API_URL: slack.apiUrl,
    GITHUB_TOKEN: github.token,
    GITHUB_API_URL: github.url,
    STRIPE_API_KEY: stripe.apiKey,
    STRIPE_API_URL: stripe.url,
    RESEND_API_KEY: resend.apiKey,
    RESEND_API_URL: resend.url,
  }));
  return {
    place,
    slack,
    vendors,
    vendorState: () => vendorState(vendorFolder),
    people: peopleIn(handsOnEmulator(slack)),
    signingSecret,
    secrets: [botToken, signingSecret, github.token, stripe.apiKey, resend.apiKey],
    async close() {
      await slack.close();
      await vendors.close();
      await place.remove();
      await rm(vendorFolder, { recursive: true, force: true });
    },
  };
}
