import { describe, expect, test } from 'vitest';
import { createShow } from '../../activities/show.ts';
import type { CardView, OpenApproval } from '../../src/domain/card.ts';
import type { Inbox, Surface } from '../../src/domain/ports.ts';
import { OversightInMemory } from '../approvals/oversight-in-memory.ts';
import { step, view } from '../slack/views.ts';
import { vendorWorld } from '../tools/vendor-world.ts';
import { changeOf, ready } from './changes.ts';
import { openOffice, planInput, sealed, stepInput } from './office.ts';

const office = await openOffice();
const COMMENT = changeOf('github.comment_on_issue');

describe('execute', () => {
  test('lets one of two overlapping attempts run and sends the other to find out', async () => {
    const world = await vendorWorld();
    const input = await ready(office, world.vendors, COMMENT);
    const before = (await COMMENT.look(world.vendors)) as readonly unknown[];
    const { execute } = office.executor(world.vendors);
    const ended = await Promise.allSettled([execute(input), execute(input)]);
    const done = ended.filter(({ status }) => status === 'fulfilled');
    expect(done.length).toBeGreaterThanOrEqual(1);
    for (const one of ended) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ type: 'outside-unknown' });
    }
    expect(await COMMENT.look(world.vendors)).toHaveLength(before.length + 1);
    expect(await execute(input)).toMatchObject({ kind: 'done' });
    expect(await COMMENT.look(world.vendors)).toHaveLength(before.length + 1);
  });

  test('refuses a step whose key belongs to a request of long ago, and takes nothing of that one back', async () => {
    const world = await vendorWorld();
    const { execute, undo } = office.executor(world.vendors);
    const first = await sealed(office, COMMENT.agent, [COMMENT]);
    await execute(stepInput(first));
    const after = await COMMENT.look(world.vendors);
    const { request } = first.claims;
    const receivedAt = new Date(Date.now() + 30 * 60_000).toISOString();
    const second = await sealed(office, COMMENT.agent, [COMMENT], { request, receivedAt });
    await expect(execute(stepInput(second))).rejects.toMatchObject({
      type: 'key-reused',
      nonRetryable: true,
    });
    expect(await undo(stepInput(second))).toMatchObject({ kind: 'nothing' });
    expect(await COMMENT.look(world.vendors)).toEqual(after);
  });

  test('refuses a genuine seal of long ago', async () => {
    const world = await vendorWorld();
    const receivedAt = new Date(Date.now() - 61 * 24 * 3_600_000).toISOString();
    const old = await sealed(office, COMMENT.agent, [COMMENT], { receivedAt });
    const { execute } = office.executor(world.vendors);
    await expect(execute(stepInput(old))).rejects.toMatchObject({
      type: 'unauthenticated',
      nonRetryable: true,
    });
  });

  test('says of a refused retry that the step may have happened', async () => {
    const world = await vendorWorld();
    const input = await ready(office, world.vendors, COMMENT);
    world.emulators.failNext({ ...COMMENT.effect, status: 500 });
    await expect(office.executor(world.vendors).execute(input)).rejects.toMatchObject({
      type: 'outside-unknown',
    });
    const halt = { id: 'h', scope: 'everything', subject: '*', reason: 'audit', by: 'olga', at: '' } as const;
    const orders = { inForce: async () => ({ halts: [halt], revocations: [], switches: [] }) };
    const halted = office.executor(world.vendors, { orders });
    expect(await halted.execute(input)).toMatchObject({ why: 'halted', mayHaveHappened: true });
  });
});

describe('prepare', () => {
  test('refuses a plan whose steps change one target, before anybody is asked', async () => {
    const { vendors } = await vendorWorld();
    const refund = (amountCents: number) => ({
      tool: 'stripe.refund_payment',
      args: { payment: 'pi_grace_mid', amountCents },
    });
    const request = await sealed(office, 'support-agent', [refund(100), refund(200)]);
    await expect(office.executor(vendors).prepare(planInput(request))).rejects.toMatchObject({
      nonRetryable: true,
      message: 'Cannot plan: steps 1 and 2 change the same target, ask for them in two requests',
    });
  });
});

describe('showCard', () => {
  const shown: CardView[] = [];
  const surface = { showCard: async (drawn: CardView) => void shown.push(drawn) } as unknown as Surface;
  let behind: OpenApproval | undefined;
  const inbox = {
    open: async () => undefined,
    close: async () => undefined,
    find: async () => behind,
  } as unknown as Inbox;
  const { showCard } = createShow({ inbox, surface, oversight: new OversightInMemory() });

  test('shows what a real plan says, and nothing whose facts are not in the digest', async () => {
    const { vendors } = await vendorWorld();
    const ask = { tool: 'github.delete_branch', args: { repository: 'acme/webshop', branch: 'gift-cards' } };
    const request = await sealed(office, 'release-agent', [ask]);
    const plan = await office.executor(vendors).prepare(planInput(request));
    const { digest, version } = plan;
    const [planned] = plan.steps;
    const honest = view({ request: request.claims.request, digest, version, steps: [step({ ...planned })] });
    await showCard({ view: honest });
    expect(shown).toHaveLength(1);
    const lies = [
      { title: 'Comment on issue' },
      { facts: [] },
      { undo: 'It is deleted and nobody notices' },
      { reversibility: 'costly' as const },
    ];
    for (const lie of lies) {
      const lying = { ...honest, steps: [step({ ...planned, ...lie })] };
      await expect(showCard({ view: lying })).rejects.toMatchObject({ code: 'unauthenticated' });
    }
    await expect(showCard({ view: { ...honest, agent: 'support-agent' } })).rejects.toThrow(
      'Cannot show card',
    );
    expect(shown).toHaveLength(1);
    const { title } = planned ?? { title: '' };
    const record = { ...honest, title, openedAt: honest.requestedAt };
    const others = [
      // What a pointer names of the digest is the same; the rest is not.
      { digest: `${digest.slice(0, 8)}${'0'.repeat(56)}` },
      { version: version + 1 },
      { request: 'req_another' },
      { title: 'Comment on issue' },
    ];
    for (const other of others) {
      const open = { ...record, ...other };
      await expect(showCard({ view: honest, open })).rejects.toThrow('its buttons stand for something else');
      behind = open;
      await expect(showCard({ view: honest })).rejects.toMatchObject({ code: 'unauthenticated' });
      behind = undefined;
    }
    expect(shown).toHaveLength(1);
    behind = record;
    await showCard({ view: honest });
    expect(shown).toHaveLength(2);
  });
});
