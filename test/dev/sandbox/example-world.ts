/** The sandbox's world as its page gets it, in small. */
import type { Example, World } from '../../../src/dev/sandbox/api.ts';
import type { SlackChannelSeed, SlackUserSeed } from '../../../src/dev/slack-emulator/contract.ts';

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  alice: ['platform'],
  bob: ['platform'],
  carol: ['finance', 'finance-leads'],
  dan: ['finance', 'finance-leads'],
  erin: ['support'],
  frank: ['support'],
  dana: ['platform'],
  sam: ['support'],
  olga: ['support'],
  ivan: ['platform'],
};

const FAMILY_NAMES = [
  'Ames',
  'Brandt',
  'Cruz',
  'Diaz',
  'Eklund',
  'Fischer',
  'Garcia',
  'Hale',
  'Ivanova',
  'Jonas',
];

export const PEOPLE: World['people'] = Object.entries(GROUPS).map(([id, groups], index) => ({
  id,
  name: `${id[0]?.toUpperCase()}${id.slice(1)} ${FAMILY_NAMES[index]}`,
  slackUser: `U0${id.toUpperCase()}`,
  groups,
}));

export const USERS: readonly SlackUserSeed[] = [
  ...PEOPLE.map(({ id, name, slackUser }) => ({
    id: slackUser,
    name: id,
    realName: name,
    timeZone: id === 'carol' ? 'America/New_York' : 'Europe/Berlin',
    ...(id === 'ivan' ? { flags: { deleted: true } } : {}),
  })),
  {
    id: 'U0GUEST',
    name: 'gus',
    realName: 'Guest Gus',
    timeZone: 'Europe/Berlin',
    flags: { isRestricted: true },
  },
  {
    id: 'U0COUNTERSIGN',
    name: 'countersign',
    realName: 'Countersign',
    timeZone: 'UTC',
    flags: { isBot: true },
  },
];

export const CHANNELS: readonly SlackChannelSeed[] = [
  { id: 'C0APPROVALS', name: 'approvals', private: true },
  { id: 'C0NOTICES', name: 'agent-notices', private: false },
  { id: 'C0GENERAL', name: 'general', private: false },
];

function example(
  agent: string,
  name: string,
  tool: string,
  args: object,
  effect: string,
  outcome: string,
): Example {
  return {
    name,
    agent,
    request: { tool, args, reason: `Asked to ${name.toLowerCase()}` },
    expect: { effect, outcome },
  };
}

const WEBSHOP = { repository: 'acme/webshop' };

export const EXAMPLES: readonly Example[] = [
  example(
    'support-agent',
    'Look up a customer',
    'stripe.get_customer',
    { customer: 'cus_ada' },
    'allow',
    'executed',
  ),
  example(
    'support-agent',
    'Refund 49 EUR',
    'stripe.refund_payment',
    { payment: 'pi_ada_small', amountCents: 4900 },
    'notify',
    'executed',
  ),
  example(
    'support-agent',
    'Refund 420 EUR',
    'stripe.refund_payment',
    { payment: 'pi_grace_mid', amountCents: 42_000 },
    'approve',
    'executed',
  ),
  {
    ...example(
      'support-agent',
      'Refund 7,200 EUR',
      'stripe.refund_payment',
      { payment: 'pi_grace_big', amountCents: 720_000 },
      'approve',
      'rejected',
    ),
    // biome-ignore lint/suspicious/noThenProperty: a word of the file of examples, no promise
    then: 'deny',
  },
  example('release-agent', 'List branches', 'github.list_branches', WEBSHOP, 'allow', 'executed'),
  example(
    'release-agent',
    'Delete a stale branch',
    'github.delete_branch',
    { ...WEBSHOP, branch: 'old-checkout' },
    'approve',
    'executed',
  ),
  {
    ...example(
      'release-agent',
      'Merge while the branch moves',
      'github.merge_pull_request',
      { ...WEBSHOP, number: 2 },
      'approve',
      'stale',
    ),
    // biome-ignore lint/suspicious/noThenProperty: a word of the file of examples, no promise
    then: 'target-drifts',
  },
  example(
    'release-agent',
    'Delete a repository',
    'github.delete_repository',
    { repository: 'acme/legacy-billing' },
    'deny',
    'denied',
  ),
  example(
    'outreach-agent',
    'Write to a lead',
    'email.send',
    { to: ['lead@bigcorp.example'], subject: 'Hello', text: 'Hi' },
    'downscope',
    'executed',
  ),
];

export const WORLD: World = {
  people: PEOPLE,
  agents: [
    { id: 'support-agent', title: 'Customer support', owner: 'sam', profile: 'support' },
    { id: 'release-agent', title: 'Release engineering', owner: 'dana', profile: 'release' },
    { id: 'outreach-agent', title: 'Sales outreach', owner: 'olga', profile: 'outreach' },
    { id: 'retired-agent', title: 'The support agent before this one', owner: 'sam', profile: 'support' },
  ],
  examples: EXAMPLES,
  links: { gateway: 'http://127.0.0.1:8080', temporalUi: 'http://127.0.0.1:8233', namespace: 'default' },
};
