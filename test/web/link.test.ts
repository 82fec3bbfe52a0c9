/** Linking a Slack user to a person: by a ticket, a sign-in and a form; never by a name. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ACME, person } from '../approvals/acme.ts';
import { hidden } from './browser.ts';
import { createWebWorld, type WebWorld } from './world.ts';

const UNLINKED = { ...person('zoe', ['platform']) };

describe('linking a Slack user', { timeout: 120_000 }, () => {
  let world: WebWorld;
  beforeAll(async () => {
    world = await createWebWorld({ formsPerMinute: 30 });
    const { slack: _, ...zoe } = UNLINKED;
    world.organisation.now = { ...ACME, people: [...ACME.people, zoe] };
  }, 240_000);
  beforeEach(async () => {
    world.shift.ms = 0;
    await world.store.db.deleteFrom('identities').execute();
  });
  afterAll(() => world.close());

  async function ticket(user = 'U0NEW'): Promise<string> {
    const url = new URL(await world.pages.createLinkTicket({ team: 'T0ACME', user }));
    expect(url.origin).toBe(world.baseUrl);
    return url.pathname;
  }

  it('names the person, and links by the form alone, in which they type their Slack user', async () => {
    const zoe = await world.signedIn('zoe');
    const path = await ticket();
    const page = await zoe.open(path);
    expect(page.text).toContain('Workspace T0ACME Person Zoe (zoe)');
    expect(page.text).not.toContain('U0NEW');
    const slack = { team: 'T0ACME', user: 'U0NEW' };
    expect(await world.store.identities.personFor(slack)).toBeUndefined();
    const after = await zoe.send(path, { token: hidden(page, 'token'), member: ' u0new ' });
    expect(after.text).toContain('Slack user U0NEW of workspace T0ACME is you now');
    expect(await world.store.identities.personFor(slack)).toBe('zoe');
    expect(world.told.at(-1)).toMatchObject({
      person: 'zoe',
      text: expect.stringContaining('U0NEW is now linked'),
    });
  });

  it('asks who somebody is before it shows anything', async () => {
    const page = await world.browser().open(await ticket());
    expect(page.text).toContain('Who are you?');
    expect(page.text).not.toContain('U0NEW');
  });

  it('a ticket links once', async () => {
    const zoe = await world.signedIn('zoe');
    const path = await ticket();
    const token = hidden(await zoe.open(path), 'token');
    await zoe.send(path, { token, member: 'U0NEW' });
    expect((await zoe.send(path, { token, member: 'U0NEW' })).text).toContain('This link was used already');
  });

  it.each([
    ['older than ten minutes', async () => ticket(), 11],
    ['made up', async () => `/link/${'A'.repeat(43)}`, 0],
    ['no ticket at all', async () => '/link/x', 0],
  ])('a ticket that is %s links nothing', async (_, make, minutes) => {
    const path = await make();
    const zoe = await world.signedIn('zoe');
    world.shift.ms = minutes * 60_000;
    const page = await zoe.open(path);
    expect([page.status, page.text.includes('This link was used already')]).toEqual([404, true]);
  });

  it.each([
    ['a Slack user of somebody else', 'zoe', 'U0ALICE'],
    ['a person with another Slack user', 'alice', 'U0NEW'],
  ])('refuses %s, and says so', async (_, id, user) => {
    const browser = await world.signedIn(id);
    const path = await ticket(user);
    const token = hidden(await browser.open(path), 'token');
    const after = await browser.send(path, { token, member: user });
    expect(after.text).toContain('is linked otherwise already');
    expect(await world.store.db.selectFrom('identities').selectAll().execute()).toEqual([]);
  });

  it('a link of somebody else links nothing: its reader types their own Slack user, and has one try', async () => {
    const zoe = await world.signedIn('zoe');
    const path = await ticket('U0MALLORY');
    const token = hidden(await zoe.open(path), 'token');
    for (const member of ['U0ZOE', 'U0MALLORY'])
      expect((await zoe.send(path, { token, member })).text).toMatch(/another Slack account|used already/);
    expect(await world.store.db.selectFrom('identities').selectAll().execute()).toEqual([]);
  });

  it('the database keeps no ticket that could be used', async () => {
    const path = await ticket();
    const rows = await world.store.db.selectFrom('web_tickets').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(path.split('/')[2]);
  });

  it('a person who sends more than thirty forms a minute is asked to wait', async () => {
    const erin = await world.signedIn('erin');
    const token = hidden(await erin.open('/'), 'token');
    const answers = await Promise.all(
      Array.from({ length: 32 }, () => erin.send('/device', { token, code: 'BCDFGHJK' })),
    );
    expect(answers.filter(({ status }) => status === 503)).toHaveLength(2);
  });
});
