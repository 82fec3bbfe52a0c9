import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { StandingGrant } from '../../src/domain/standing-grant.ts';
import type { StoreUnderTest } from './both-databases.ts';
import { anIntent, aProof, aStandingGrant, newRequest } from './samples.ts';

const NOW = new Date('2026-11-21T12:30:00.000Z');
const AFTER = new Date('2026-11-21T20:00:00.000Z');

/** Standing grants: minted once, spent exactly, revoked for good. */
export function grantsContract(store: StoreUnderTest): void {
  const book = () => store().grants;
  /** Each test has an agent of its own, so that it sees no grants of others. */
  const minted = async (change: Partial<StandingGrant> = {}) => {
    const grant = aStandingGrant({ agent: `agent-${randomUUID()}`, ...change });
    await book().mint(grant, aProof());
    return grant;
  };
  /** Revoking looks at the clock of the store. */
  const lasting = {
    mintedAt: new Date().toISOString(),
    until: new Date(Date.now() + 3_600_000).toISOString(),
  };
  const inForce = ({ agent, tool }: StandingGrant, now = NOW, request = 'req_other', step = 0) =>
    book().inForce({ agent, tool, now, request, step });
  /** An intent under a grant, as an executor reserves it. */
  const intend = ({ id, agent }: StandingGrant, cents = 0, now = NOW, request = newRequest()) => {
    const counted = { ...anIntent().counted, agent, tenant: agent, amountCents: cents };
    const intent = anIntent({ under: id, counted, request });
    return store().effects.intendWithin(intent, now, () => true);
  };
  const use = ({ id }: StandingGrant, cents = 0, request = newRequest(), now = NOW) =>
    book().use({ grant: id, request, step: 0, cents }, now);
  const passed = (answers: readonly unknown[]) =>
    answers.filter((one) => one !== undefined && one !== false).length;

  describe('standing grants', () => {
    test('find() gives a grant as it was minted, with nothing used, and nothing of another', async () => {
      const grant = await minted({ centsMax: 5_000, reason: 'Tidying up' });
      expect(await book().find(grant.id)).toEqual({ ...grant, uses: 0, cents: 0 });
      expect(await book().proofOf(grant.id)).toEqual(aProof());
      expect(await book().find('grant_unknown')).toBeUndefined();
      expect(await book().proofOf('grant_unknown')).toBeUndefined();
    });

    test('mint() keeps hostile words, with what no text can hold made visible', async () => {
      const words = "'); drop table standing_grants; -- \u0000 🙂";
      const grant = await minted({ label: words, reason: words });
      const shown = words.replace('\u0000', '\uFFFD');
      expect(await book().find(grant.id)).toMatchObject({ label: shown, reason: shown });
    });

    test('mint() again changes nothing, whatever it says now, and brings nothing back', async () => {
      const grant = await minted(lasting);
      await book().mint({ ...grant, usesMax: 999 }, aProof({ jws: 'other' }));
      expect(await book().find(grant.id)).toMatchObject({ usesMax: 10 });
      expect(await book().proofOf(grant.id)).toEqual(aProof());
      expect(await book().revoke(grant.id, 'bob')).toBe(true);
      await book().mint(grant, aProof());
      expect(await inForce(grant, new Date())).toEqual([]);
    });

    test.each([
      ['without uses', { usesMax: 0 }],
      ['with too many uses', { usesMax: 1_001 }],
      ['for high risk', { tier: 'high' as const }],
      ['for critical risk', { tier: 'critical' as const }],
      ['that ends before it begins', { until: '2026-11-21T11:00:00.000Z' }],
      ['for longer than a month', { until: '2026-12-23T12:00:00.000Z' }],
      ['for no money at all', { centsMax: 0 }],
    ])('mint() refuses a grant %s, whoever asks (T62)', async (_, change) => {
      await expect(minted(change)).rejects.toMatchObject({ cause: { code: '23514' } });
    });

    test('inForce() gives the first to end first, until its last moment, of this agent and tool only', async () => {
      const later = await minted();
      const { agent } = later;
      const sooner = await minted({ agent, until: '2026-11-21T13:00:00.000Z' });
      await minted({ agent, tool: 'github.merge_pull_request' });
      expect((await inForce(later)).map(({ id }) => id)).toEqual([sooner.id, later.id]);
      expect((await inForce(later, new Date('2026-11-21T13:00:00.000Z'))).map(({ id }) => id)).toEqual([
        later.id,
      ]);
      expect(await inForce(later, AFTER)).toEqual([]);
    });

    test('revoke() ends it once, keeps who did it and when, and nobody brings it back', async () => {
      const grant = await minted(lasting);
      expect(await book().revoke(grant.id, 'bob')).toBe(true);
      expect(await book().revoke(grant.id, 'alice')).toBe(false);
      expect(await book().revoke('grant_unknown', 'alice')).toBe(false);
      expect(await inForce(grant, new Date())).toEqual([]);
      expect(await book().find(grant.id)).toMatchObject({ revokedBy: 'bob', revokedAt: expect.any(String) });
      const back = sql`update standing_grants set revoked_at = null, revoked_by = null where id = ${grant.id}`;
      await expect(back.execute(store().db)).rejects.toMatchObject({ cause: { code: '23001' } });
    });

    test('revoke() of one that ran out is false', async () => {
      const grant = await minted({ mintedAt: '2020-01-01T00:00:00.000Z', until: '2020-01-02T00:00:00.000Z' });
      expect(await book().revoke(grant.id, 'alice')).toBe(false);
    });

    test('list() gives the newest first, of one agent, of one granter or of all', async () => {
      const older = await minted({ grantedBy: `p-${randomUUID()}` });
      const { agent, grantedBy } = older;
      const newer = await minted({ agent, grantedBy, mintedAt: '2026-11-21T12:10:00.000Z' });
      const ids = async (whose?: Parameters<ReturnType<typeof book>['list']>[0]) =>
        (await book().list(whose)).map(({ id }) => id);
      expect(await ids({ agent })).toEqual([newer.id, older.id]);
      expect(await ids({ grantedBy })).toEqual([newer.id, older.id]);
      expect(await ids({ agent, grantedBy: 'nobody' })).toEqual([]);
      expect(await ids()).toEqual(expect.arrayContaining([newer.id, older.id]));
    });

    test('intendWithin() under a grant writes the use with the intent, and a failed effect gives it back (T71)', async () => {
      const grant = await minted({ usesMax: 1, centsMax: 500 });
      const { effect } = (await intend(grant, 300)) ?? {};
      if (effect === undefined) throw new Error('not intended');
      const { request } = effect;
      const one = { grant: grant.id, request, step: 0, at: NOW.toISOString(), cents: 300, givenBack: false };
      expect(await book().usesOf(grant.id)).toEqual([one]);
      expect(await inForce(grant)).toMatchObject([{ uses: 1, cents: 300 }]);
      // A step that is tried again does not stand in its own way.
      expect(await inForce(grant, NOW, request)).toMatchObject([{ uses: 0, cents: 0 }]);
      expect(await intend(grant)).toBeUndefined();
      await store().effects.settle(effect, 'failed', null);
      expect(await book().usesOf(grant.id)).toEqual([{ ...one, givenBack: true }]);
      expect(await inForce(grant)).toMatchObject([{ uses: 0, cents: 0 }]);
      expect(await intend(grant)).toMatchObject({ created: true });
    });

    test.each([
      ['an unknown grant', async () => ({ ...(await minted()), id: 'grant_unknown' }), NOW, 0],
      ['a grant that is over', minted, AFTER, 0],
      ['a grant that moves no money', minted, NOW, 1],
      ['a smaller sum', () => minted({ centsMax: 99 }), NOW, 100],
    ])('intendWithin() under %s writes neither use nor intent', async (_, make, now, cents) => {
      const grant = await make();
      const request = newRequest();
      expect(await intend(grant, cents, now, request)).toBeUndefined();
      expect(await store().effects.find({ request, step: 0, direction: 'do' })).toBeUndefined();
      expect(await book().usesOf(grant.id)).toEqual([]);
    });

    test('intendWithin() under a revoked grant writes nothing', async () => {
      const grant = await minted(lasting);
      await book().revoke(grant.id, 'bob');
      expect(await intend(grant, 0, new Date())).toBeUndefined();
      expect(await use(grant, 0, newRequest(), new Date())).toBe(false);
    });

    test('intendWithin() by 50 at once under 10 uses lets exactly 10 through (T34)', async () => {
      const grant = await minted();
      const answers = await Promise.all(Array.from({ length: 50 }, () => intend(grant)));
      expect(passed(answers)).toBe(10);
      expect(await book().usesOf(grant.id)).toHaveLength(10);
    });

    test('intendWithin() by 20 at once under a sum never spends more than it (T34)', async () => {
      const grant = await minted({ usesMax: 100, centsMax: 1_000 });
      const answers = await Promise.all(Array.from({ length: 20 }, () => intend(grant, 300)));
      expect(passed(answers)).toBe(3);
      expect(await book().find(grant.id)).toMatchObject({ uses: 3, cents: 900 });
    });

    test('use() and intents at once share one budget, and a step that repeats takes one use', async () => {
      const grant = await minted({ usesMax: 5 });
      const request = newRequest();
      const answers = await Promise.all([
        ...Array.from({ length: 10 }, () => use(grant, 0, request)),
        ...Array.from({ length: 10 }, () => use(grant)),
        ...Array.from({ length: 10 }, () => intend(grant)),
      ]);
      expect(await book().usesOf(grant.id)).toHaveLength(5);
      // The repeats are all answered alike: one use of five is theirs, or none.
      const repeated = passed(answers.slice(0, 10));
      expect(repeated === 0 || repeated === 10).toBe(true);
      expect(passed(answers.slice(10))).toBe(repeated === 0 ? 5 : 4);
    });

    test('use() of a step that runs under another grant already is false', async () => {
      const [one, other] = [await minted(), await minted()];
      const request = newRequest();
      expect(await use(one, 0, request)).toBe(true);
      expect(await use(one, 0, request)).toBe(true);
      expect(await use(other, 0, request)).toBe(false);
      expect(await book().usesOf(other.id)).toEqual([]);
    });
  });
}
