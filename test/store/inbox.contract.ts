import { describe, expect, test } from 'vitest';
import type { StoreUnderTest } from './both-databases.ts';
import { anApproval, newRequest } from './samples.ts';

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

export function inboxContract(store: StoreUnderTest): void {
  describe('inbox', () => {
    test('find() returns what was opened, whole and open', async () => {
      const approval = anApproval({ onBehalfOf: 'erin', title: 'Nul \u0000 title' });
      await store().inbox.open(approval);
      expect(await store().inbox.find(approval.request, 1)).toEqual({ ...approval, open: true });
    });

    test.each([
      ['an unknown request', newRequest(), 1],
      ['another version', undefined, 2],
      ['a version beyond what the database counts', undefined, 99_999_999_999],
      ['a version that is no number', undefined, Number.NaN],
    ])('find() knows nothing of %s', async (_, request, version) => {
      const approval = anApproval();
      await store().inbox.open(approval);
      expect(await store().inbox.find(request ?? approval.request, version)).toBeUndefined();
    });

    test('open() repeated changes nothing', async () => {
      const approval = anApproval();
      await store().inbox.open(approval);
      await store().inbox.open({ ...approval, title: 'Another title' });
      expect(await store().inbox.find(approval.request, 1)).toEqual({ ...approval, open: true });
    });

    test('open() refuses another digest for a version that buttons point at', async () => {
      const approval = anApproval();
      await store().inbox.open(approval);
      await expect(store().inbox.open({ ...approval, digest: 'e'.repeat(64) })).rejects.toThrow(
        /another digest/,
      );
      expect(await store().inbox.find(approval.request, 1)).toMatchObject({ digest: approval.digest });
    });

    test('close() ends one version only, and repeating it is harmless', async () => {
      const approval = anApproval();
      await store().inbox.open(approval);
      await store().inbox.open({ ...approval, version: 2 });
      await store().inbox.close(approval.request, 1);
      await store().inbox.close(approval.request, 1);
      await store().inbox.close(newRequest(), 1);
      expect(await store().inbox.find(approval.request, 1)).toMatchObject({ open: false });
      expect(await store().inbox.find(approval.request, 2)).toMatchObject({ open: true });
    });

    test('open() does not reopen a closed version when a retry comes late', async () => {
      const approval = anApproval();
      await store().inbox.open(approval);
      await store().inbox.close(approval.request, 1);
      await store().inbox.open(approval);
      expect(await store().inbox.find(approval.request, 1)).toMatchObject({ open: false });
    });

    test('list() gives open approvals, the soonest to expire first', async () => {
      const [later, sooner, closed] = [
        anApproval({ expiresAt: inMinutes(120) }),
        anApproval({ expiresAt: inMinutes(60) }),
        anApproval({ expiresAt: inMinutes(60) }),
      ];
      for (const approval of [later, sooner, closed]) await store().inbox.open(approval);
      await store().inbox.close(closed.request, closed.version);
      const listed = await store().inbox.list();
      const ours = listed.filter(({ request }) =>
        [later, sooner, closed].some((one) => one.request === request),
      );
      expect(ours).toEqual([sooner, later]);
    });

    test('list() leaves out what has expired though nobody closed it, and find() still answers it', async () => {
      const expired = anApproval({ expiresAt: inMinutes(-1) });
      await store().inbox.open(expired);
      expect((await store().inbox.list()).map(({ request }) => request)).not.toContain(expired.request);
      expect(await store().inbox.find(expired.request, 1)).toEqual({ ...expired, open: true });
    });
  });
}
