import { describe, expect, it } from 'vitest';
import { createDirectory } from '../../src/approvals/directory.ts';
import { reachableIn } from '../../src/approvals/reachable.ts';
import type { Person, SlackIdentity } from '../../src/domain/people.ts';
import { ACME, person } from './acme.ts';

const T0ACME = (user: string): SlackIdentity => ({ team: 'T0ACME', user });
const { slack: _, ...UNLINKED } = person('zoe', ['platform']);
const ALICE = person('alice', ['platform']);

/** People as configured, and who linked what. */
function directory(people: readonly Person[], links: Readonly<Record<string, string>>) {
  const own = createDirectory(
    { ...ACME, people },
    { personFor: async ({ user }) => Object.keys(links).find((id) => links[id] === user) },
  );
  return reachableIn(own, {
    slackOf: async (id) => (links[id] === undefined ? undefined : T0ACME(links[id])),
  });
}

describe('reachableIn()', () => {
  it.each([
    ['somebody by configuration', 'alice', { alice: 'U0OTHER' }, ALICE.slack?.user],
    ['somebody by their own link', 'zoe', { zoe: 'U0ZOE' }, 'U0ZOE'],
    ['nobody without a link', 'zoe', {}, undefined],
    [
      'nobody by a Slack user that configuration gives somebody else',
      'zoe',
      { zoe: ALICE.slack?.user ?? '' },
      undefined,
    ],
  ] as const)('reaches %s', async (_, id, links, user) => {
    const reachable = directory([ALICE, UNLINKED], links);
    expect((await reachable.person(id))?.slack?.user).toBe(user);
    const members = await reachable.members('platform');
    expect(members.find((one) => one.id === id)?.slack?.user).toBe(user);
  });

  it('knows nobody whom the directory does not know', async () => {
    expect(await directory([ALICE], { zoe: 'U0ZOE' }).person('zoe')).toBeUndefined();
  });

  it('rejects when links cannot be read, so that telling is tried again', async () => {
    const broken = reachableIn(createDirectory({ ...ACME, people: [UNLINKED] }), {
      slackOf: () => Promise.reject(new Error('down')),
    });
    await expect(broken.person('zoe')).rejects.toThrow('down');
  });
});
