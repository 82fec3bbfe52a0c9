import { describe, expect, it } from 'vitest';
import {
  AMENDED_BYTES_MAX,
  type AmendmentDesk,
  type Edit,
  recordAmendment,
} from '../../src/approvals/record-amendment.ts';
import { amendmentSigner, amendmentVerifier, publicKeyOf } from '../../src/approvals/signing.ts';
import type { HandedAmendment } from '../../src/domain/amendment.ts';
import type { OpenApproval } from '../../src/domain/card.ts';
import { askDigest } from '../../src/domain/digest.ts';
import { ACME, DIGEST, NOW, person, privateKey } from './acme.ts';
import { OversightInMemory } from './oversight-in-memory.ts';

const key = privateKey();
const signer = await amendmentSigner(key);
const { verify } = await amendmentVerifier([await publicKeyOf(key)]);

const APPROVAL: OpenApproval = {
  ...{ request: 'req_1', version: 1, digest: DIGEST, agent: 'release-agent', owner: 'dana' },
  ...{ title: 'Delete branch', tier: 'medium', excluded: ['dana'] },
  needs: [{ groups: ['platform'], count: 1 }],
  expiresAt: '2026-11-21T18:00:00.000Z',
  openedAt: NOW.toISOString(),
};
const WAS = { tool: 'github.delete_branch', args: { repository: 'acme/webshop', branch: 'old-checkout' } };
const BETTER = { ...WAS, args: { ...WAS.args, branch: 'older-checkout' } };

function edit(changes: Partial<Edit> = {}): Edit {
  return {
    person: known('alice'),
    approval: APPROVAL,
    step: 0,
    was: WAS,
    now: BETTER,
    reason: 'Another branch was meant',
    surface: 'slack',
    amendmentParts: ['view-1'],
    deliveryParts: ['view-1', 'delivery-1'],
    ...changes,
  };
}

function known(id: string) {
  return ACME.people.find((one) => one.id === id) ?? person(id, []);
}

function deskWith(answer: 'recorded' | 'closed' | 'unknown' = 'recorded') {
  const handed: HandedAmendment[] = [];
  const seen = new Set<string>();
  const put: OpenApproval[] = [];
  const silent = () => undefined;
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const desk: AmendmentDesk = {
    requests: {
      amend: async (_, amendment) => {
        if (answer === 'recorded') handed.push(amendment);
        return answer;
      },
      view: async () => undefined,
    },
    clicks: {
      seen: async (id) => seen.has(id),
      firstSeen: async (id) => seen.size < seen.add(id).size,
    },
    amendments: signer,
    clock: () => NOW,
    log,
    security: log,
    oversight: new OversightInMemory(),
    putAway: async (approval) => void put.push(approval),
  };
  return { desk, handed, put };
}

describe('recordAmendment()', () => {
  it('signs what was shown and what it became, and hands the arguments over beside it', async () => {
    const { desk, handed } = deskWith();
    expect(await recordAmendment(desk, edit())).toEqual({ kind: 'recorded' });
    expect(handed).toMatchObject([{ args: BETTER.args }]);
    expect(await verify(handed[0]?.jws ?? '')).toEqual({
      id: expect.stringMatching(/^amendment_[0-9a-f]{64}$/),
      ...{ request: 'req_1', version: 1, digest: DIGEST, step: 0, person: 'alice', surface: 'slack' },
      was: askDigest(WAS),
      ask: askDigest(BETTER),
      reason: 'Another branch was meant',
      at: NOW.toISOString(),
    });
  });

  it('hands a delivery over once, and a second press with an edit of its own again', async () => {
    const { desk, handed } = deskWith();
    for (const delivery of ['delivery-1', 'delivery-1', 'delivery-2'])
      await recordAmendment(desk, edit({ deliveryParts: ['view-1', delivery] }));
    expect(handed).toHaveLength(2);
    const ids = await Promise.all(handed.map(async ({ jws }) => (await verify(jws)).id));
    expect(new Set(ids).size).toBe(1);
  });

  it.each<[string, Partial<Edit>, RegExp]>([
    ['who owns the agent', { person: known('dana') }, /can edit this; Dana owns the agent/],
    ['who is in no group that is asked', { person: known('erin') }, /can edit this; Erin is not among them/],
    ['who is no longer active', { person: known('ivan') }, /no longer active/],
    ['without changing anything', { now: { ...WAS } }, /Nothing differs/],
    ['to another tool', { now: { ...BETTER, tool: 'github.delete_repository' } }, /another tool/],
    ['to something huge', { now: { ...WAS, args: { text: 'x'.repeat(AMENDED_BYTES_MAX) } } }, /bytes/],
  ])('signs nothing for somebody %s', async (_, changes, sentence) => {
    const { desk, handed } = deskWith();
    expect(await recordAmendment(desk, edit(changes))).toEqual({
      kind: 'refused',
      sentence: expect.stringMatching(sentence),
    });
    expect(handed).toEqual([]);
  });

  it('says what happened to a request that no longer takes edits, and puts its card away', async () => {
    const closed = deskWith('closed');
    expect(await recordAmendment(closed.desk, edit())).toMatchObject({
      sentence: expect.stringMatching(/nothing was recorded/),
    });
    expect(closed.put).toEqual([APPROVAL]);
    const unknown = deskWith('unknown');
    expect(await recordAmendment(unknown.desk, edit())).toMatchObject({
      sentence: expect.stringMatching(/no longer knows/),
    });
  });

  it('rejects an edit that could not be made durable, so that a repeat is handed over', async () => {
    const { desk, handed } = deskWith();
    const down = { ...desk, requests: { ...desk.requests, amend: () => Promise.reject(new Error('down')) } };
    await expect(recordAmendment(down, edit())).rejects.toThrow('down');
    expect(await recordAmendment(desk, edit())).toEqual({ kind: 'recorded' });
    expect(handed).toHaveLength(1);
  });
});
