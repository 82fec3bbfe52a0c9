/** The home tab through real Bolt and the Slack sandbox: what each person sees, and what they can do there. */
import type { KnownBlock } from '@slack/types';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StandingGrant } from '../../src/domain/standing-grant.ts';
import type { Affairs } from '../../src/slack/home/affairs.ts';
import { until } from '../support/until.ts';
import { view } from './views.ts';
import { createWorld, type World } from './world.ts';

const DAY_MS = 24 * 60 * 60_000;
const soon = () => new Date(Date.now() + DAY_MS).toISOString();
const seconds = (days: number) => String(Math.floor((Date.now() + days * DAY_MS) / 1_000));

let world: World;
let grants: (StandingGrant & { uses: number; cents: number })[];
let decided: Awaited<ReturnType<Affairs['decidedBy']>>;
let asked: Awaited<ReturnType<NonNullable<Affairs['asked']>['list']>>;
beforeAll(async () => {
  world = await createWorld({
    affairs: {
      grants: {
        list: async ({ grantedBy }) => grants.filter((grant) => grant.grantedBy === grantedBy),
        revoke: async (id) => {
          const left = grants.filter((grant) => grant.id !== id);
          const isThere = left.length < grants.length;
          grants = left;
          return isThere;
        },
      },
      decidedBy: async () => decided,
      asked: { list: async () => asked },
    },
  });
});
beforeEach(() => {
  [grants, decided, asked] = [[], [], []];
});
afterAll(() => world.close());

const tab = (user: string) => world.slack.snapshot(user).home;
const blocks = (user: string) => (tab(user)?.blocks ?? []) as KnownBlock[];
const words = (user: string) => JSON.stringify(blocks(user));
const open = async (user: string) => {
  const before = tab(user);
  expect(await world.slack.openHome({ user })).toEqual({ status: 200 });
  await until('the tab is published', async () => tab(user) !== before, 5_000);
  return words(user);
};
/** Presses the first button of that action whose row says `text`. */
const press = async (user: string, actionId: string, text = '') => {
  const block = blocks(user).find(
    (one) => JSON.stringify(one).includes(`"action_id":"${actionId}"`) && JSON.stringify(one).includes(text),
  );
  const at = { user, viewId: tab(user)?.id ?? '', blockId: block?.block_id ?? '', actionId };
  expect(await world.slack.clickInView(at)).toEqual({ status: 200 });
};
const modal = (user: string) => world.slack.snapshot(user).modals.at(-1);
const submit = (user: string, fields: Readonly<Record<string, string>>) =>
  world.slack.submitView({
    user,
    viewId: modal(user)?.id ?? '',
    values: Object.fromEntries(Object.entries(fields).map(([id, value]) => [id, { value }])),
  });
const shows = (user: string, text: string) =>
  until(`the tab shows "${text}"`, async () => words(user).includes(text), 5_000);
const told = (user: string) => world.slack.snapshot(user).directMessages.map(({ text }) => text);

describe('the home tab', () => {
  it('says in every empty part how to get there', async () => {
    const said = await open('U0ERIN');
    for (const part of [
      'Waiting for me',
      "My agents' requests",
      'Recently decided',
      'Standing grants',
      'Delegation and away',
      'Pause',
    ])
      expect(said).toContain(part);
    expect(said).toContain('an operator adds you to one');
    expect(said).toContain('You own no agent');
    expect(said).not.toContain('Pause…');
  });

  it.each([
    ['a guest', 'U0GUEST', /Guests of this workspace/],
    ['a member nobody linked to a person (T9)', 'U0STRANGER', /countersign link/],
    ['somebody who is not active in the directory', 'U0IVAN', /not active/],
  ])('shows %s a refusal and nothing else', async (_, user, sentence) => {
    await world.raise(view({ request: 'req_hidden', expiresAt: soon() }));
    const said = await open(user);
    expect(said).toMatch(sentence);
    expect(said).not.toMatch(/req_hidden|Waiting for me|"button"/);
    await world.inbox.close('req_hidden', 1);
  });

  it("lists what waits, soonest first, with link, code and time in UTC and on the viewer's clock (T63)", async () => {
    await world.raise(view({ request: 'req_later', expiresAt: '2027-06-01T12:00:00.000Z' }));
    const place = await world.raise(view({ request: 'req_sooner', expiresAt: '2027-01-01T12:00:00.000Z' }));
    const said = await open('U0BOB');
    expect(said.indexOf('req_sooner')).toBeLessThan(said.indexOf('req_later'));
    expect(said).toContain('2027-01-01 12:00 UTC (13:00 in Europe/Berlin)');
    expect(said).toContain('version 1 · code 1a2b3c4d');
    expect(said).toContain(`https://acme.slack.example/archives/C0APPROVALS/p${place.ts.replace('.', '')}`);
    expect(await open('U0ERIN')).not.toContain('req_sooner');
    // T5: membership does not help whoever is excluded.
    expect(await open('U0DANA')).not.toContain('code 1a2b3c4d');
    for (const request of ['req_later', 'req_sooner']) await world.inbox.close(request, 1);
  });

  it('follows a card that concerns the person, without being opened again', async () => {
    await open('U0BOB');
    await world.raise(view({ request: 'req_new', expiresAt: soon() }));
    await shows('U0BOB', 'req_new');
    await world.inbox.close('req_new', 1);
  });

  it('keeps within 100 blocks, and says what is left out', async () => {
    for (let at = 0; at < 40; at++)
      await world.inbox.open({
        ...{
          request: `req_many_${at}`,
          version: 1,
          digest: 'd'.repeat(64),
          agent: 'release-agent',
          owner: 'dana',
        },
        ...{
          title: `Delete <!here> ${'x'.repeat(400)}`,
          tier: 'low',
          needs: [{ groups: ['support'], count: 1 }],
        },
        ...{ excluded: [], expiresAt: soon(), openedAt: new Date().toISOString() },
      });
    grants = Array.from({ length: 30 }, (_, at) => grant({ id: `grant_${at}`, grantedBy: 'sam' }));
    asked = Array.from({ length: 30 }, (_, at) => ({
      ...{ id: `req_a${at}`, agent: 'support-agent', tools: ['stripe.refund_payment'], status: 'closed' },
      ...{ outcome: 'executed', receivedAt: new Date().toISOString() },
    })) as typeof asked;
    decided = Array.from({ length: 30 }, (_, at) => ({
      ...{
        request: `req_d${at}`,
        title: 'Refund',
        agent: 'support-agent',
        outcome: 'executed',
        answer: 'deny',
      },
      closedAt: new Date().toISOString(),
    })) as typeof decided;
    const said = await open('U0SAM');
    expect(blocks('U0SAM').length).toBeLessThanOrEqual(100);
    expect(said).toContain('And 20 more');
    expect(said).toContain('And 15 more');
    expect(said).toContain('And 10 more');
    expect(said).toContain('you denied');
    expect(said).not.toContain('"mrkdwn"');
    for (let at = 0; at < 40; at++) await world.inbox.close(`req_many_${at}`, 1);
  });

  it('says of a part that cannot be read that it cannot, and shows the others (T2)', async () => {
    const list = world.inbox.list;
    Object.assign(world.inbox, { list: () => Promise.reject(new Error('database down')) });
    const said = await open('U0DANA');
    Object.assign(world.inbox, { list });
    expect(said).toContain('cannot be read at the moment');
    expect(said).not.toContain('Nothing waits for you');
    expect(said).toContain('release-agent: running');
  });

  it('believes no event of another app or workspace', async () => {
    const forged = { type: 'app_home_opened', user: 'U0CAROL', tab: 'home' };
    await postEvent({ api_app_id: 'A0OTHER', team_id: 'T0ACME', event: forged });
    await postEvent({ api_app_id: 'A0COUNTERSIGN', team_id: 'T0OTHER', event: forged });
    await until('it was refused', async () => world.security.lines.join().includes('home-refused'), 5_000);
    expect(tab('U0CAROL')).toBeUndefined();
  });
});

describe('being away', () => {
  it('is set in a modal, shown, told to both, and ended (T16, T17)', async () => {
    await open('U0ALICE');
    await press('U0ALICE', 'set-away');
    const fields = { delegate: 'U0BOB', from: seconds(0), until: seconds(3), note: 'Skiing' };
    expect(await submit('U0ALICE', fields)).toEqual({ status: 200 });
    expect(JSON.stringify(modal('U0ALICE')?.blocks)).toContain('first hour');
    await world.slack.closeView({ user: 'U0ALICE', viewId: modal('U0ALICE')?.id ?? '' });
    await shows('U0ALICE', 'Bob stands in.');
    expect(words('U0ALICE')).toContain('For high and critical risk only from');
    await until('both are told', async () => told('U0ALICE').length + told('U0BOB').length === 2, 5_000);
    expect(await open('U0BOB')).toContain('You stand in.');
    await press('U0ALICE', 'end-absence');
    await shows('U0ALICE', 'You are not away');
    await until('Bob hears of it', async () => told('U0BOB').join().includes('they are back'), 5_000);
  });

  it('T16: shows a loop as cut', async () => {
    for (const [user, other] of [
      ['U0CAROL', 'U0DAN'],
      ['U0DAN', 'U0CAROL'],
    ] as const) {
      await open(user);
      await press(user, 'set-away');
      await submit(user, { delegate: other, from: seconds(0), until: seconds(2) });
    }
    await shows('U0DAN', 'so neither does');
    for (const user of ['U0CAROL', 'U0DAN']) {
      await open(user);
      await press(user, 'end-absence', 'You are away');
    }
  });

  it('stands in for the waiting list too, and says for whom', async () => {
    await world.raise(
      view({
        request: 'req_for_carol',
        expiresAt: soon(),
        tier: 'low',
        needs: [{ groups: ['finance'], count: 1 }],
      }),
    );
    expect(await open('U0ERIN')).not.toContain('req_for_carol');
    await open('U0CAROL');
    await press('U0CAROL', 'set-away');
    await submit('U0CAROL', { delegate: 'U0ERIN', from: seconds(0), until: seconds(2) });
    expect(await open('U0ERIN')).toMatch(/asked by release-agent, for Carol/);
    await open('U0CAROL');
    await press('U0CAROL', 'end-absence');
    await world.inbox.close('req_for_carol', 1);
  });

  it.each([
    ['themselves', { delegate: 'U0ALICE' }, 'delegate'],
    ['a member whom the directory does not know', { delegate: 'U0STRANGER' }, 'delegate'],
    ['somebody who left', { delegate: 'U0IVAN' }, 'delegate'],
    ['no time', { until: seconds(0), from: seconds(1) }, 'until'],
    ['half a year', { until: seconds(180) }, 'until'],
  ])('refuses %s beside the field', async (_, change, field) => {
    await open('U0ALICE');
    await press('U0ALICE', 'set-away');
    const fields = { from: seconds(0), until: seconds(3), ...change };
    expect((await submit('U0ALICE', fields)).errors).toHaveProperty(field);
    expect(await world.options.affairs.absences.openOf('alice', new Date())).toEqual([]);
    await world.slack.closeView({ user: 'U0ALICE', viewId: modal('U0ALICE')?.id ?? '' });
  });

  it("refuses to end somebody else's, whatever the button said", async () => {
    const { absences } = world.options.affairs;
    const now = new Date().toISOString();
    await absences.add({ id: 'abs_of_dan', person: 'dan', from: now, until: soon(), madeAt: now, by: 'dan' });
    await postClick('U0BOB', 'end-absence', 'abs_of_dan');
    expect(await absences.openOf('dan', new Date())).toHaveLength(1);
    expect(world.security.lines.join()).toContain('absence-refused');
    await open('U0OLAF');
    await press('U0OLAF', 'end-absence', 'Dan is away');
    expect(await absences.openOf('dan', new Date())).toEqual([]);
  });
});

describe('pausing', () => {
  const halts = () => world.options.affairs.halts.active(new Date());

  it('lets an owner pause and resume their agent with a reason', async () => {
    await open('U0DANA');
    await press('U0DANA', 'pause', 'release-agent');
    expect((await submit('U0DANA', { reason: '' })).errors).toHaveProperty('reason');
    expect(await submit('U0DANA', { reason: 'Looks odd' })).toEqual({ status: 200 });
    expect(await halts()).toMatchObject([
      { scope: 'agent', subject: 'release-agent', by: 'dana', reason: 'Looks odd' },
    ]);
    await shows('U0DANA', 'PAUSED by Dana');
    expect(await open('U0SAM')).not.toContain('release-agent');
    await press('U0DANA', 'resume');
    await shows('U0DANA', 'release-agent: running');
    expect(await halts()).toEqual([]);
  });

  it('lets operators pause everything, which everybody sees and only operators lift', async () => {
    expect(await open('U0OLAF')).toContain('Pause everything?');
    await press('U0OLAF', 'pause', 'everything');
    await submit('U0OLAF', { reason: 'Incident' });
    await shows('U0OLAF', 'everything: PAUSED by Olaf');
    const [halt] = await halts();
    expect(await open('U0DANA')).toContain('everything: PAUSED by Olaf');
    await postClick('U0DANA', 'resume', halt?.id ?? '');
    expect(await halts()).toHaveLength(1);
    await press('U0OLAF', 'resume', 'everything');
    expect(await halts()).toEqual([]);
  });

  it('refuses a forged pause, and a guest, whatever they send', async () => {
    await open('U0SAM');
    await press('U0SAM', 'pause', 'support-agent');
    const viewId = modal('U0SAM')?.id ?? '';
    await postSubmission('U0SAM', { viewId, metadata: 'everything', reason: 'mine' });
    await postSubmission('U0GUEST', { viewId, metadata: 'agent:support-agent', reason: 'mine' });
    await postSubmission('U0COUNTERSIGN', { viewId, metadata: 'agent:support-agent', reason: 'mine' });
    expect(await halts()).toEqual([]);
    expect(world.security.lines.join()).toContain('pause-refused');
    await world.slack.closeView({ user: 'U0SAM', viewId });
  });
});

describe('standing grants', () => {
  it('are listed with their uses, and revoked by whoever gave them only', async () => {
    grants = [grant({ id: 'grant_1', grantedBy: 'alice' }), grant({ id: 'grant_2', grantedBy: 'bob' })];
    const said = await open('U0ALICE');
    expect(said).toContain('1 of 5 uses');
    expect(said).not.toContain('grant_2');
    await postClick('U0ALICE', 'revoke-grant', 'grant_2');
    await press('U0ALICE', 'revoke-grant');
    expect(grants.map(({ id }) => id)).toEqual(['grant_2']);
    expect(world.security.lines.join()).toContain('grant-refused');
  });
});

function grant(change: Partial<StandingGrant>): StandingGrant & { uses: number; cents: number } {
  return {
    ...{ id: 'grant_1', agent: 'release-agent', tool: 'github.delete_branch', target: 't', scope: 's' },
    ...{ label: 'branch old-checkout', ask: 'a', tier: 'low', rules: ['branch-delete'], grantedBy: 'alice' },
    ...{ request: 'req_1', mintedAt: new Date().toISOString(), covers: 'target', until: soon(), usesMax: 5 },
    ...{ uses: 1, cents: 0 },
    ...change,
  };
}

/** Payloads that the sandbox's own client would not send, signed as Slack's. */
async function post(body: string, type: string): Promise<void> {
  const { signatureHeaders } = await import('../../src/dev/slack-emulator/signing.ts');
  const headers = { 'content-type': type, ...signatureHeaders('sandbox-signing-secret', body, new Date()) };
  await fetch(world.boltUrl(), { method: 'POST', headers, body });
}
const postEvent = (envelope: object) =>
  post(
    JSON.stringify({ type: 'event_callback', event_id: 'Ev1', event_time: 1, ...envelope }),
    'application/json',
  );
const sender = (user: string) => ({
  ...{ api_app_id: 'A0COUNTERSIGN', team: { id: 'T0ACME' }, user: { id: user, team_id: 'T0ACME' } },
  trigger_id: 'forged',
});
const form = (payload: object) =>
  post(
    new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
    'application/x-www-form-urlencoded',
  );
const postClick = (user: string, action_id: string, value: string) =>
  form({
    ...{ type: 'block_actions', ...sender(user), container: { type: 'view', view_id: 'V1' } },
    view: { type: 'home', id: 'V1', hash: 'h' },
    actions: [{ type: 'button', action_id, block_id: 'b', value, action_ts: '1.0' }],
  });
const postSubmission = (
  user: string,
  { viewId, metadata, reason }: { viewId: string; metadata: string; reason: string },
) =>
  form({
    ...{ type: 'view_submission', ...sender(user) },
    view: {
      ...{ type: 'modal', id: viewId, callback_id: 'pause-submit', private_metadata: metadata },
      state: { values: { reason: { value: { type: 'plain_text_input', value: reason } } } },
    },
  });
