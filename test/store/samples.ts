/** Values for the store's tests; every id is new, so that tests share one database without meeting. */
import { randomUUID } from 'node:crypto';
import type { CardView, OpenApproval } from '../../src/domain/card.ts';
import type { EffectKey, Intent } from '../../src/domain/effect.ts';
import { idempotencyKey } from '../../src/domain/effect.ts';
import type { Halt } from '../../src/domain/halt.ts';

export function newRequest(): string {
  return `req_${randomUUID()}`;
}

export function anIntent(change: Partial<Intent> = {}): Intent {
  const key: EffectKey = { request: change.request ?? newRequest(), step: 0, direction: 'do', ...change };
  return {
    tool: 'github.delete_branch',
    target: 'github:acme/webshop#heads/old-checkout',
    captured: { commit: 'c0ffee' },
    idempotencyKey: idempotencyKey(key),
    counted: { agent: 'release-agent', tenant: 'acme', session: null, tier: 2, amountCents: 0 },
    ...change,
    ...{ request: key.request, step: key.step, direction: key.direction },
  };
}

export function anApproval(change: Partial<OpenApproval> = {}): OpenApproval {
  return {
    request: newRequest(),
    version: 1,
    digest: 'd'.repeat(64),
    agent: 'release-agent',
    owner: 'dana',
    title: 'Delete branch old-checkout',
    tier: 'high',
    needs: [{ groups: ['platform'], count: 2 }],
    excluded: ['dana'],
    expiresAt: '2026-11-21T16:00:00.000Z',
    openedAt: '2026-11-21T12:00:00.000Z',
    ...change,
  };
}

export function aView(change: Partial<CardView> = {}): CardView {
  return {
    seq: 1,
    request: newRequest(),
    version: 1,
    digest: 'd'.repeat(64),
    policyVersion: 'p1',
    agent: 'release-agent',
    owner: 'dana',
    reason: 'Merged last week',
    tier: 'high',
    steps: [],
    needs: [{ groups: ['platform'], count: 1 }],
    need: 1,
    have: 0,
    excluded: ['dana'],
    votes: [],
    requestedAt: '2026-11-21T12:00:00.000Z',
    expiresAt: '2026-11-21T16:00:00.000Z',
    state: 'waiting',
    ...change,
  };
}

export function aHalt(change: Partial<Halt> = {}): Halt {
  return {
    id: `halt_${randomUUID()}`,
    scope: 'agent',
    subject: 'release-agent',
    reason: 'Deletes too much',
    by: 'alice',
    at: '2026-11-21T12:00:00.000Z',
    ...change,
  };
}
