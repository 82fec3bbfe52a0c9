import { describe, expect, it } from 'vitest';
import { AUTHORITY, line, loadText, NAMES, PERMISSIONS } from './sample.ts';

const allOf = (mayAsk: (profile: string, tool: (typeof NAMES.tools)[number]) => boolean, profile: string) =>
  NAMES.tools.filter((tool) => mayAsk(profile, tool)).map(({ name }) => name);

describe('mayAsk()', () => {
  it.each([
    ['clerk', ['crm.look', 'crm.edit', 'crm.erase', 'mail.draft', 'mail.send', 'pay.refund']],
    ['reader', ['crm.look']],
    ['nobody', []],
  ])('shows a %s the tools that a grant names for it', async (profile, tools) => {
    const { mayAsk } = await loadText();
    expect(allOf(mayAsk, profile)).toEqual(tools);
  });

  it('shows what may be had on request, and the way to ask for it', async () => {
    const onRequest = { effect: 'write', tools: 'crm.edit', scope: 'crm/people' } as const;
    const access = {
      name: 'access.request',
      effect: 'write',
      reversibility: 'reversible',
      smaller: [],
      policyFacts: { minutes: 'long' },
    } as const;
    const { mayAsk } = await loadText({
      names: { tools: [...NAMES.tools, access] },
      permissions:
        PERMISSIONS +
        line('reader-edits', { ...onRequest, profile: 'reader', more: ', on: request, atMostMinutes: 30' }),
    });
    expect(allOf(mayAsk, 'reader')).toEqual(['crm.look', 'crm.edit']);
    expect(mayAsk('reader', access)).toBe(true);
    expect(mayAsk('clerk', access)).toBe(false);
  });

  it('does not take a profile in a rule that forbids for a grant', async () => {
    const { mayAsk } = await loadText({
      authority: `${AUTHORITY}
@id("one") @owner("sam") @reason("Readers may not edit.")
forbid (principal in Profile::"reader", action == Action::"crm.edit", resource);`,
    });
    expect(allOf(mayAsk, 'reader')).toEqual(['crm.look']);
  });
});
