import type { KnownBlock } from '@slack/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CardView } from '../../src/domain/card.ts';
import type { RequestView } from '../../src/domain/request.ts';
import { view } from './views.ts';
import { CHANNEL, createWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const raised = (changes: Partial<CardView> = {}) => world.raise(view(changes));
const closed: RequestView = {
  ...{ id: 'req_1', agent: 'release-agent', status: 'closed', outcome: 'expired', version: 1, steps: [] },
  receivedAt: '2026-11-21T14:00:00.000Z',
};

describe('/countersign', () => {
  const type = async (user: string, text: string) => {
    expect(
      (await world.slack.command({ user, channel: CHANNEL, command: '/countersign', text })).status,
    ).toBe(200);
    const shown = (
      world.slack.snapshot(user).channels.find(({ id }) => id === CHANNEL)?.messages ?? []
    ).filter(({ ephemeralFor }) => ephemeralFor === user);
    const [first] = (shown.at(-1)?.blocks ?? []) as KnownBlock[];
    return first?.type === 'section' ? (first.text?.text ?? '') : '';
  };

  it('lists what waits, what one may decide first', async () => {
    await raised();
    await raised({ request: 'req_2', needs: [{ groups: ['support'], count: 1 }] });
    const listed = await type('U0ERIN', 'list');
    expect(listed).toMatch(
      /^2 waiting, 1 for you\n- req_2: Delete branch \(Medium risk, you may decide, until .*\)\n- req_1: .*needs 2 from platform/,
    );
    expect(await type('U0DANA', 'list')).toMatch(/0 for you/);
    const others = world.slack.snapshot('U0ALICE').channels.flatMap(({ messages }) => messages);
    expect(others.filter(({ ephemeralFor }) => ephemeralFor !== undefined)).toEqual([]);
  });

  it('says that nothing waits', async () => {
    expect(await type('U0ALICE', ' list ')).toBe('Nothing waits for people');
  });

  it('shows what is stored, so that a card can be compared, and calls a strange one not ours (T23)', async () => {
    const steps = [{ tool: 'github.delete_branch', status: 'waiting' as const }];
    world.requests.views.set('req_1', { ...closed, status: 'waiting', digest: view().digest, steps });
    expect(await type('U0ALICE', 'show req_1')).toMatch(
      /req_1: waiting.*version 1, code 1a2b3c4d[\s\S]*1\. github\.delete_branch: waiting/,
    );
    expect(await type('U0ALICE', 'show req_9')).toMatch(/is not ours/);
  });

  it('explains which rules decided', async () => {
    const verdict = {
      effect: 'approve' as const,
      rules: [{ id: 'branch-delete', sentence: 'Deleting needs platform.' }],
    };
    world.requests.views.set('req_1', {
      ...closed,
      policyVersion: 'p-7',
      steps: [{ tool: 'github.delete_branch', status: 'waiting', verdict }],
    });
    expect(await type('U0ALICE', 'why req_1')).toMatch(
      /policy p-7:\n1\. github\.delete_branch: needs approval by people\n {4}Deleting needs platform\. \(rule branch-delete\)/,
    );
  });

  it.each(['', 'help', 'approve req_1', 'show', 'show <!here>', 'list all', 'show req_1 now'])(
    'answers "%s" with help and approves nothing',
    async (text) => {
      expect(await type('U0ALICE', text)).toMatch(/^\/countersign list/);
      expect(world.requests.decided).toEqual([]);
    },
  );

  it('tells strangers and guests nothing', async () => {
    await raised();
    expect(await type('U0STRANGER', 'list')).toMatch(/does not know you/);
    expect(await type('U0GUEST', 'list')).toMatch(/Guests/);
  });
});

it('/countersign link says what to do where nobody can link themselves', async () => {
  await world.slack.command({ user: 'U0STRANGER', channel: CHANNEL, command: '/countersign', text: 'link' });
  const said = JSON.stringify(world.slack.snapshot('U0STRANGER').channels);
  expect(said).toContain('Linking is not set up here');
});
