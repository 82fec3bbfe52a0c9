import { describe, expect, it } from 'vitest';
import { createDirectory } from '../../src/approvals/directory.ts';
import { createOversight, type OversightCounts } from '../../src/approvals/oversight.ts';
import type { OversightBook, RefusedClick } from '../../src/domain/oversight.ts';
import type { Directory } from '../../src/domain/ports.ts';
import { view } from '../slack/views.ts';
import { ACME, unreachable } from './acme.ts';

const NOW = new Date('2026-11-21T12:00:00.000Z');
const vote = { person: 'alice', answer: 'approve', at: '2026-11-21T12:00:30.000Z' } as const;
const CLICK = {
  why: 'too-late',
  surface: 'slack',
  person: 'bob',
  request: 'req_1',
  version: 1,
  parts: ['T', 'U', '1.0'],
} as const;

/** A book that has seen nothing, and keeps what it is told. */
function world(changes: Partial<OversightBook> = {}, directory: Directory = createDirectory(ACME)) {
  const told: string[] = [];
  const kept: RefusedClick[] = [];
  const book: OversightBook = {
    note: async ({ answers, members }) => {
      told.push(`note ${JSON.stringify(members)}`);
      return { isNew: true, answers, isClosed: true, shownAt: '2026-11-21T12:00:10.000Z' };
    },
    shown: async ({ at }) => void told.push(`shown ${at}`),
    said: async ({ request }, { person }) => void told.push(`said ${request} ${person}`),
    refused: async (click) => kept.push(click) > 0,
    approvalsOf: async () => [],
    earlier: async (_, countMax) => {
      told.push(`earlier ${countMax}`);
      return [];
    },
    since: async () => ({ asked: [], refused: [], isWhole: true }),
    ...changes,
  };
  const counts: OversightCounts = {
    asked: ({ rules }) => void told.push(`asked ${rules}`),
    answered: (_, { person }, seconds) => void told.push(`answered ${person} ${seconds}`),
    closed: ({ fate }) => void told.push(`closed ${fate}`),
    refused: ({ why }) => void told.push(`refused ${why}`),
    lost: () => void told.push('lost'),
  };
  const log = (fields: object) => void told.push(JSON.stringify(fields));
  const oversight = createOversight({
    ...{ book, counts, directory, clock: () => NOW },
    log: { debug: log, info: log, warn: log, error: log },
  });
  return { oversight, told, kept };
}

const down = async () => {
  throw new TypeError('the database is down: postgres://secret');
};

describe('createOversight()', () => {
  it('notes a card with who could answer, and counts what is new, timed from when the card was there', async () => {
    const { oversight, told } = world();
    await oversight.noted(view({ votes: [vote] }));
    expect(told).toEqual([
      'note {"platform":["alice","bob"]}',
      'asked branch-delete',
      'answered alice 20',
      'closed open',
    ]);
  });

  it('counts nothing that was known', async () => {
    const { oversight, told } = world({ note: async () => ({ isNew: false, answers: [], isClosed: false }) });
    await oversight.noted(view({ votes: [vote] }));
    expect(told).toEqual([]);
  });

  it('notes a card without who could answer where the directory does not answer', async () => {
    const { oversight, told } = world({}, unreachable);
    await oversight.noted(view());
    expect(told[0]).toBe('note undefined');
  });

  it('gives the same delivery the same id, and another reason another', async () => {
    const { oversight, kept } = world();
    for (const one of [CLICK, CLICK, { ...CLICK, why: 'too-weak' as const }]) await oversight.refused(one);
    expect(kept[0]).toMatchObject({
      why: 'too-late',
      person: 'bob',
      request: 'req_1',
      version: 1,
      at: NOW.toISOString(),
    });
    expect(kept[0]).not.toHaveProperty('parts');
    expect([kept[1]?.id, kept[2]?.id === kept[0]?.id]).toEqual([kept[0]?.id, false]);
  });

  it('counts a refused click that was new, and no other', async () => {
    const { oversight, told } = world({ refused: async () => false });
    await oversight.refused(CLICK);
    expect(told).toEqual([]);
    const fresh = world();
    await fresh.oversight.refused(CLICK);
    expect(fresh.told).toEqual(['refused too-late']);
  });

  it('never fails who shows a card or takes a click, and says what was lost without its cause', async () => {
    const { oversight, told } = world({ note: down, shown: down, said: down, refused: down });
    await oversight.noted(view());
    await oversight.shown(view());
    await oversight.refused(CLICK);
    await oversight.said(CLICK, {
      ...vote,
      id: 'd',
      digest: 'd',
      request: 'req_1',
      version: 1,
      surface: 'slack',
    });
    expect(told.filter((line) => line === 'lost')).toHaveLength(4);
    expect(told.join()).not.toContain('secret');
  });

  it('takes no more notes of refused clicks than it can write at once', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked = 0;
    const { oversight, told } = world({
      refused: async () => {
        asked += 1;
        await gate;
        return true;
      },
    });
    const all = Array.from({ length: 80 }, (_, at) => oversight.refused({ ...CLICK, parts: [`${at}`] }));
    release();
    await Promise.all(all);
    expect(asked).toBe(50);
    expect(told).toHaveLength(80);
  });

  it('knows the pace of a person, and that it does not know it', async () => {
    expect(await world().oversight.paceOf('alice')).toBe('usual');
    const fast = Array.from({ length: 12 }, () => ({ at: NOW.toISOString(), seconds: 1 }));
    expect(await world({ approvalsOf: async () => fast }).oversight.paceOf('alice')).toBe('streak');
    expect(await world({ approvalsOf: down }).oversight.paceOf('alice')).toBe('unknown');
  });

  it('gives five earlier decisions, and says when they cannot be read', async () => {
    const { oversight, told } = world();
    await oversight.earlier(view());
    expect(told).toEqual(['earlier 5']);
    await expect(world({ earlier: down }).oversight.earlier(view())).rejects.toThrow();
  });
});
