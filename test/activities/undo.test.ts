import { describe, expect, test } from 'vitest';
import type { StepInput } from '../../activities/contract.ts';
import { vendorWorld } from '../tools/vendor-world.ts';
import { CHANGES, changeOf, ready } from './changes.ts';
import { openOffice, sealed, stepInput } from './office.ts';

const office = await openOffice();
const REVERSIBLE = CHANGES.filter(({ irreversible }) => irreversible === undefined);
const FINAL = CHANGES.filter(({ irreversible }) => irreversible === true);

/** The story undoes with neither plan nor decisions: taking back needs no consent. */
const bare = ({ plan: _, ...input }: StepInput): StepInput => ({ ...input, decisions: [] });

const rowOf = ({ request, step }: StepInput, direction: 'do' | 'undo') =>
  office.store.effects.find({ request, step, direction });

describe.each(REVERSIBLE.map((change) => [change.tool, change] as const))('undo of %s', (_, change) => {
  test('takes its effect back, and undoing again answers the same and does nothing', async () => {
    const world = await vendorWorld();
    const { execute, undo } = office.executor(world.vendors);
    const input = await ready(office, world.vendors, change);
    const before = await change.look(world.vendors);
    await execute(input);
    expect(await change.look(world.vendors)).not.toEqual(before);
    const undone = await undo(bare(input));
    expect(undone).toMatchObject({ kind: 'undone', sentence: expect.stringMatching(/^["A-Z]/) });
    expect(await change.look(world.vendors)).toEqual(before);
    expect(await rowOf(input, 'undo')).toMatchObject({ state: 'done' });
    world.emulators.failNext({ ...change.effect, pathPrefix: '/', status: 400, times: 9 });
    expect(await undo(bare(input))).toEqual(undone);
    expect(await change.look(world.vendors)).toEqual(before);
  });

  test('takes back an effect whose answer was lost', async () => {
    const world = await vendorWorld();
    const input = await ready(office, world.vendors, change);
    const before = await change.look(world.vendors);
    world.emulators.failNext({ ...change.effect, status: 'timeout-after-effect' });
    await expect(office.executor(world.hasty).execute(input)).rejects.toThrow();
    const { undo } = office.executor(world.vendors);
    expect(await undo(bare(input))).toMatchObject({ kind: 'undone' });
    expect(await change.look(world.vendors)).toEqual(before);
    expect(await rowOf(input, 'do')).toMatchObject({ state: 'done' });
    expect(await undo(bare(input))).toMatchObject({ kind: 'undone' });
  });

  test('is repeated safely when its own answer was lost', async () => {
    const world = await vendorWorld();
    const input = await ready(office, world.vendors, change);
    const before = await change.look(world.vendors);
    await office.executor(world.vendors).execute(input);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      const { provider } = change.effect;
      world.emulators.failNext({ provider, method, pathPrefix: '/', status: 'timeout-after-effect' });
    }
    await expect(office.executor(world.hasty).undo(bare(input))).rejects.toMatchObject({
      nonRetryable: false,
    });
    world.emulators.clearFaults();
    expect(await office.executor(world.vendors).undo(bare(input))).toMatchObject({ kind: 'undone' });
    expect(await change.look(world.vendors)).toEqual(before);
  });
});

describe.each(CHANGES.map((change) => [change.tool, change] as const))('undo of %s', (_, change) => {
  test('has nothing to take back when it was never tried', async () => {
    const world = await vendorWorld();
    const input = await ready(office, world.vendors, change);
    const before = await change.look(world.vendors);
    expect(await office.executor(world.vendors).undo(bare(input))).toMatchObject({ kind: 'nothing' });
    expect(await change.look(world.vendors)).toEqual(before);
    expect(await rowOf(input, 'undo')).toBeUndefined();
  });

  test('finds out that a try of unknown fate never happened, and closes the door on it', async () => {
    const world = await vendorWorld();
    const { execute, undo } = office.executor(world.vendors);
    const input = await ready(office, world.vendors, change);
    const before = await change.look(world.vendors);
    world.emulators.failNext({ ...change.effect, status: 500 });
    await expect(execute(input)).rejects.toMatchObject({ type: 'outside-unknown' });
    // The first answer comes too soon to be believed.
    await expect(undo(bare(input))).rejects.toMatchObject({ type: 'outside-unknown' });
    const again = office.executor(world.vendors, {}, { attempt: 2 });
    expect(await again.undo(bare(input))).toEqual({ kind: 'nothing', sentence: 'It never happened.' });
    await expect(execute(input)).rejects.toMatchObject({ nonRetryable: true });
    expect(await change.look(world.vendors)).toEqual(before);
  });

  test('has nothing to take back when the vendor refused it', async () => {
    const world = await vendorWorld();
    const { execute, undo } = office.executor(world.vendors);
    const input = await ready(office, world.vendors, change);
    world.emulators.failNext({ ...change.effect, status: 422 });
    await expect(execute(input)).rejects.toThrow();
    expect(await undo(bare(input))).toMatchObject({ kind: 'nothing' });
  });

  test('is refused without the seal of its ask', async () => {
    const world = await vendorWorld();
    const { execute, undo } = office.executor(world.vendors);
    const input = await ready(office, world.vendors, change);
    await execute(input);
    const after = await change.look(world.vendors);
    const { seal } = await sealed(office, change.agent, [input.ask]);
    await expect(undo({ ...bare(input), seal })).rejects.toMatchObject({
      type: 'unauthenticated',
      nonRetryable: true,
    });
    expect(await change.look(world.vendors)).toEqual(after);
  });
});

describe.each(FINAL.map((change) => [change.tool, change] as const))('undo of %s', (_, change) => {
  test.each([
    { title: 'was answered', fault: undefined },
    { title: 'was not answered', fault: 'timeout-after-effect' as const },
  ])('says that what happened and $title stands', async ({ fault }) => {
    const world = await vendorWorld();
    const input = await ready(office, world.vendors, change);
    if (fault !== undefined) world.emulators.failNext({ ...change.effect, status: fault });
    await office
      .executor(world.hasty)
      .execute(input)
      .catch(() => undefined);
    const after = await change.look(world.vendors);
    expect(await office.executor(world.vendors).undo(bare(input))).toMatchObject({
      kind: 'stands',
      sentence: expect.stringMatching(/cannot be undone\.$/),
    });
    expect(await change.look(world.vendors)).toEqual(after);
    expect(await rowOf(input, 'do')).toMatchObject({ state: 'done' });
  });
});

describe('undo', () => {
  test('of a downscoped step takes back what ran in its place', async () => {
    const { vendors } = await vendorWorld();
    const { tool, args } = changeOf('email.send');
    const request = await sealed(office, 'outreach-agent', [{ tool, args }], { confidence: 0.5 });
    const { execute, undo } = office.executor(vendors);
    const input = stepInput(request, { runs: 'email.draft' });
    await execute(input);
    expect(await changeOf('email.draft').look(vendors)).toEqual(['Hello']);
    expect(await undo(input)).toMatchObject({ kind: 'undone' });
    expect(await changeOf('email.draft').look(vendors)).toEqual([]);
  });

  test('counts as undone what somebody took back by hand meanwhile, and says so', async () => {
    const world = await vendorWorld();
    const input = await ready(office, world.vendors, changeOf('stripe.cancel_subscription'));
    const { execute, undo } = office.executor(world.vendors);
    await execute(input);
    await world.vendors.stripe.subscriptions.update('sub_ada', { cancel_at_period_end: false });
    expect(await undo(bare(input))).toMatchObject({ kind: 'undone', sentence: expect.any(String) });
  });

  test('that cannot be done is final and says why', async () => {
    const world = await vendorWorld();
    const input = await ready(office, world.vendors, changeOf('github.delete_branch'));
    const { execute, undo } = office.executor(world.vendors);
    await execute(input);
    const { github } = world.vendors;
    const at = { owner: 'acme', repo: 'webshop' };
    const { data: main } = await github.rest.git.getRef({ ...at, ref: 'heads/main' });
    await github.rest.git.createRef({ ...at, ref: 'refs/heads/old-checkout', sha: main.object.sha });
    await expect(undo(bare(input))).rejects.toMatchObject({
      type: 'outside-final',
      nonRetryable: true,
      message: 'Cannot restore branch "old-checkout": one of that name points at another commit now',
    });
    expect(await rowOf(input, 'undo')).toMatchObject({ state: 'intended' });
  });
});
