import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Engine, loadEngine } from '../../src/policy/engine.ts';
import { generateGrants, grantTexts } from '../../src/policy/generate-grants.ts';
import type { PermissionLine } from '../../src/policy/permissions.schema.ts';
import { accessScopes, expiredLines, readPermissions } from '../../src/policy/permissions.ts';
import { line } from './sample.ts';

const LINE: PermissionLine = {
  id: 'clerk-pays',
  profile: 'clerk',
  effect: 'money',
  tools: ['pay.refund', 'pay.credit'],
  scope: 'pay/cards',
  maxTier: 2,
  owner: 'olga',
  reason: 'Clerks may pay.',
};
const END = new Date('2027-03-31T00:00:00Z');
const read = (text: string) => readPermissions({ file: 'permissions.yaml', text });
const lineOf = (more: string) =>
  read(`permissions:\n${line('one', { effect: 'money', tools: 'pay.refund', scope: 'pay/cards', more })}`)
    .permissions[0]?.line;

describe('grantTexts()', () => {
  it('makes one permit of a line, with its tools by name, its scope and its data tier', () => {
    expect(grantTexts(LINE)).toEqual([
      `@id("clerk-pays") @owner("olga")
@reason("Clerks may pay.")
permit (
  principal in Profile::"clerk",
  action in [Action::"pay.refund", Action::"pay.credit"],
  resource in Scope::"pay/cards"
)
when { resource.tier <= 2 };`,
    ]);
  });

  it('ends a line at the moment it says', () => {
    expect(grantTexts({ ...LINE, until: END })[0]).toContain(
      'when { resource.tier <= 2 && context.now < datetime("2027-03-31T00:00:00.000Z") };',
    );
  });

  it('lets a line on request grant only during given access, and asking for it only as long as it says', () => {
    const [grant, ask] = grantTexts({
      ...LINE,
      tools: ['pay.refund'],
      until: END,
      onRequest: { atMostMinutes: 30 },
    });
    expect(grant).toMatch(/ && context\.elevated };$/);
    expect(ask).toBe(`@id("clerk-pays-ask") @owner("olga")
@reason("Clerks may pay.")
permit (
  principal in Profile::"clerk",
  action in [Action::"access.request"],
  resource in Scope::"access/pay.refund/pay/cards"
)
when { context.input.minutes <= 30 && context.now < datetime("2027-03-31T00:00:00.000Z") };`);
  });
});

describe('generateGrants()', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await loadEngine();
  });

  it('tells of each grant which line it is from and where that stands', () => {
    const { rules, problems } = generateGrants(engine, [
      { line: LINE, place: 'permissions.yaml:7', position: 4 },
    ]);
    expect(problems).toEqual([]);
    expect(rules).toMatchObject([
      {
        set: 'authority',
        place: 'permissions.yaml:7',
        fromLine: 'clerk-pays',
        annotations: { id: 'clerk-pays', owner: 'olga', reason: 'Clerks may pay.' },
      },
    ]);
  });

  it('never lets the words of a line say anything but themselves', () => {
    const hostile = '"); permit (principal, action, resource); //';
    const words = fc.oneof(fc.constant(hostile), fc.string({ unit: 'binary', maxLength: 40 }));
    fc.assert(
      fc.property(words, words, words, (owner, scope, tool) => {
        const { raw } = generateGrants(engine, [
          { line: { ...LINE, owner, scope, tools: [tool, 'crm.look'] }, place: 'x:1', position: 0 },
        ]);
        expect(raw).toHaveLength(1);
        expect(raw[0]?.json).toMatchObject({
          effect: 'permit',
          annotations: { owner },
          action: {
            op: 'in',
            entities: [
              { type: 'Action', id: tool },
              { type: 'Action', id: 'crm.look' },
            ],
          },
          resource: { op: 'in', entity: { type: 'Scope', id: scope } },
        });
      }),
      { numRuns: 200 },
    );
  });
});

describe('readPermissions()', () => {
  it('keeps the lines in their order with the place of each', () => {
    const money = { effect: 'money', tools: 'pay.refund', scope: 'pay/cards' };
    const { permissions } = read(`# words\npermissions:\n${line('one', money)}\n${line('two', money)}`);
    expect(permissions.map(({ line: { id }, place }) => `${id} ${place}`)).toEqual([
      'one permissions.yaml:3',
      'two permissions.yaml:5',
    ]);
  });

  it.each([
    ['a date, which is its first moment in UTC', '2027-03-31', END],
    ['a moment with a time zone', '2027-03-31T02:00:00+02:00', END],
  ])('takes as the end of a line %s', (_, until, moment) => {
    expect(lineOf(`, until: ${until}`)?.until).toEqual(moment);
  });

  it.each(['2027-03-31T02:00:00', 'tomorrow', '""', '7'])('does not take %s for an end', (until) => {
    expect(lineOf(`, until: ${until}`)).toBeUndefined();
  });

  it('names every wrong field of every line', () => {
    const { permissions, problems } = read(
      'permissions:\n  - { id: one }\n  - 7\n  - { id: two, maxTier: 9 }',
    );
    expect(permissions).toEqual([]);
    expect(problems.filter(({ field }) => field === 'permissions.yaml:2')).toHaveLength(7);
    expect(problems).toContainEqual({
      field: 'permissions.yaml:4',
      problem: 'line "two" has a wrong "maxTier": wanted a data tier from 1 to 4',
    });
  });
});

describe('accessScopes()', () => {
  it('lists where asking is judged, with all parents, for lines on request only', () => {
    const at = (line: PermissionLine) => ({ line, place: 'x:1', position: 0 });
    expect(accessScopes([at(LINE)])).toEqual([]);
    expect(accessScopes([at({ ...LINE, tools: ['pay.refund'], onRequest: { atMostMinutes: 5 } })])).toEqual([
      'access/pay.refund/pay/cards',
      'access/pay.refund/pay',
      'access/pay.refund',
      'access',
    ]);
  });
});

describe('expiredLines()', () => {
  it.each([
    ['before its end', '2027-03-30T23:59:59.999Z', false],
    ['from its end on', '2027-03-31T00:00:00Z', true],
  ])('counts a line %s as %s expired: %s', (_, now, expired) => {
    const lines = [LINE, { ...LINE, until: END }];
    expect(expiredLines(lines, new Date(now))).toEqual(expired ? lines.slice(1) : []);
  });
});
