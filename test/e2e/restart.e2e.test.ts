/** Stopping and killing the real process: nothing is lost, nothing is done twice, nothing is left behind. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RequestDetail } from '../../src/dev/sandbox/api.ts';
import { openStore } from '../../src/store/open-store.ts';
import { type OutsideWorld, openOutsideWorld } from '../support/outside-world.ts';
import { handsOverHttp, peopleIn } from '../support/people.ts';
import { processesNaming } from '../support/processes.ts';
import { newPlace, type Place, type ProductProcess, spawnProduct } from '../support/product.ts';
import { until } from '../support/until.ts';
import { refundsOf, standsOutside } from '../support/vendor-state.ts';

/** An attempt whose worker was killed is only given up after its own 30 s. */
const AFTER_CRASH_MS = 75_000;
const BRANCH = { repository: 'acme/webshop', branch: 'old-checkout' };

async function nobodyIn(place: Place): Promise<void> {
  await until('no process is left', async () => (await processesNaming(place.dataFolder)).length === 0);
}

describe('Ctrl-C', () => {
  let place: Place;
  beforeAll(async () => {
    place = await newPlace();
  });
  afterEach(() => place.remove());

  it('ends everything within ten seconds, and a new start goes on where it was', async () => {
    const first = await spawnProduct(place);
    expect(first.printed()).toContain(place.gateway);
    const agent = await place.agent('release-agent');
    const people = peopleIn(handsOverHttp(place.sandbox));
    const read = { tool: 'github.list_branches', args: { repository: 'acme/webshop' }, reason: 'Looking' };
    const { body: done } = await agent.ask(read, { seconds: 5 });
    const { body: asked } = await agent.ask({
      tool: 'github.delete_branch',
      args: BRANCH,
      reason: 'Merged in May',
    });
    await agent.reaches(asked.id, 'waiting');
    const card = await people.card(asked.id, ({ buttons }) => buttons.has('approve'));
    expect(await processesNaming(place.dataFolder)).not.toEqual([]);

    const { code, tookMs } = await first.end('SIGINT');
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(10_000);
    await nobodyIn(place);

    const second = await spawnProduct(place);
    expect(await agent.view(asked.id)).toMatchObject({ status: 'waiting', digest: expect.any(String) });
    expect(await agent.view(done.id)).toMatchObject({ status: 'closed', outcome: 'executed' });
    const detail = (await (await fetch(`${place.sandbox}/api/requests/${done.id}`)).json()) as RequestDetail;
    expect(detail.timeline.map(({ kind }) => kind)).toEqual(['asked', 'judged', 'ran', 'closed']);

    expect((await people.card(asked.id)).message.ts).toBe(card.message.ts);
    expect(await people.press('alice', asked.id, 'approve')).toEqual({ status: 200 });
    expect(await agent.reaches(asked.id, 'closed')).toMatchObject({ outcome: 'executed', effects: 'all' });
    await people.card(asked.id, ({ words }) => words.includes('Executed.'));
    expect(await place.troubles()).toEqual([]);
    expect((await second.end('SIGINT')).code).toBe(0);
    await nobodyIn(place);
  }, 180_000);
});

describe('kill -9', () => {
  let world: OutsideWorld;
  let product: ProductProcess;
  beforeAll(async () => {
    world = await openOutsideWorld();
    product = await spawnProduct(world.place);
  }, 120_000);
  afterAll(async () => {
    await product.end('SIGINT');
    await world.close();
  });

  /** Each of another payment: a refund of the same one meanwhile would be drift. */
  const refund = (payment: string, amountCents: number) => ({
    tool: 'stripe.refund_payment',
    args: { payment, amountCents, reason: 'requested_by_customer' },
    reason: 'A late parcel',
  });

  async function waiting(agentId: string, body: unknown): Promise<string> {
    const agent = await world.place.agent(agentId);
    const { body: asked } = await agent.ask(body);
    await agent.reaches(asked.id, 'waiting');
    await world.people.card(asked.id, ({ buttons }) => buttons.size > 0);
    return asked.id;
  }

  async function crash(): Promise<void> {
    expect((await product.end('SIGKILL')).code).toBeNull();
    await nobodyIn(world.place);
    product = await spawnProduct(world.place);
  }

  it('loses nothing and repeats nothing, whatever was going on', async () => {
    const { people, vendors, place } = world;
    const [support, release] = [await place.agent('support-agent'), await place.agent('release-agent')];
    const plan = {
      steps: [
        { tool: 'github.delete_branch', args: BRANCH },
        {
          tool: 'github.comment_on_issue',
          args: { repository: 'acme/webshop', number: 404, body: 'No such issue' },
        },
      ],
      reason: 'Cleaning up',
    };
    const untouched = await waiting('support-agent', refund('pi_ada_small', 100));
    const [unanswered, undoing] = [
      await waiting('support-agent', refund('pi_grace_mid', 200)),
      await waiting('release-agent', plan),
    ];
    vendors.failNext({
      provider: 'stripe',
      method: 'POST',
      pathPrefix: '/v1/refunds',
      status: 'timeout-after-effect',
    });
    vendors.failNext({
      provider: 'github',
      method: 'POST',
      pathPrefix: '/repos/acme/webshop/git/refs',
      status: 'timeout-after-effect',
    });
    await people.approve('erin', unanswered);
    await people.approve('alice', undoing);
    await until(
      'the refund is made and nobody was told',
      () => refundsOf(world.vendorState(), unanswered, 0).length === 1,
    );
    await until(
      'the step is being undone',
      async () => (await release.view(undoing)).steps[1]?.status === 'failed',
    );
    const clicked = await waiting('support-agent', refund('pi_grace_big', 300));
    expect(await people.press('frank', clicked, 'approve')).toEqual({ status: 200 });
    await crash();

    expect(await support.view(untouched)).toMatchObject({ status: 'waiting', waitingFor: { have: 0 } });
    await people.approve('erin', untouched);
    expect(await support.reaches(untouched, 'closed', AFTER_CRASH_MS)).toMatchObject({ outcome: 'executed' });
    expect(await support.reaches(clicked, 'closed', AFTER_CRASH_MS)).toMatchObject({ outcome: 'executed' });
    expect(await support.reaches(unanswered, 'closed', AFTER_CRASH_MS)).toMatchObject({
      outcome: 'executed',
    });
    expect(await release.reaches(undoing, 'closed', AFTER_CRASH_MS)).toMatchObject({
      outcome: 'rolled_back',
      effects: 'none',
      steps: [{ status: 'undone' }, { status: 'failed' }],
    });
    for (const [id, words] of [
      [untouched, 'Executed.'],
      [clicked, 'Executed.'],
      [undoing, 'Rolled back.'],
    ] as const) {
      await people.card(id, (card) => card.words.includes(words) && card.buttons.size === 0, AFTER_CRASH_MS);
    }
    expect(await place.troubles()).toEqual([]);

    // The ledger against the vendors: one effect for each row that says so, and none without a row.
    await product.end('SIGINT');
    const rows = await ledger(place);
    const state = world.vendorState();
    for (const [id, amount] of [
      [untouched, 100],
      [unanswered, 200],
      [clicked, 300],
    ] as const) {
      expect(rows.filter(({ request }) => request === id)).toMatchObject([
        { direction: 'do', state: 'done' },
      ]);
      expect(refundsOf(state, id, 0)).toMatchObject([{ amount }]);
    }
    expect(state.all('refunds')).toHaveLength(3);
    expect(rows.filter(({ request, step }) => request === undoing && step === 0)).toMatchObject([
      { direction: 'do', state: 'done' },
      { direction: 'undo', state: 'done' },
    ]);
    const args = BRANCH;
    expect(standsOutside(state, { request: undoing, step: 0, tool: 'github.delete_branch', args })).toBe(
      false,
    );
  }, 240_000);
});

async function ledger(place: Place) {
  const store = await openStore({ dataDir: place.dataFolder });
  try {
    return await store.db
      .selectFrom('effects')
      .selectAll()
      .orderBy('request')
      .orderBy('step')
      .orderBy('direction')
      .execute();
  } finally {
    await store.close();
  }
}
