/** What an agent is handed of a result: as far as it is cleared now, and never what nobody could note. */
import { describe, expect, test } from 'vitest';
import { handOut, RESULT_BYTES_MAX } from '../../activities/hand-out.ts';
import type { Ask, JsonValue } from '../../src/domain/ask.ts';
import { impossible } from '../../src/domain/errors.ts';
import type { Agent } from '../../src/domain/people.ts';
import { vendorWorld } from '../tools/vendor-world.ts';
import { changeOf, ready } from './changes.ts';
import { openOffice, sealed, stepInput } from './office.ts';

const office = await openOffice();
const { directory, registry } = office.judging;

const READ: Ask = { tool: 'stripe.get_customer', args: { customer: 'cus_grace' } };

/** The directory with the agent's clearance as it would be now; without one, the agent is gone. */
const cleared = (maxTier?: Agent['maxTier']) => ({
  directory: {
    ...directory,
    agent: async (id: string) => {
      const agent = await directory.agent(id);
      return agent && maxTier !== undefined ? { ...agent, maxTier } : undefined;
    },
  },
});

describe('execute of a read', () => {
  const read = async (over: Parameters<typeof office.executor>[1] = {}, ask = READ) => {
    const { vendors } = await vendorWorld();
    const request = await sealed(office, 'support-agent', [ask]);
    return office.executor(vendors, over).execute(stepInput(request));
  };

  test('hands out every field that the agent is cleared for', async () => {
    const result = await read();
    expect(result).toMatchObject({ kind: 'done', result: { id: 'cus_grace', email: expect.any(String) } });
    expect(result).not.toHaveProperty('withheld');
  });

  test('takes out the fields beyond its clearance and says which', async () => {
    const result = await read(cleared(2));
    expect(result).toMatchObject({
      result: { id: 'cus_grace', name: expect.any(String) },
      withheld: expect.arrayContaining([{ field: '/email', what: 'tier 3' }]),
    });
    expect(JSON.stringify(result)).not.toContain('@');
  });

  test('is denied when fields beyond its clearance are asked for by name', async () => {
    const ask = { ...READ, args: { ...READ.args, fields: ['email'] } };
    expect(await read(cleared(2), ask)).toMatchObject({
      why: 'denied',
      verdict: { rules: [{ id: 'over-clearance' }] },
    });
    expect(await read({}, ask)).toMatchObject({ kind: 'done' });
  });

  test('that cannot be noted hands out nothing personal, and is tried again', async () => {
    const usage = { ...office.store.usage, observe: () => Promise.reject(new Error('disk full')) };
    const failure = read({ usage });
    await expect(failure).rejects.toMatchObject({ type: 'outside-retryable', nonRetryable: false });
    await expect(failure).rejects.not.toThrow('disk full');
    expect(await read({ usage, ...cleared(2) })).toMatchObject({ kind: 'done' });
  });

  test('that its vendor refuses says so, whether it could be noted or not', async () => {
    const usage = { ...office.store.usage, observe: () => Promise.reject(new Error('disk full')) };
    const gone = { ...READ, args: { customer: 'cus_nobody' } };
    await expect(read({ usage }, gone)).rejects.toMatchObject({ type: 'outside-final' });
  });
});

describe('execute of a change, answering from the ledger,', () => {
  test('hands out as far as the agent is cleared by then', async () => {
    const { vendors } = await vendorWorld();
    const input = await ready(office, vendors, changeOf('stripe.update_customer'));
    const first = await office.executor(vendors).execute(input);
    expect(first).toMatchObject({ kind: 'done' });
    expect(await office.executor(vendors).execute(input)).toEqual(first);
    const gone = await office.executor(vendors, cleared()).execute(input);
    expect(gone).toEqual({
      ...{ kind: 'done', tool: 'stripe.update_customer', result: null },
      withheld: [{ field: '', what: 'the agent is unknown now' }],
    });
    const row = await office.store.effects.find({ request: input.request, step: 0, direction: 'do' });
    expect(row?.result).not.toBeNull();
  });
});

describe('handOut()', () => {
  const tool = registry.get(READ.tool) ?? impossible('no such tool');
  const agent = async (maxTier: Agent['maxTier'] = 3) =>
    (await cleared(maxTier).directory.agent('support-agent')) ?? impossible('no such agent');

  test.each<{ title: string; result: JsonValue; withheld: readonly string[] }>([
    { title: 'a field nobody declared', result: { id: 'cus_a', cvc: '123' }, withheld: ['/cvc'] },
    {
      title: 'what looks like a secret in a field that is fine',
      result: { id: 'cus_a', description: 'card 4242 4242 4242 4242' },
      withheld: ['/description'],
    },
    { title: 'nothing of what is as declared', result: { id: 'cus_a', name: 'Grace' }, withheld: [] },
  ])('takes out $title', async ({ result, withheld }) => {
    const handed = handOut({ name: tool.name, tool }, result, await agent());
    const taken = handed.kind === 'done' ? (handed.withheld ?? []) : [];
    expect(taken.map(({ field }) => field)).toEqual(withheld);
    expect(JSON.stringify(handed)).not.toMatch(/4242 4242|"123"/);
  });

  test('hands out nothing of a tool that nobody knows any more', async () => {
    expect(handOut({ name: 'crm.look', tool: undefined }, { id: 'cus_a' }, await agent())).toEqual({
      ...{ kind: 'done', tool: 'crm.look', result: null },
      withheld: [{ field: '', what: 'the tool is unknown now' }],
    });
  });

  test('says of a result that was too large how large it was', async () => {
    const omitted = { omitted: `The result has ${RESULT_BYTES_MAX + 1} bytes` };
    expect(handOut({ name: tool.name, tool }, omitted, await agent(1))).toEqual({
      kind: 'done',
      tool: tool.name,
      result: omitted,
    });
  });

  test('does not take what a vendor says for those words of ours', async () => {
    const result = { omitted: 'The result has jane@example.com' };
    expect(handOut({ name: tool.name, tool }, result, await agent(1))).toMatchObject({
      result: {},
      withheld: [{ field: '/omitted' }],
    });
  });
});
