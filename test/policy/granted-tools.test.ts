import { describe, expect, it } from 'vitest';
import { AUTHORITY, loadText, NAMES } from './sample.ts';

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

  it('does not take a profile in a condition, or a single agent, for a grant to the profile', async () => {
    const { mayAsk } = await loadText({
      authority: `${AUTHORITY}
@id("one") @reason("One reader may edit.")
permit (principal == Agent::"reader-1", action == Action::"crm.edit", resource in Scope::"crm")
unless { principal in Profile::"reader" && resource.tier > 1 };`,
    });
    expect(allOf(mayAsk, 'reader')).toEqual(['crm.look']);
  });
});
