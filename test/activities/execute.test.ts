import { describe, expect, test } from 'vitest';
import type { StepInput } from '../../activities/contract.ts';
import type { ExecuteDeps } from '../../activities/running.ts';
import { CATALOGUE } from '../tools/catalogue.ts';
import { vendorWorld } from '../tools/vendor-world.ts';
import { CHANGES, changeOf, ready } from './changes.ts';
import { openOffice, sealed, stepInput } from './office.ts';

const office = await openOffice();
const { store } = office;

const rowOf = ({ request, step }: StepInput) => store.effects.find({ request, step, direction: 'do' });

describe('execute', () => {
  test('answers a read without touching the ledger', async () => {
    const { vendors } = await vendorWorld();
    const ask = { tool: 'github.list_branches', args: { repository: 'acme/webshop' } };
    const input = stepInput(await sealed(office, 'release-agent', [ask]));
    const untouchable = () => Promise.reject(new Error('a read asked the ledger'));
    const ledger = {
      ...{ find: untouchable, intend: untouchable, intendWithin: untouchable, settle: untouchable },
    };
    expect(await office.executor(vendors, { ledger }).execute(input)).toMatchObject({
      kind: 'done',
      tool: 'github.list_branches',
      result: { branches: expect.arrayContaining([expect.objectContaining({ name: 'main' })]) },
    });
    expect(await rowOf(input)).toBeUndefined();
  });

  test('has every tool of the catalogue that changes something at a vendor in the tables here', () => {
    // Access on request is kept by ourselves; `elevation.test.ts` is about it.
    const atVendors = CATALOGUE.filter(({ name }) => !name.startsWith('access.'));
    const changing = atVendors.filter(({ effect }) => effect !== 'read').map(({ name }) => name);
    expect(CHANGES.map(({ tool }) => tool).toSorted()).toEqual(changing.toSorted());
  });
});

describe.each(CHANGES.map((change) => [change.tool, change] as const))('execute of %s', (_, change) => {
  test('writes the intent, has its effect, writes the result, and answers a repeat from the ledger', async () => {
    const world = await vendorWorld();
    const { execute } = office.executor(world.vendors);
    const input = await ready(office, world.vendors, change);
    const before = await change.look(world.vendors);
    const result = await execute(input);
    const after = await change.look(world.vendors);
    expect(result).toMatchObject({ kind: 'done', tool: change.tool });
    expect(after).not.toEqual(before);
    expect(await rowOf(input)).toMatchObject({ state: 'done', tool: change.tool });
    world.emulators.failNext({ ...change.effect, status: 400, times: 9 });
    expect(await execute(input)).toEqual(result);
    expect(await change.look(world.vendors)).toEqual(after);
  });

  test('whose answer was lost is found by the retry under the same key and not done twice (T31)', async () => {
    const world = await vendorWorld();
    const input = await ready(office, world.vendors, change);
    const before = await change.look(world.vendors);
    world.emulators.failNext({ ...change.effect, status: 'timeout-after-effect' });
    await expect(office.executor(world.hasty).execute(input)).rejects.toMatchObject({
      type: 'outside-unknown',
      nonRetryable: false,
    });
    expect(await rowOf(input)).toMatchObject({ state: 'intended' });
    const after = await change.look(world.vendors);
    expect(after).not.toEqual(before);
    world.emulators.failNext({ ...change.effect, status: 400, times: 9 });
    expect(await office.executor(world.vendors).execute(input)).toMatchObject({ kind: 'done' });
    expect(await rowOf(input)).toMatchObject({ state: 'done' });
    expect(await change.look(world.vendors)).toEqual(after);
  });

  test('that was turned away as too early is done by the retry', async () => {
    const world = await vendorWorld();
    const { execute } = office.executor(world.vendors);
    const input = await ready(office, world.vendors, change);
    const before = await change.look(world.vendors);
    world.emulators.failNext({ ...change.effect, status: 429 });
    await expect(execute(input)).rejects.toMatchObject({ type: 'outside-retryable', nonRetryable: false });
    expect(await change.look(world.vendors)).toEqual(before);
    expect(await execute(input)).toMatchObject({ kind: 'done' });
    expect(await change.look(world.vendors)).not.toEqual(before);
  });

  test('that its vendor refuses for good is settled as failed and never tried again', async () => {
    const world = await vendorWorld();
    const { execute } = office.executor(world.vendors);
    const input = await ready(office, world.vendors, change);
    const before = await change.look(world.vendors);
    world.emulators.failNext({ ...change.effect, status: 422 });
    const refusal = { type: 'outside-final', nonRetryable: true, message: expect.stringMatching(/^Cannot /) };
    await expect(execute(input)).rejects.toMatchObject(refusal);
    expect(await rowOf(input)).toMatchObject({ state: 'failed' });
    await expect(execute(input)).rejects.toMatchObject(refusal);
    expect(await change.look(world.vendors)).toEqual(before);
  });
});

/** What may change between an attempt whose answer was lost and the next one. */
const MEANWHILE: readonly { title: string; over: Partial<ExecuteDeps> }[] = [
  {
    title: 'a halt was put up',
    over: {
      orders: {
        inForce: async () => ({
          halts: [
            {
              id: 'h',
              scope: 'everything',
              subject: '*',
              reason: 'an incident',
              by: 'dana',
              at: '2026-11-21',
            },
          ],
          revocations: [],
          switches: [],
        }),
      },
    },
  },
  {
    title: 'the agent was suspended',
    over: {
      directory: {
        ...office.installation.directory,
        agent: async (id: string) => {
          const agent = await office.installation.directory.agent(id);
          return agent && { ...agent, suspended: true };
        },
      },
    },
  },
  {
    title: 'the approver left',
    over: {
      directory: { ...office.installation.directory, person: async () => undefined },
    },
  },
];

describe('execute, between an attempt whose answer was lost and the next,', () => {
  test.each(MEANWHILE)('says that it happened although $title', async ({ over }) => {
    const world = await vendorWorld();
    const input = await ready(office, world.vendors, changeOf('github.delete_branch'));
    world.emulators.failNext({
      ...changeOf('github.delete_branch').effect,
      status: 'timeout-after-effect',
    });
    await expect(office.executor(world.hasty).execute(input)).rejects.toThrow();
    expect(await office.executor(world.vendors, over).execute(input)).toMatchObject({ kind: 'done' });
    expect(await rowOf(input)).toMatchObject({ state: 'done' });
  });

  test.each(MEANWHILE)('answers from the ledger although $title', async ({ over }) => {
    const world = await vendorWorld();
    const input = await ready(office, world.vendors, changeOf('stripe.cancel_subscription'));
    const first = await office.executor(world.vendors).execute(input);
    expect(await office.executor(world.vendors, over).execute(input)).toEqual(first);
  });

  test.each(MEANWHILE)('does nothing when it had not happened and $title', async ({ over }) => {
    const world = await vendorWorld();
    const change = changeOf('github.delete_branch');
    const input = await ready(office, world.vendors, change);
    const before = await change.look(world.vendors);
    world.emulators.failNext({ ...change.effect, status: 503 });
    await expect(office.executor(world.vendors).execute(input)).rejects.toThrow();
    expect(await office.executor(world.vendors, over).execute(input)).toMatchObject({ kind: 'refused' });
    expect(await change.look(world.vendors)).toEqual(before);
  });

  test('fails for good when it had not happened and the target changed', async () => {
    const world = await vendorWorld();
    const change = changeOf('github.delete_branch');
    const input = await ready(office, world.vendors, change);
    world.emulators.failNext({ ...change.effect, status: 503 });
    await expect(office.executor(world.vendors).execute(input)).rejects.toThrow();
    world.emulators.driftBranch('acme/webshop', 'old-checkout');
    const before = await change.look(world.vendors);
    // What an undo would need was captured from the state before, so a new version can't go on from here.
    await expect(office.executor(world.vendors).execute(input)).rejects.toMatchObject({
      nonRetryable: true,
      message: 'acme/webshop branch old-checkout changed since people looked.',
    });
    expect(await rowOf(input)).toMatchObject({ state: 'failed' });
    expect(await change.look(world.vendors)).toEqual(before);
  });
});
