import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { CLICKS_KEPT_MS } from '../../src/store/clicks.ts';
import { CLAIM_LEASE_MS } from '../../src/store/messages.ts';
import type { StoreUnderTest } from './both-databases.ts';
import { anApproval, aView } from './samples.ts';

const PLACE = { channel: 'C0APPROVALS', ts: '1763726400.000100' };
const NOON = new Date('2026-11-21T12:00:00.000Z');
const later = (ms: number) => new Date(NOON.getTime() + ms);

export function surfacesContract(store: StoreUnderTest): void {
  describe('cards', () => {
    test('want() keeps the view with the largest seq, whatever order they come in', async () => {
      const view = aView({ seq: 2 });
      const first = await store().cards.want(view);
      expect(first.row).toEqual({
        request: view.request,
        version: 1,
        place: undefined,
        wantedSeq: 2,
        wantedView: view,
        shownSeq: -1,
      });
      expect((await store().cards.want({ ...view, seq: 1, have: 9 })).row.wantedView).toEqual(view);
      expect((await store().cards.want({ ...view, seq: 2, have: 9 })).row.wantedView).toEqual(view);
      expect((await store().cards.want({ ...view, seq: 3, have: 1 })).row).toMatchObject({ wantedSeq: 3 });
    });

    test('want() ends at the largest of 20 views wanted at once', async () => {
      const view = aView();
      await Promise.all(Array.from({ length: 20 }, (_, seq) => store().cards.want({ ...view, seq })));
      expect(await store().cards.current(view.request, 1)).toMatchObject({
        wantedSeq: 19,
        wantedView: { seq: 19 },
      });
    });

    test("decidedBy() gives what ended since, of the person's votes and agents, newest first", async () => {
      const [voter, owner] = [randomUUID(), randomUUID()];
      const over = async (change: Parameters<typeof aView>[0]) => {
        const view = aView({ state: 'closed', outcome: 'executed', reason: '\u0000', ...change });
        await store().cards.want(view);
        await store().inbox.open(anApproval({ request: view.request }));
        await store().inbox.close(view.request, view.version);
        return view.request;
      };
      const vote = { person: voter, answer: 'deny', at: NOON.toISOString() } as const;
      const voted = await over({ owner, votes: [vote] });
      const owned = await over({ owner });
      await over({});
      await over({ owner, state: 'running' });
      const span = { since: new Date(Date.now() - 60_000), limit: 9 };
      const found = async (person: string) =>
        (await store().cards.decidedBy(person, span)).map((one) => one.request);
      expect(await found(owner)).toEqual([owned, voted]);
      expect(await store().cards.decidedBy(voter, span)).toEqual([
        expect.objectContaining({
          request: voted,
          answer: 'deny',
          outcome: 'executed',
          agent: 'release-agent',
        }),
      ]);
      expect(await found(randomUUID())).toEqual([]);
      expect(await store().cards.decidedBy(owner, { ...span, limit: 1 })).toHaveLength(1);
      expect(await store().cards.decidedBy(owner, { ...span, since: new Date(Date.now() + 60_000) })).toEqual(
        [],
      );
    });

    test('placed() lets the first place stand and tells a second caller so', async () => {
      const view = aView();
      await store().cards.want(view);
      expect((await store().cards.placed(view.request, 1, PLACE)).row.place).toEqual(PLACE);
      const second = await store().cards.placed(view.request, 1, { ...PLACE, ts: '2.0' });
      expect(second.row.place).toEqual(PLACE);
      expect((await store().cards.want({ ...view, seq: 5 })).row.place).toEqual(PLACE);
    });

    test('placed() replaces a place whose message is gone, and only that one', async () => {
      const view = aView();
      const [second, third] = [
        { ...PLACE, ts: '2.0' },
        { ...PLACE, ts: '3.0' },
      ];
      await store().cards.want(view);
      await store().cards.placed(view.request, 1, PLACE);
      expect((await store().cards.placed(view.request, 1, second, PLACE)).row.place).toEqual(second);
      expect((await store().cards.placed(view.request, 1, third, PLACE)).row.place).toEqual(second);
    });

    test('placed() gives one place to twenty who posted at once', async () => {
      const view = aView();
      await store().cards.want(view);
      const places = Array.from({ length: 20 }, (_, index) => ({ ...PLACE, ts: `${index}.0` }));
      await Promise.all(places.map((place) => store().cards.placed(view.request, 1, place)));
      const read = await Promise.all(places.map((place) => store().cards.placed(view.request, 1, place)));
      expect(new Set(read.map(({ row }) => row.place?.ts)).size).toBe(1);
    });

    test('placed() refuses a card nobody wanted', async () => {
      await expect(store().cards.placed(aView().request, 1, PLACE)).rejects.toThrow(/was never wanted/);
    });

    test('shown() only ever grows', async () => {
      const view = aView();
      await store().cards.want(view);
      for (const seq of [0, 4, 2]) await store().cards.shown(view.request, 1, seq);
      expect(await store().cards.current(view.request, 1)).toMatchObject({ shownSeq: 4 });
    });

    test("forRequest() gives every version, oldest first, and nobody else's", async () => {
      const view = aView({ version: 2 });
      await store().cards.want(view);
      await store().cards.want({ ...view, version: 1 });
      await store().cards.want(aView());
      expect((await store().cards.forRequest(view.request)).map((row) => row.version)).toEqual([1, 2]);
      expect(await store().cards.current(view.request, 3)).toBeUndefined();
    });
  });

  describe('messages', () => {
    test('claim() gives a key to one of 20, and to none once it was said', async () => {
      const key = randomUUID();
      const answers = await Promise.all(Array.from({ length: 20 }, () => store().messages.claim(key, NOON)));
      expect(answers.filter((answer) => answer === 'mine')).toHaveLength(1);
      expect(answers.filter((answer) => answer === 'taken')).toHaveLength(19);
      expect(await store().messages.find(key)).toBeUndefined();
      await store().messages.record(key, PLACE);
      expect(await store().messages.claim(key, later(CLAIM_LEASE_MS * 10))).toBe('said');
      expect(await store().messages.find(key)).toEqual(PLACE);
    });

    test('claim() passes on a claim whose holder never spoke, after the lease and not before', async () => {
      const key = randomUUID();
      expect(await store().messages.claim(key, NOON)).toBe('mine');
      expect(await store().messages.claim(key, later(CLAIM_LEASE_MS - 1))).toBe('taken');
      expect(await store().messages.claim(key, later(CLAIM_LEASE_MS))).toBe('mine');
      expect(await store().messages.claim(key, later(CLAIM_LEASE_MS))).toBe('taken');
    });

    test('record() lets the first record stand', async () => {
      const key = randomUUID();
      await store().messages.record(key, PLACE);
      await store().messages.record(key, { ...PLACE, ts: '2.0' });
      expect(await store().messages.find(key)).toEqual(PLACE);
    });
  });

  describe('clicks', () => {
    test('firstSeen() is true for one of 20 deliveries of the same click', async () => {
      const id = randomUUID();
      const answers = await Promise.all(Array.from({ length: 20 }, () => store().clicks.firstSeen(id, NOON)));
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await store().clicks.firstSeen(id, later(CLICKS_KEPT_MS))).toBe(false);
    });

    test('seen() marks nothing, and knows a click once it is marked', async () => {
      const id = randomUUID();
      const { clicks } = store();
      expect([await clicks.seen(id), await clicks.seen(id)]).toEqual([false, false]);
      expect(await clicks.firstSeen(id, NOON)).toBe(true);
      expect(await clicks.seen(id)).toBe(true);
    });

    test('firstSeen() forgets clicks that are too old to be replayed', async () => {
      const old = randomUUID();
      await store().clicks.firstSeen(old, NOON);
      await store().clicks.firstSeen(randomUUID(), later(CLICKS_KEPT_MS + 1));
      const rows = await store()
        .db.selectFrom('clicks')
        .select('click_id')
        .where('click_id', '=', old)
        .execute();
      expect(rows).toEqual([]);
    });
  });
}
