import { beforeEach, describe, expect, test } from 'vitest';
import { createDirectory } from '../../src/approvals/directory.ts';
import type { Person } from '../../src/domain/people.ts';
import type { IdentityLink } from '../../src/store/identities.ts';
import { ACME, person } from '../approvals/acme.ts';
import type { StoreUnderTest } from './both-databases.ts';

const link = (person: string, user = `U0${person.toUpperCase()}`): IdentityLink => ({
  team: 'T0ACME',
  user,
  person,
});

export function identitiesContract(store: StoreUnderTest): void {
  const personFor = (user: string, team = 'T0ACME') => store().identities.personFor({ team, user });
  const personOf = async (user: string) => {
    const rows = store().db.selectFrom('identities').select('person').where('slack_user', '=', user);
    return (await rows.executeTakeFirst())?.person;
  };
  const linkByHand = (person: string, user: string) =>
    store()
      .db.insertInto('identities')
      .values({ team: 'T0ACME', slack_user: user, person, source: 'linked' })
      .execute();

  describe('identities', () => {
    beforeEach(async () => {
      await store().db.deleteFrom('identities').execute();
      await store().identities.sync([link('alice'), link('bob')]);
    });

    test.each([
      ['U0ERIN', 'T0ACME', 'erin'],
      ['U0GUEST', 'T0ACME', undefined],
      ['U0ERIN', 'T0OTHER', undefined],
      ['', '', undefined],
    ])('personFor() answers user "%s" of team "%s" with %s', async (user, team, person) => {
      await linkByHand('erin', 'U0ERIN');
      expect(await personFor(user, team)).toBe(person);
    });

    test.each([
      ['erin', { team: 'T0ACME', user: 'U0ERIN' }],
      // Configuration's own are read there, fresh.
      ['alice', undefined],
      ['zoe', undefined],
      ['', undefined],
    ])('slackOf() answers person "%s" with what they linked themselves: %j', async (person, slack) => {
      await linkByHand('erin', 'U0ERIN');
      expect(await store().identities.slackOf(person)).toEqual(slack);
    });

    test('personFor() leaves links from configuration to configuration, which is read fresh', async () => {
      expect(await personOf('U0ALICE')).toBe('alice');
      expect(await personFor('U0ALICE')).toBeUndefined();
    });

    test('personFor() lets nobody vote by an identity that people.yaml no longer gives them', async () => {
      const alice = person('alice', ['platform']);
      let people: readonly Person[] = [alice];
      const directory = createDirectory(async () => ({ ...ACME, people }), store().identities);
      const voter = () => directory.personBySlack({ team: 'T0ACME', user: 'U0ALICE' });
      expect((await voter())?.id).toBe('alice');
      const { slack: _, ...withoutSlack } = alice;
      people = [withoutSlack];
      expect(await voter()).toBeUndefined();
    });

    test('sync() adds, changes and removes what configuration says', async () => {
      await store().identities.sync([link('alice', 'U0NEW'), link('carol')]);
      expect(await personOf('U0NEW')).toBe('alice');
      expect(await personOf('U0CAROL')).toBe('carol');
      expect(await personOf('U0ALICE')).toBeUndefined();
      expect(await personOf('U0BOB')).toBeUndefined();
    });

    test('sync() lets two people swap their Slack users', async () => {
      await store().identities.sync([link('alice', 'U0BOB'), link('bob', 'U0ALICE')]);
      expect([await personOf('U0ALICE'), await personOf('U0BOB')]).toEqual(['bob', 'alice']);
    });

    test('sync() keeps the date of a link that did not change', async () => {
      const dates = () =>
        store().db.selectFrom('identities').select(['person', 'linked_at']).orderBy('person').execute();
      const before = await dates();
      await store().identities.sync([link('bob'), link('alice')]);
      expect(await dates()).toEqual(before);
    });

    test('sync() leaves links that people made', async () => {
      await linkByHand('erin', 'U0ERIN');
      await store().identities.sync([]);
      expect(await personOf('U0ERIN')).toBe('erin');
      expect(await personOf('U0ALICE')).toBeUndefined();
    });

    test.each([
      ['one Slack user for two people', [link('carol', 'U0X'), link('dan', 'U0X')]],
      ['two Slack users for one person', [link('carol', 'U0X'), link('carol', 'U0Y')]],
      ['a Slack user that another person linked', [link('carol', 'U0ERIN')]],
      ['a person who linked another Slack user', [link('erin', 'U0OTHER')]],
    ])('sync() refuses %s and changes nothing', async (_, wanted) => {
      await linkByHand('erin', 'U0ERIN');
      await expect(store().identities.sync(wanted)).rejects.toMatchObject({ code: 'misconfigured' });
      expect(await personOf('U0ALICE')).toBe('alice');
      expect(await personOf('U0ERIN')).toBe('erin');
      expect(await personOf('U0X')).toBeUndefined();
    });

    test.each([
      ['nobody and nothing that is linked', 'erin', 'U0ERIN', 'linked'],
      ['what is linked already', 'bob', 'U0BOB', 'linked'],
      ['a Slack user of somebody else', 'erin', 'U0ALICE', 'taken'],
      ['a person with another Slack user', 'alice', 'U0OTHER', 'taken'],
    ])('link() of %s', async (_, who, user, answer) => {
      expect(await store().identities.link(link(who, user))).toBe(answer);
      const rows = await store().db.selectFrom('identities').selectAll().where('person', '=', who).execute();
      expect(rows.map((row) => row.slack_user)).toEqual(
        answer === 'linked' ? [user] : who === 'alice' ? ['U0ALICE'] : [],
      );
    });

    test('link() by two people at once gives a Slack user to one', async () => {
      const { identities } = store();
      const both = await Promise.all([
        identities.link(link('erin', 'U0NEW')),
        identities.link(link('carol', 'U0NEW')),
      ]);
      expect(both.toSorted()).toEqual(['linked', 'taken']);
    });

    test('unlink() takes back what a person linked, and nothing of configuration', async () => {
      const { identities } = store();
      await identities.link(link('erin'));
      expect(await identities.unlink('erin')).toBe(true);
      expect(await identities.unlink('erin')).toBe(false);
      expect(await identities.unlink('alice')).toBe(false);
      expect([await personOf('U0ERIN'), await personOf('U0ALICE')]).toEqual([undefined, 'alice']);
    });

    test('sync() by ten roles at once ends as one', async () => {
      const wanted = [link('alice'), link('carol'), link('dan')];
      await Promise.all(Array.from({ length: 10 }, () => store().identities.sync(wanted)));
      const rows = await store().db.selectFrom('identities').select('person').orderBy('person').execute();
      expect(rows.map((row) => row.person)).toEqual(['alice', 'carol', 'dan']);
    });
  });
}
