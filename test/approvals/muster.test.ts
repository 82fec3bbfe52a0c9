import { describe, expect, it } from 'vitest';
import { createDirectory } from '../../src/approvals/directory.ts';
import { excludedPeople, exclusionsNow } from '../../src/approvals/exclusions.ts';
import { muster } from '../../src/approvals/muster.ts';
import type { Absence } from '../../src/domain/absence.ts';
import type { Person } from '../../src/domain/people.ts';
import type { ApprovalGate } from '../../src/domain/verdict.ts';
import { ACME, NOW, unreachable } from './acme.ts';

const gate = (group: string, quorum: number, more: Partial<ApprovalGate> = {}): ApprovalGate => ({
  ...{ kind: 'approval', rule: `ask-${group}`, group, quorum, tier: 'medium', ttlMs: 3_600_000 },
  ...more,
});
const away = (who: string, more: Partial<Absence> = {}): Absence => ({
  ...{ id: `abs-${who}`, person: who, from: '2026-11-20T00:00:00Z', until: '2026-11-30T00:00:00Z' },
  ...{ madeAt: '2026-11-19T00:00:00Z', by: who },
  ...more,
});
const deps = (absences: readonly Absence[] = []) => ({
  directory: createDirectory(ACME),
  absences: { inForce: async () => absences },
  clock: () => NOW,
});

describe('muster()', () => {
  const rows: readonly {
    readonly title: string;
    readonly gates: readonly ApprovalGate[];
    readonly excluded?: readonly string[];
    readonly absences?: readonly Absence[];
    readonly enough: boolean;
    readonly fallbacks?: readonly string[];
  }[] = [
    { title: 'finds enough people', gates: [gate('platform', 2)], enough: true },
    { title: 'finds too few for the quorum', gates: [gate('platform', 4)], enough: false },
    { title: 'counts nobody inactive', gates: [gate('platform', 3)], enough: true },
    {
      title: 'counts nobody excluded (T2)',
      gates: [gate('platform', 3)],
      excluded: ['dana'],
      enough: false,
    },
    { title: 'finds nobody in an empty group (T2)', gates: [gate('board', 1)], enough: false },
    {
      title: 'needs two people for two groups (T8)',
      gates: [gate('finance', 2), gate('finance-leads', 1)],
      enough: false,
    },
    {
      title: 'counts a later stage, whose people are eligible from the start',
      gates: [gate('board', 1, { stages: [{ group: 'platform', afterMs: 60_000 }] })],
      enough: true,
    },
    {
      title: 'asks the fallback where the group has too few people',
      gates: [gate('board', 1, { fallback: 'platform' })],
      enough: true,
      fallbacks: ['platform'],
    },
    {
      title: 'asks no fallback that another rule for the same people does not name',
      gates: [gate('board', 1, { fallback: 'platform' }), gate('board', 1)],
      enough: false,
    },
    {
      title: 'leaves the fallback alone where the group has enough',
      gates: [gate('platform', 1, { fallback: 'support' })],
      enough: true,
    },
    {
      title: 'says so where the fallback has too few as well',
      gates: [gate('board', 1, { fallback: 'support' })],
      excluded: ['erin', 'sam'],
      enough: false,
      fallbacks: ['support'],
    },
    {
      title: 'counts nobody who is away',
      gates: [gate('platform', 2)],
      excluded: ['dana'],
      absences: [away('bob')],
      enough: false,
    },
    {
      title: 'counts who stands in for somebody away',
      gates: [gate('platform', 2)],
      excluded: ['dana'],
      absences: [away('bob', { delegate: 'erin' })],
      enough: true,
    },
    {
      title: 'counts nobody who stands in for an excluded person (T16)',
      gates: [gate('platform', 2)],
      excluded: ['bob', 'dana'],
      absences: [away('bob', { delegate: 'erin' })],
      enough: false,
    },
    {
      title: 'cuts a loop of two who stand in for each other (T16)',
      gates: [gate('platform', 1)],
      excluded: ['dana', 'alice'],
      absences: [away('bob', { delegate: 'erin' }), away('erin', { delegate: 'bob' })],
      enough: false,
    },
    {
      title: 'passes no authority on over two hops (T16)',
      gates: [gate('finance', 2)],
      absences: [away('dan', { delegate: 'erin' }), away('erin', { delegate: 'sam' })],
      enough: false,
    },
    {
      title: 'waits with a delegate who was named a moment ago where much is at risk (T17)',
      gates: [gate('platform', 2, { tier: 'high' })],
      excluded: ['dana'],
      absences: [away('bob', { delegate: 'erin', madeAt: '2026-11-21T13:30:00Z' })],
      enough: false,
    },
    {
      title: 'takes such a delegate where little is',
      gates: [gate('platform', 2)],
      excluded: ['dana'],
      absences: [away('bob', { delegate: 'erin', madeAt: '2026-11-21T13:30:00Z' })],
      enough: true,
    },
  ];
  it.each(rows)('$title', async ({ gates, excluded = [], absences, enough, fallbacks = [] }) => {
    const found = await muster(gates, excluded, deps(absences));
    expect({ enough: found.enough, fallbacks: found.fallbacks }).toEqual({ enough, fallbacks });
  });

  it('names the fallback beside the group in what is needed', async () => {
    const { needs } = await muster([gate('board', 1, { fallback: 'platform' })], [], deps());
    expect(needs).toEqual([{ groups: ['board', 'platform'], count: 1 }]);
  });

  const office = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], fromMinutes: 540, toMinutes: 1020 }] as const;
  const stages = [
    { group: 'finance', afterMs: 60_000 },
    { group: 'support', afterMs: 120_000 },
  ];
  /** NOW is a Saturday afternoon in Berlin. */
  const atHome = (id: string, more: Partial<Person> = {}) => ({
    ...ACME,
    people: ACME.people.map((one) =>
      one.groups.includes(id) ? { ...one, hours: office as never, ...more } : one,
    ),
  });
  it.each([
    ['nobody at once while somebody of the first group is reachable', ACME, []],
    ['the next group at once where the first is out of hours (T63)', atHome('platform'), ['finance']],
    ['nobody at once where somebody of the first is on call', atHome('platform', { onCall: true }), []],
  ] as const)('asks %s', async (_, organisation, wanted) => {
    const gates = [gate('platform', 1, { stages })];
    const found = await muster(gates, [], { ...deps(), directory: createDirectory(organisation) });
    expect(found.askAtOnce).toEqual(wanted);
  });

  it('rejects as unavailable when the directory does not answer', async () => {
    const gates = [gate('platform', 1)];
    const lost = { ...deps(), directory: unreachable };
    await expect(muster(gates, [], lost)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('takes nobody for a delegate where absences cannot be read', async () => {
    const unreadable = { ...deps(), absences: { inForce: () => Promise.reject(new Error('disk')) } };
    expect((await muster([gate('platform', 2)], ['dana'], unreadable)).enough).toBe(true);
    expect((await muster([gate('platform', 3)], ['dana'], unreadable)).enough).toBe(false);
  });
});

describe('excludedPeople()', () => {
  const agent = { owner: 'dana', editor: 'bob' };
  it.each([
    ['owner and last editor', agent, {}, ['dana', 'bob']],
    ['owner, who edited it too, once', { owner: 'dana', editor: 'dana' }, {}, ['dana']],
    [
      'whom it acts for and who prompted it',
      agent,
      { onBehalfOf: 'sam', requestedBy: 'erin' },
      ['dana', 'bob', 'sam', 'erin'],
    ],
    ['nobody for null', { owner: 'dana' }, { onBehalfOf: null, requestedBy: null }, ['dana']],
    ['no agent that nobody knows', undefined, { onBehalfOf: 'sam' }, ['sam']],
  ] as const)('names %s', (_, who, behind, wanted) => {
    expect(excludedPeople(who, behind)).toEqual(wanted);
  });

  it('reads the agent anew, and rejects when that is not possible', async () => {
    expect(await exclusionsNow('release-agent', {}, createDirectory(ACME))).toEqual(['dana']);
    await expect(exclusionsNow('release-agent', {}, unreachable)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
