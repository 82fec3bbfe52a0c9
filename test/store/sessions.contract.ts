import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createAccessBook } from '../../src/store/access-grants.ts';
import type { StoreUnderTest } from './both-databases.ts';
import { aGrant, aSession } from './samples.ts';

export function sessionsContract(store: StoreUnderTest): void {
  const sessions = () => store().sessions;

  describe('sessions', () => {
    test('find() knows nothing of a session that declared nothing', async () => {
      expect(await sessions().find('ses_unknown')).toBeUndefined();
    });

    test.each([
      ['all of it', { purpose: 'p', tools: ['a'], targets: ['github/acme'], recipients: ['@example.com'] }],
      ['a purpose only', { purpose: 'p' }],
      ['lists that allow nothing', { purpose: 'p', tools: [], targets: [], recipients: [] }],
      ['untrusted text', { purpose: "'); drop table sessions; -- \u0000 \ud800 🙂" }],
    ])('find() gives a declared task with %s as it was declared', async (_, task) => {
      const session = aSession({ task });
      expect(await sessions().declare(session)).toBe(true);
      expect(await sessions().find(session.id)).toEqual(session);
    });

    test('declare() of the same again is true, later and with its fields in another order, and the first date stands', async () => {
      const session = aSession({ task: { purpose: 'p', tools: ['a'], targets: ['b'] } });
      await sessions().declare(session);
      const again = { targets: ['b'], tools: ['a'], purpose: 'p' };
      const later = '2026-11-21T13:00:00.000Z';
      expect(await sessions().declare({ ...session, task: again, declaredAt: later })).toBe(true);
      expect(await sessions().find(session.id)).toEqual(session);
    });

    test.each([
      ['a wider task', { task: { purpose: 'p', tools: ['a', 'b'] } }],
      ['no list of tools', { task: { purpose: 'p' } }],
      ['another list', { task: { purpose: 'p', tools: ['a'], recipients: ['@example.com'] } }],
      ['another purpose', { task: { purpose: 'q', tools: ['a'] } }],
      ['another agent', { agent: 'support-agent' }],
    ])('declare() refuses %s and changes nothing', async (_, change) => {
      const session = aSession({ task: { purpose: 'p', tools: ['a'] } });
      await sessions().declare(session);
      expect(await sessions().declare({ ...session, ...change })).toBe(false);
      expect(await sessions().find(session.id)).toEqual(session);
    });

    test('declare() by 20 at once lets exactly one task in', async () => {
      const { id } = aSession();
      const tasks = Array.from({ length: 20 }, (_, n) => aSession({ id, task: { purpose: `task ${n}` } }));
      const answers = await Promise.all(tasks.map((session) => sessions().declare(session)));
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await sessions().find(id)).toEqual(tasks[answers.indexOf(true)]);
    });
  });
}

export function accessContract(store: StoreUnderTest): void {
  // The database's own: an embedded store keeps this book as files, which have tests of their own.
  const book = () => createAccessBook(store().db);
  const at = (time: string) => new Date(`2026-11-21T${time}Z`);
  const from = '2020-01-01T00:00:00.000Z';
  const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
  const inForce = async (agent: string, time: Date) =>
    (await book().inForce(agent, time)).map(({ id }) => id);
  const anAgent = () => `agent-${randomUUID()}`;

  describe('access given for a while', () => {
    test('find() gives a grant as it was given, and nothing of another', async () => {
      const grant = aGrant();
      await book().give(grant);
      expect(await book().find(grant.id)).toEqual(grant);
      expect(await book().find('unknown')).toBeUndefined();
    });

    test.each([
      ['before it begins', '11:59:59.999', 0],
      ['from its first moment', '12:00:00.000', 1],
      ['until its last', '12:59:59.999', 1],
      ['not at its end', '13:00:00.000', 0],
    ])('inForce() counts it %s', async (_, time, times) => {
      const grant = aGrant({ agent: anAgent() });
      await book().give(grant);
      expect(await inForce(grant.agent, at(time))).toHaveLength(times);
    });

    test('inForce() gives an agent its own only', async () => {
      const grant = aGrant({ agent: anAgent() });
      await book().give(grant);
      expect(await inForce(anAgent(), at('12:30:00'))).toEqual([]);
    });

    test('give() again changes nothing, whenever the step is tried again', async () => {
      const grant = aGrant({ agent: anAgent() });
      await book().give(grant);
      await book().give({ ...grant, from: '2026-11-21T12:10:00.000Z', until: '2026-11-21T23:00:00.000Z' });
      expect(await book().list(grant.agent)).toEqual([grant]);
    });

    test('give() again brings nothing back that was revoked', async () => {
      const grant = aGrant({ agent: anAgent(), from, until: inAnHour() });
      await book().give(grant);
      expect(await book().revoke(grant.id, 'alice')).toBe(true);
      await book().give(grant);
      expect(await inForce(grant.agent, new Date())).toEqual([]);
    });

    test.each([
      ['agent', { agent: 'other' }],
      ['tool', { tool: 'stripe.refund_payment' }],
      ['scope', { scope: 'github' }],
    ])('give() refuses an id in use for another %s', async (_, change) => {
      const grant = aGrant();
      await book().give(grant);
      await expect(book().give({ ...grant, ...change })).rejects.toMatchObject({ code: 'key-reused' });
      expect(await book().find(grant.id)).toEqual(grant);
    });

    test('give() refuses access that ends before it begins', async () => {
      await expect(book().give(aGrant({ until: '2026-11-21T11:00:00.000Z' }))).rejects.toMatchObject({
        cause: { code: '23514' },
      });
    });

    test('revoke() ends it once and keeps who did it and when', async () => {
      const grant = aGrant({ agent: anAgent(), from, until: inAnHour() });
      await book().give(grant);
      expect(await inForce(grant.agent, new Date())).toEqual([grant.id]);
      expect(await book().revoke(grant.id, 'alice')).toBe(true);
      expect(await book().revoke(grant.id, 'bob')).toBe(false);
      expect(await inForce(grant.agent, new Date())).toEqual([]);
      expect(await book().find(grant.id)).toEqual({
        ...grant,
        revokedBy: 'alice',
        revokedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      });
    });

    test('revoke() of one that ran out, or was never given, is false', async () => {
      const grant = aGrant({ from, until: '2020-01-02T00:00:00.000Z' });
      await book().give(grant);
      expect(await book().revoke(grant.id, 'alice')).toBe(false);
      expect(await book().revoke('unknown', 'alice')).toBe(false);
      expect(await book().find(grant.id)).toEqual(grant);
    });

    test('list() gives the newest first, of one agent or of all', async () => {
      const agent = anAgent();
      const older = aGrant({ agent, from });
      const newer = aGrant({ agent, from: '2026-11-21T12:30:00.000Z' });
      await book().give(older);
      await book().give(newer);
      expect((await book().list(agent)).map(({ id }) => id)).toEqual([newer.id, older.id]);
      expect((await book().list()).map(({ id }) => id)).toEqual(expect.arrayContaining([newer.id, older.id]));
      expect(await book().list(anAgent())).toEqual([]);
    });
  });
}
