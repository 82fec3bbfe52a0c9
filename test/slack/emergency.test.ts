/** Breaking the glass and reviewing it, through real Bolt with signed payloads. */
import type { KnownBlock } from '@slack/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RequestView } from '../../src/domain/request.ts';
import { view } from './views.ts';
import { CHANNEL, createWorld, type World } from './world.ts';

let world: World;
const ID = view().request;
const waiting: RequestView = {
  ...{ id: ID, agent: 'release-agent', status: 'waiting', version: 1, steps: [] },
  receivedAt: '2026-11-21T14:00:00.000Z',
};

beforeEach(async () => {
  world = await createWorld();
  await world.raise(view());
  world.requests.views.set(ID, waiting);
});
afterEach(() => world.close());

const modalOf = (user: string) => world.slack.snapshot(user).modals.at(-1);

async function type(user: string, text: string): Promise<string> {
  await world.slack.command({ user, channel: CHANNEL, command: '/countersign', text });
  const shown = (world.slack.snapshot(user).channels.find(({ id }) => id === CHANNEL)?.messages ?? []).filter(
    ({ ephemeralFor }) => ephemeralFor === user,
  );
  const [first] = (shown.at(-1)?.blocks ?? []) as KnownBlock[];
  return first?.type === 'section' ? (first.text?.text ?? '') : '';
}

/** What stands on the label of the field to type the target into. */
function phrase(user: string): string {
  const text = JSON.stringify(modalOf(user));
  return /Type this to confirm: ([^"]+)"/.exec(text)?.[1] ?? '';
}

async function override(user: string, values: { readonly reason?: string; readonly target?: string } = {}) {
  await type(user, `break-glass ${ID}`);
  const { reason = 'The site is down', target = phrase(user) } = values;
  return world.slack.submitView({
    user,
    viewId: modalOf(user)?.id ?? '',
    values: { reason: { value: reason }, target: { value: target } },
  });
}

describe('/countersign break-glass', () => {
  it('records an override of somebody named for it, with their reason, and never by text alone (T65)', async () => {
    await type('U0CAROL', `break-glass ${ID}`);
    expect(world.requests.decided).toEqual([]);
    await override('U0CAROL');
    expect(await world.decisions()).toMatchObject([
      {
        person: 'carol',
        answer: 'approve',
        breakGlass: true,
        assurance: 'reviewed',
        reason: 'The site is down',
      },
    ]);
  });

  it.each([
    ['without a reason', { reason: ' ' }],
    ['with another target typed', { target: 'something else' }],
  ])('records nothing %s', async (_, values) => {
    const { errors } = await override('U0CAROL', values);
    expect(JSON.stringify(errors)).toMatch(/say why|Type exactly/);
    expect(world.requests.decided).toEqual([]);
  });

  it('shows nothing to somebody who is not named for it, and records nothing of them', async () => {
    expect(await type('U0ALICE', `break-glass ${ID}`)).toMatch(/not among those who may override/);
    expect(modalOf('U0ALICE')).toBeUndefined();
    expect(world.requests.decided).toEqual([]);
  });

  it.each([
    ['a guest', 'U0GUEST'],
    ['a stranger', 'U0STRANGER'],
  ])('opens nothing for %s', async (_, user) => {
    await type(user, `break-glass ${ID}`);
    expect(modalOf(user)).toBeUndefined();
  });

  it('opens nothing for a request that does not wait, and says so', async () => {
    world.requests.views.set(ID, { ...waiting, status: 'closed', outcome: 'expired' });
    expect(await type('U0CAROL', `break-glass ${ID}`)).toMatch(/does not wait for people/);
    expect(await type('U0CAROL', 'break-glass req_unknown')).toMatch(/knows no request/);
    expect(await type('U0CAROL', 'break-glass')).toMatch(/^\/countersign list/);
  });
});

describe('/countersign reviewed', () => {
  it.each([
    ['justified', 'approve'],
    ['not-justified', 'deny'],
  ])('hands "%s" to the review, signed for it and not for the request', async (verdict, answer) => {
    expect(await type('U0ALICE', `reviewed ${ID} ${verdict} I read the thread`)).toMatch(/was handed in/);
    const [said] = await world.decisions();
    expect(said).toMatchObject({ person: 'alice', answer, reason: 'I read the thread' });
    expect(said?.request).toBe(ID.replace(/^req_/, 'rev_'));
  });

  it.each(['reviewed', `reviewed ${ID}`, `reviewed ${ID} justified`, `reviewed ${ID} fine because`])(
    'answers "%s" with help and records nothing',
    async (text) => {
      expect(await type('U0ALICE', text)).toMatch(/^\/countersign list/);
      expect(world.requests.decided).toEqual([]);
    },
  );

  it('says so where nobody knows the request', async () => {
    expect(await type('U0ALICE', 'reviewed req_unknown justified I looked')).toMatch(/knows no such request/);
  });
});
