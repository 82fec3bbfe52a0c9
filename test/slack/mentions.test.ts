import { describe, expect, it } from 'vitest';
import type { Absence } from '../../src/domain/absence.ts';
import type { Person } from '../../src/domain/people.ts';
import { MENTIONS_OF_ONE_MAX, mentionsFor } from '../../src/slack/mentions.ts';
import { person } from '../approvals/acme.ts';
import { messagesInMemory } from './world.ts';

/** A Monday morning in Berlin, and the middle of the night in New York. */
const NOW = new Date('2026-11-23T08:00:00.000Z');
const OFFICE = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'] as const, fromMinutes: 540, toMinutes: 1_020 }];
const at = (id: string, change: Partial<Person> = {}): Person =>
  person(id, ['platform'], { slack: { team: 'T0ACME', user: `U0${id.toUpperCase()}` }, ...change });
const away = (who: string, delegate?: string): Absence => ({
  ...{ id: `abs-${who}`, person: who, by: who, madeAt: '2026-11-01T00:00:00.000Z' },
  ...{ from: '2026-11-22T00:00:00.000Z', until: '2026-11-24T00:00:00.000Z' },
  ...(delegate === undefined ? {} : { delegate }),
});

interface Office {
  readonly members: readonly Person[];
  readonly others?: readonly Person[];
  readonly away?: readonly Absence[];
  readonly messages?: ReturnType<typeof messagesInMemory>;
}

function mentions({ members, others = [], away: absent = [], messages = messagesInMemory() }: Office) {
  return mentionsFor(
    { request: 'req_1', groups: ['platform', 'platform'] },
    {
      directory: {
        members: async () => members,
        person: async (id) => [...members, ...others].find((one) => one.id === id),
      },
      absences: { inForce: async () => absent },
      messages,
      clock: () => NOW,
    },
  );
}

describe('mentionsFor()', () => {
  const berlin = at('ada', { timeZone: 'Europe/Berlin', hours: OFFICE });
  const newYork = at('bob', { timeZone: 'America/New_York', hours: OFFICE });

  it.each([
    { name: 'whoever is within their own hours', members: [berlin, newYork], users: ['U0ADA'] },
    { name: 'whoever is on call, at night too', members: [{ ...newYork, onCall: true }], users: ['U0BOB'] },
    { name: 'whoever named no hours', members: [at('cid')], users: ['U0CID'] },
    { name: 'nobody who is inactive', members: [at('cid', { active: false })], users: [] },
  ])('T63: calls $name', async ({ members, users }) => {
    expect((await mentions({ members })).users).toEqual(users);
  });

  it.each([
    { name: 'nobody who is away', absence: away('ada'), users: [] },
    { name: 'who stands in for somebody away', absence: away('ada', 'dan'), users: ['U0DAN'] },
    { name: 'nobody for somebody of no group asked', absence: away('eve', 'dan'), users: ['U0ADA'] },
  ])('calls $name', async ({ absence, users }) => {
    const found = await mentions({ members: [berlin], others: [at('dan')], away: [absence] });
    expect(found.users).toEqual(users);
  });

  it('T58: calls nobody more than three times for one request', async () => {
    const messages = messagesInMemory();
    const place = { channel: 'C', ts: '1.1' };
    for (let call = 0; call < MENTIONS_OF_ONE_MAX; call += 1) {
      const found = await mentions({ members: [berlin], messages });
      expect(found.users).toEqual(['U0ADA']);
      await found.noted(place);
    }
    expect((await mentions({ members: [berlin, at('cid')], messages })).users).toEqual(['U0CID']);
  });

  it('does not count a call whose line was never said', async () => {
    const messages = messagesInMemory();
    for (let call = 0; call < 5; call += 1) await mentions({ members: [berlin], messages });
    expect((await mentions({ members: [berlin], messages })).users).toEqual(['U0ADA']);
  });

  it('asks to be tried again while nobody knows who is away', async () => {
    const unreadable = mentionsFor(
      { request: 'req_1', groups: ['platform'] },
      {
        directory: { members: async () => [berlin], person: async () => berlin },
        absences: { inForce: async () => Promise.reject(new Error('unreadable')) },
        messages: messagesInMemory(),
        clock: () => NOW,
      },
    );
    await expect(unreadable).rejects.toMatchObject({ kind: 'retryable' });
  });
});
