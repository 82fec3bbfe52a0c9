/** The verbs of `/countersign` by which people arrange for themselves: away, delegate, back, pause, resume, link. */
import type { KnownBlock } from '@slack/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signatureHeaders } from '../../src/dev/slack-emulator/signing.ts';
import { until } from '../support/until.ts';
import { view } from './views.ts';
import { CHANNEL, createWorld, SECRET, type World } from './world.ts';

let world: World;
const tickets: object[] = [];
beforeAll(async () => {
  world = await createWorld({
    affairs: {
      linkTicket: async (identity) => {
        tickets.push(identity);
        return 'https://approvals.acme.example/link/abc';
      },
    },
  });
});
afterAll(() => world.close());

const answers = (user: string) =>
  world.slack
    .snapshot(user)
    .channels.flatMap(({ messages }) => messages)
    .filter(({ ephemeralFor }) => ephemeralFor !== undefined);
const type = async (user: string, text: string, channel = CHANNEL) => {
  const typed = { user, channel, command: '/countersign', text };
  expect((await world.slack.command(typed)).status).toBe(200);
  const [first] = (answers(user).at(-1)?.blocks ?? []) as KnownBlock[];
  return first?.type === 'section' ? (first.text?.text ?? '') : '';
};
const affairs = () => world.options.affairs;
const away = (person: string) => affairs().absences.openOf(person, new Date());
const halts = () => affairs().halts.active(new Date());
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** What everybody who may not use commands is told, whatever they type. */
const VERBS = [
  'list',
  'away until 2099-01-01',
  'delegate @bob until +3d',
  'back',
  'pause release-agent x',
  'resume',
  'help',
];
describe.each([
  ['a guest', 'U0GUEST', /Guests of this workspace cannot use Countersign/],
  ['a member nobody linked to a person', 'U0STRANGER', /does not know you: link this account/],
  ['somebody who is not active in the directory', 'U0IVAN', /not active in the directory/],
])('/countersign by %s', (_, user, sentence) => {
  it.each(VERBS)('"%s" is refused privately and changes nothing', async (text) => {
    expect(await type(user, text)).toMatch(sentence);
    expect([await halts(), await away('ivan'), await away('gus')]).toEqual([[], [], []]);
    expect(answers('U0ALICE')).toEqual([]);
  });
});

describe('/countersign by others', () => {
  const send = async (fields: Readonly<Record<string, string>>) => {
    const body = new URLSearchParams({
      ...{ command: '/countersign', api_app_id: 'A0COUNTERSIGN', team_id: 'T0ACME', user_id: 'U0DANA' },
      ...{ text: 'pause release-agent forged', trigger_id: '1.a', channel_id: CHANNEL, ...fields },
    }).toString();
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      ...signatureHeaders(SECRET, body, new Date()),
    };
    return (await fetch(world.boltUrl(), { method: 'POST', headers, body })).text();
  };
  it.each([
    ['a bot (T6)', { user_id: 'U0COUNTERSIGN' }, /Apps and bots cannot use/],
    ['another app', { api_app_id: 'A0OTHER' }, /^$/],
    ['another workspace', { team_id: 'T0OTHER' }, /^$/],
  ])('%s is refused', async (_, fields, answer) => {
    expect(await send(fields)).toMatch(answer);
    expect(await halts()).toEqual([]);
  });
});

describe('away, delegate and back', () => {
  it('say until when on both clocks, tell both people, and end it (T63)', async () => {
    const said = await type('U0ALICE', `delegate @bob until ${day(10)} 18:00`);
    expect(said).toMatch(
      /^You are away until \d{4}-\d\d-\d\d 1[67]:00 UTC \(18:00 in Europe\/Berlin\)\. Bob stands in for you\.\n/,
    );
    expect(said).toContain('For the first hour a new delegate does not count');
    expect(await away('alice')).toMatchObject([{ delegate: 'bob', by: 'alice' }]);
    const dms = (user: string) => world.slack.snapshot(user).directMessages.map(({ text }) => text);
    await until('both are told', async () => dms('U0ALICE').length + dms('U0BOB').length === 2, 5_000);
    expect(dms('U0BOB').join()).toContain('Alice named you to stand in for them');
    expect(await type('U0ALICE', `away until ${day(2)}`)).toMatch(/away already .*nothing was changed/);
    expect(await type('U0ALICE', 'back')).toMatch(/^Welcome back/);
    expect(await away('alice')).toEqual([]);
    expect(await type('U0ALICE', 'back')).toBe('You are not away');
  });

  it.each([
    ['a name, which identifies nobody', 'delegate bob until +3d', /Mention the person with @/],
    ['themselves', 'delegate @alice until +3d', /nobody stands in for themselves/],
    ['somebody who left', 'delegate @ivan until +3d', /Ivan is not active/],
    ['a member whom nobody linked', 'delegate @stranger until +3d', /does not know this person/],
    ['an app', 'delegate @countersign until +3d', /does not know this person/],
    ['no end', 'delegate @bob', /^\/countersign list/],
    ['an end in words', 'away until christmas', /Say when it ends/],
    ['a past end', 'away until 2020-01-01', /Wanted a time/i],
    ['half a year', 'away until +180d', /at most 90 days/],
    ['half a sentence', 'away tomorrow', /^\/countersign list/],
    ['words after back', 'back now', /^\/countersign list/],
  ])('refuse %s', async (_, text, answer) => {
    expect(await type('U0ALICE', text)).toMatch(answer);
    expect(await away('alice')).toEqual([]);
  });

  it.each(['away', 'delegate'])('"%s" alone opens the form', async (text) => {
    await type('U0DAN', text);
    const [modal] = world.slack.snapshot('U0DAN').modals;
    expect(JSON.stringify(modal?.blocks)).toContain('Stands in for you');
    await world.slack.closeView({ user: 'U0DAN', viewId: modal?.id ?? '' });
  });
});

describe('list with somebody away', () => {
  it('T16: shows what one may decide for whom, and never what either is excluded from', async () => {
    const card = view({ request: 'req_l1', tier: 'low', needs: [{ groups: ['finance'], count: 1 }] });
    await world.raise(card);
    await world.raise({ ...card, request: 'req_l2', excluded: ['carol'] });
    await world.raise({ ...card, request: 'req_l3', excluded: ['erin'] });
    await type('U0CAROL', 'delegate @erin until +3d');
    const listed = await type('U0ERIN', 'list');
    expect(listed).toMatch(
      /3 waiting, 1 for you\n- req_l1: .*you may decide for Carol, until .* UTC \(.* in Europe\/Berlin\)/,
    );
    await world.inbox.open({
      ...(await world.inbox.find('req_l1', 1)),
      ...card,
      title: 'T',
      openedAt: '',
      tier: 'high',
    });
    // T17: a delegate of minutes ago is not asked about high risk.
    expect(await type('U0ERIN', 'list')).toMatch(/3 waiting, 0 for you/);
    await type('U0CAROL', 'back');
  });
});

describe('show', () => {
  it('T23: finds the one waiting request by the code on its card, and calls any other code not ours', async () => {
    await world.raise(view({ request: 'req_coded', digest: 'abcdef12'.padEnd(64, '0') }));
    world.requests.views.set('req_coded', {
      ...{ id: 'req_coded', agent: 'release-agent', status: 'waiting', version: 1, steps: [] },
      ...{ digest: 'abcdef12'.padEnd(64, '0'), receivedAt: '2026-11-21T14:00:00.000Z' },
    });
    const shown = await type('U0ALICE', 'show abcdef12');
    expect(shown).toMatch(/^req_coded: waiting, version 1, code abcdef12/);
    expect(shown).toContain('2026-11-21 14:00 UTC (15:00 in Europe/Berlin)');
    expect(await type('U0ALICE', 'show 00000000')).toMatch(/a card that shows it is not ours/);
  });
});

describe('pause and resume', () => {
  it('let an owner stop and start their agent', async () => {
    expect(await type('U0DANA', 'pause release-agent Deletes  too much')).toMatch(
      /^Paused: agent release-agent/,
    );
    expect(await halts()).toMatchObject([
      { subject: 'release-agent', by: 'dana', reason: 'Deletes  too much' },
    ]);
    expect(await type('U0SAM', 'resume release-agent')).toMatch(
      /stays paused:\nagent release-agent was paused by somebody else/,
    );
    expect(await type('U0DANA', 'resume')).toBe(
      'You may resume:\n- agent release-agent, by dana: Deletes  too much',
    );
    expect(await type('U0DANA', 'resume release-agent')).toBe('Resumed: agent release-agent');
    expect(await halts()).toEqual([]);
    expect(await type('U0DANA', 'resume')).toBe('Nothing is paused that you may resume');
    expect(await type('U0DANA', 'resume release-agent')).toBe('agent release-agent is not paused');
  });

  it.each(['everything', 'tool:github.delete_branch', 'provider:stripe', 'release-agent'])(
    'let an operator stop "%s"',
    async (what) => {
      expect(await type('U0OLAF', `pause ${what} Incident 7`)).toMatch(/^Paused/);
      expect(await halts()).toHaveLength(1);
      expect(await type('U0DANA', `resume ${what}`)).toMatch(/stays paused/);
      expect(await type('U0OLAF', `resume ${what}`)).toMatch(/^Resumed/);
      expect(await halts()).toEqual([]);
    },
  );

  it.each([
    ['an agent of somebody else', 'pause support-agent x', /Only the owner/],
    ['everything', 'pause everything x', /Only operators/],
    ['a tool', 'pause tool:github.delete_branch x', /Only operators/],
    ['without a reason', 'pause release-agent', /Say why/],
    ['nothing in particular', 'pause', /^\/countersign list/],
    ['what is no name', 'pause <!here> x', /^\/countersign list/],
  ])('refuse an owner who pauses %s', async (_, text, answer) => {
    expect(await type('U0DANA', text)).toMatch(answer);
    expect(await halts()).toEqual([]);
  });

  it("leave an operator's halt of the command line to operators, whatever name it bears", async () => {
    const halt = {
      id: 'halt_cli',
      scope: 'agent',
      subject: 'release-agent',
      reason: 'r',
      by: 'dana',
    } as const;
    await affairs().halts.add({ ...halt, at: new Date().toISOString() });
    expect(await type('U0DANA', 'resume release-agent')).toMatch(/stays paused/);
    expect(await type('U0OLAF', 'resume release-agent')).toMatch(/^Resumed/);
  });
});

describe('link', () => {
  it('gives a member whom nobody linked a private address of their own', async () => {
    expect(await type('U0STRANGER', 'link')).toMatch(/^Prove who you are/);
    expect(JSON.stringify(answers('U0STRANGER').at(-1)?.blocks)).toContain(
      'https://approvals.acme.example/link/abc',
    );
    expect(tickets).toEqual([{ team: 'T0ACME', user: 'U0STRANGER' }]);
  });

  it.each([
    ['somebody linked already', 'U0ALICE', /you are Alice \(alice\)/],
    ['a guest', 'U0GUEST', /Guests/],
  ])('gives %s none', async (_, user, answer) => {
    expect(await type(user, 'link')).toMatch(answer);
    expect(tickets).toHaveLength(1);
  });
});

it('answers that nothing was recorded when the books cannot be reached', async () => {
  const { absences } = affairs();
  const { openOf } = absences;
  Object.assign(absences, { openOf: () => Promise.reject(new Error('database down')) });
  expect(await type('U0ALICE', 'away until +3d')).toMatch(/^This was not recorded/);
  Object.assign(absences, { openOf });
  expect(await away('alice')).toEqual([]);
});
