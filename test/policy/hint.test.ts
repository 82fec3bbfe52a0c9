import { describe, expect, it } from 'vitest';
import { AUTHORITY, GATES, loadText } from './sample.ts';

const LOW = 'context.confidence.lessThan(decimal("0.5"))';
const HIGH = 'context.confidence.greaterThanOrEqual(decimal("0.5"))';

const block = (condition: string) => ({
  authority: `${AUTHORITY}\n@id("extra") @owner("sam") @reason("X is due.") forbid (principal, action, resource) ${condition};`,
});
const gate = (condition: string) => ({
  gates: `${GATES}\n@id("extra") @owner("sam") @gate("notify") @channel("notices") @reason("X is due.") forbid (principal, action, resource) ${condition};`,
});
describe('the loader lets rules look at confidence', () => {
  it.each([
    ['a block when it is low', block(`when { ${LOW} }`)],
    ['a block unless it is high', block(`unless { ${HIGH} }`)],
    ['a gate when it is low and something else', gate(`when { context.amountCents > 5 && ${LOW} }`)],
    ['a gate when it is low or something else', gate(`when { context.changeFreeze || ${LOW} }`)],
    ['a gate when it is not high', gate(`when { !(${HIGH}) }`)],
    ['a gate unless it is not low', gate(`unless { !(${LOW}) }`)],
    ['a rule that reads other facts', gate('when { context.amountCents == 7 && !context.changeFreeze }')],
    [
      'a rule that asks whether facts exist',
      gate('when { context has confidence && context.amountCents > 1 }'),
    ],
  ])('in %s', async (_, text) => {
    await expect(loadText(text)).resolves.toHaveProperty('version');
  });
});

describe('the loader refuses rules that could reward low confidence', () => {
  it.each([
    ['a block when it is high', block(`when { ${HIGH} }`)],
    ['a block unless it is low', block(`unless { ${LOW} }`)],
    ['a gate when it is not low', gate(`when { !(${LOW}) }`)],
    [
      'a gate with high confidence deep inside',
      gate(`when { context.amountCents > 5 || (context.changeFreeze && ${HIGH}) }`),
    ],
    ['a gate at one exact confidence', gate('when { context.confidence == decimal("1.0") }')],
    ['a gate unless at one exact confidence', gate('unless { context.confidence == decimal("0.1") }')],
    ['a choice made by confidence', gate(`when { if ${LOW} then context.changeFreeze else true }`)],
    ['a comparison turned round', gate('when { decimal("0.5").lessThan(context.confidence) }')],
    ['a set that holds it', gate('when { [context.confidence].contains(decimal("0.1")) }')],
    ['a comparison between comparisons', gate(`when { ${LOW} == context.changeFreeze }`)],
    ['a record that holds it', gate('when { {a: context.confidence}.a == decimal("0.1") }')],
    ['the whole context as a value', gate('when { {a: context}.a.confidence == decimal("0.1") }')],
  ])('such as %s', async (_, text) => {
    const error: unknown = await loadText(text).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'misconfigured' });
    expect(error).toHaveProperty(
      'problems',
      expect.arrayContaining([
        expect.objectContaining({ problem: expect.stringContaining('could reward low confidence') }),
      ]),
    );
  });
});

const CLAIMED = 'context.behalf';
const FINANCE = 'context.behalfGroups.contains(Group::"leads")';

describe('the loader lets rules look at whom an agent claims to act for', () => {
  it.each([
    ['a gate when it acts for somebody', gate(`when { ${CLAIMED} }`)],
    ['a gate when it acts for somebody of a group', gate(`when { ${FINANCE} && context.amountCents > 1 }`)],
    ['a block unless it acts for nobody', block(`unless { !${CLAIMED} }`)],
  ])('in %s', async (_, text) => {
    await expect(loadText(text)).resolves.toHaveProperty('version');
  });
});

describe('the loader refuses rules that could reward a claim', () => {
  it.each([
    ['a gate unless it acts for somebody', gate(`unless { ${CLAIMED} }`)],
    ['a gate when it acts for nobody', gate(`when { !${CLAIMED} }`)],
    ['a gate unless that person is of a group', gate(`unless { ${FINANCE} }`)],
    ['a gate when the claim is compared', gate(`when { ${CLAIMED} == false }`)],
    ['a gate when nobody has groups', gate('when { context.behalfGroups.isEmpty() }')],
    ['a choice made by the claim', gate(`when { if ${CLAIMED} then context.changeFreeze else true }`)],
    ['a set that holds the claim', gate(`when { [${CLAIMED}].contains(false) }`)],
  ])('such as %s', async (_, text) => {
    const error: unknown = await loadText(text).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'misconfigured' });
    expect(error).toHaveProperty('problems', [
      expect.objectContaining({ problem: expect.stringContaining('could reward whom the agent claims') }),
    ]);
  });
});
