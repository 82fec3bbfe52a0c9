import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { PageSession, Passkey, Ticket } from '../../src/domain/sign-in.ts';
import type { StoreUnderTest } from './both-databases.ts';

const MINUTE_MS = 60_000;
const NOW = new Date('2026-11-21T14:00:00.000Z');
const later = (minutes: number): Date => new Date(NOW.getTime() + minutes * MINUTE_MS);
const newHash = (): string => createHash('sha256').update(randomUUID()).digest('hex');

export function aPageSession(change: Partial<PageSession> = {}): PageSession {
  return {
    hash: newHash(),
    kind: 'page',
    person: 'alice',
    identity: { issuer: 'https://id.acme.example', subject: '0042' },
    startedAt: NOW.toISOString(),
    seenAt: NOW.toISOString(),
    endsAt: later(8 * 60).toISOString(),
    ...change,
  };
}

export function aPasskey(change: Partial<Passkey> = {}): Passkey {
  return {
    id: randomUUID(),
    person: `person-${randomUUID()}`,
    publicKey: 'pQECAyYgASFYIA',
    counter: 0,
    transports: ['internal'],
    label: 'Phone',
    createdAt: NOW.toISOString(),
    ...change,
  };
}

export function aTicket(change: Partial<Ticket> = {}): Ticket {
  return {
    kind: 'link',
    hash: newHash(),
    body: { team: 'T0ACME', user: 'U0ALICE' },
    expiresAt: later(10).toISOString(),
    ...change,
  };
}

export function webContract(store: StoreUnderTest): void {
  const IDLE_MS = 30 * MINUTE_MS;

  describe('page sessions', () => {
    test('seen() answers what was opened, and moves the idle time on', async () => {
      const { pageSessions } = store();
      const session = aPageSession({ authenticatedAt: NOW.toISOString() });
      await pageSessions.open(session);
      const seen = (minutes: number) => pageSessions.seen(session.hash, later(minutes), IDLE_MS);
      expect(await seen(0)).toEqual(session);
      expect(await seen(29)).toEqual({ ...session, seenAt: later(29).toISOString() });
      expect(await seen(58)).toMatchObject({ person: 'alice' });
    });

    test.each([
      ['is unknown', {}, newHash(), 0],
      ['was idle too long', {}, undefined, 31],
      ['is past its end', { seenAt: later(479).toISOString() }, undefined, 481],
    ])('seen() answers nothing for a session that %s', async (_, change, hash, minutes) => {
      const session = aPageSession(change);
      await store().pageSessions.open(session);
      expect(await store().pageSessions.seen(hash ?? session.hash, later(minutes), IDLE_MS)).toBeUndefined();
    });

    test('end() ends a session, and repeating it is harmless', async () => {
      const { pageSessions } = store();
      const session = aPageSession();
      await pageSessions.open(session);
      await pageSessions.end(session.hash);
      await pageSessions.end(session.hash);
      expect(await pageSessions.seen(session.hash, NOW, IDLE_MS)).toBeUndefined();
    });

    test('open() forgets sessions that are over', async () => {
      const { pageSessions, db } = store();
      const old = aPageSession({ startedAt: later(-600).toISOString(), endsAt: later(-120).toISOString() });
      await pageSessions.open(old);
      await pageSessions.open(aPageSession());
      const rows = await db.selectFrom('web_sessions').select('hash').where('hash', '=', old.hash).execute();
      expect(rows).toEqual([]);
    });
  });

  describe('passkeys', () => {
    test('of() answers those of one person, the oldest first', async () => {
      const { passkeys } = store();
      const first = aPasskey();
      const second = aPasskey({ person: first.person, createdAt: later(1).toISOString() });
      expect(await passkeys.add(second, 5)).toBe(true);
      expect(await passkeys.add(first, 5)).toBe(true);
      await passkeys.add(aPasskey(), 5);
      expect(await passkeys.of(first.person)).toEqual([first, second]);
      expect(await passkeys.of('nobody')).toEqual([]);
    });

    test('add() never gives a known credential to somebody else', async () => {
      const { passkeys } = store();
      const mine = aPasskey();
      await passkeys.add(mine, 5);
      const other = aPasskey({ id: mine.id });
      expect(await passkeys.add(other, 5)).toBe(false);
      expect(await passkeys.of(other.person)).toEqual([]);
    });

    test('add() keeps to the limit, however many come at once', async () => {
      const { passkeys } = store();
      const { person } = aPasskey();
      const added = await Promise.all(Array.from({ length: 6 }, () => passkeys.add(aPasskey({ person }), 3)));
      expect(added.filter(Boolean)).toHaveLength(3);
      expect(await passkeys.of(person)).toHaveLength(3);
    });

    test.each([
      ['grew', 4, 5, true],
      ['is the same', 4, 4, false],
      ['shrank', 4, 3, false],
      ['vanished', 4, 0, false],
      ['is not kept by the authenticator', 0, 0, true],
      ['starts', 0, 1, true],
    ])('used() looks at a counter that %s', async (_, before, counter, grew) => {
      const { passkeys } = store();
      const key = aPasskey({ counter: before });
      await passkeys.add(key, 5);
      expect(await passkeys.used(key.id, counter, NOW)).toBe(grew);
      const [kept] = await passkeys.of(key.person);
      expect(kept).toEqual(grew ? { ...key, counter, usedAt: NOW.toISOString() } : key);
    });

    test('used() lets one of two uses with the same count through', async () => {
      const { passkeys } = store();
      const key = aPasskey({ counter: 1 });
      await passkeys.add(key, 5);
      const both = await Promise.all([passkeys.used(key.id, 2, NOW), passkeys.used(key.id, 2, NOW)]);
      expect(both.filter(Boolean)).toHaveLength(1);
    });

    test('remove() takes only what is the person’s own', async () => {
      const { passkeys } = store();
      const key = aPasskey();
      await passkeys.add(key, 5);
      expect(await passkeys.remove('somebody-else', key.id)).toBe(false);
      expect(await passkeys.remove(key.person, key.id)).toBe(true);
      expect(await passkeys.remove(key.person, key.id)).toBe(false);
    });
  });

  describe('tickets', () => {
    test('look() uses nothing up, take() does', async () => {
      const { tickets } = store();
      const ticket = aTicket();
      await tickets.issue(ticket, NOW);
      expect(await tickets.look('link', ticket.hash, NOW)).toEqual(ticket.body);
      expect(await tickets.take('link', ticket.hash, NOW)).toEqual(ticket.body);
      expect(await tickets.look('link', ticket.hash, NOW)).toBeUndefined();
      expect(await tickets.take('link', ticket.hash, NOW)).toBeUndefined();
    });

    test('take() gives a ticket to one of many who come at once', async () => {
      const { tickets } = store();
      const ticket = aTicket();
      await tickets.issue(ticket, NOW);
      const taken = await Promise.all(
        Array.from({ length: 8 }, () => tickets.take('link', ticket.hash, NOW)),
      );
      expect(taken.filter((body) => body !== undefined)).toHaveLength(1);
    });

    test.each([
      ['of another kind', 'device', 0],
      ['that is over', 'link', 11],
    ] as const)('neither look() nor take() answers a ticket %s', async (_, kind, minutes) => {
      const { tickets } = store();
      const ticket = aTicket();
      await tickets.issue(ticket, NOW);
      expect(await tickets.look(kind, ticket.hash, later(minutes))).toBeUndefined();
      expect(await tickets.take(kind, ticket.hash, later(minutes))).toBeUndefined();
    });

    test('issue() forgets tickets that are over', async () => {
      const { tickets, db } = store();
      const old = aTicket({ expiresAt: later(-60).toISOString() });
      await tickets.issue(old, later(-70));
      await tickets.issue(aTicket(), NOW);
      const rows = await db.selectFrom('web_tickets').select('hash').where('hash', '=', old.hash).execute();
      expect(rows).toEqual([]);
    });
  });
}
