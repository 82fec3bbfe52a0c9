import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StepFacts } from '../../src/domain/facts.ts';
import { type Engine, loadEngine } from '../../src/policy/engine.ts';
import { generateGrants, grantTexts } from '../../src/policy/generate-grants.ts';
import type { PermissionLine } from '../../src/policy/permissions.schema.ts';
import { accessScopes, isExpired, readPermissions } from '../../src/policy/permissions.ts';
import type { PolicyTool } from '../../src/policy/vocabulary.ts';
import { factsOf, GATES, line, loadText, NAMES, PERMISSIONS } from './sample.ts';

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
const ON_REQUEST = ', on: request, atMostMinutes: 30';
const ACCESS: PolicyTool = {
  name: 'access.request',
  effect: 'write',
  reversibility: 'reversible',
  smaller: [],
  policyFacts: { minutes: 'long' },
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

  it('tells of each grant which line it is from and where that stands', async () => {
    const { rules, problems } = await generateGrants(engine, [
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

  it('never lets the words of a line say anything but themselves', async () => {
    const hostile = '"); permit (principal, action, resource); //';
    const words = fc.oneof(fc.constant(hostile), fc.string({ unit: 'binary', maxLength: 40 }));
    await fc.assert(
      fc.asyncProperty(words, words, words, async (owner, scope, tool) => {
        const { raw } = await generateGrants(engine, [
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

describe('a line of the matrix', () => {
  const edits = { profile: 'reader', effect: 'write', tools: 'crm.edit', scope: 'crm/people' } as const;
  const reader = { ...factsOf('crm.edit').agent, id: 'reader-1', profile: 'reader', maxTier: 4 as const };
  const target = factsOf('crm.edit').target;
  const judge = async (more: string, changes: Partial<StepFacts>) => {
    const permissions = PERMISSIONS + line('reader-edits', { ...edits, maxTier: 2, more });
    const policy = await loadText({ permissions, names: { tools: [...NAMES.tools, ACCESS] } });
    const { effect, rules } = policy.decide(factsOf('crm.edit', { agent: reader, ...changes }));
    return effect === 'deny' ? `deny ${rules.map(({ id }) => id).join()}` : effect;
  };

  it.each<readonly [string, string, Partial<StepFacts>, string]>([
    ['on its scope and data', '', {}, 'notify'],
    ['below its scope', '', { target: { ...target, scope: 'crm/people/new' } }, 'notify'],
    ['beside its scope', '', { target: { ...target, scope: 'crm/firms' } }, 'deny no-grant'],
    ['above its data tier, cleared or not', '', { target: { ...target, tier: 3 } }, 'deny no-grant'],
    [
      'for another profile',
      '',
      { agent: { ...reader, profile: 'clerk' }, target: { ...target, tier: 3 } },
      'notify',
    ],
    ['just before its end', ', until: 2027-03-31', { now: new Date(END.getTime() - 1) }, 'notify'],
    ['at its end', ', until: 2027-03-31', { now: END }, 'deny no-grant'],
    ['on request, without access', ON_REQUEST, {}, 'deny no-grant'],
    ['on request, with access', ON_REQUEST, { elevated: true }, 'notify'],
    [
      'on request, with access above its data tier',
      ON_REQUEST,
      { elevated: true, target: { ...target, tier: 3 } },
      'deny no-grant',
    ],
    [
      'on request, with access that outlives it',
      `${ON_REQUEST}, until: 2027-03-31`,
      { elevated: true, now: END },
      'deny no-grant',
    ],
  ])('answers a step %s', async (_, more, changes, answer) => {
    expect(await judge(more, changes)).toBe(answer);
  });
});

describe('asking for a line on request', () => {
  const gate = (id: string, what: string) =>
    `\n@id("${id}") @owner("desk") ${what} @reason("Access is watched.")
forbid (principal, action == Action::"access.request", resource) when { context.input.minutes > 5 };\n`;
  const ask = async (minutes: number, gates: string) => {
    const permissions =
      PERMISSIONS +
      line('reader-edits', {
        profile: 'reader',
        effect: 'write',
        tools: 'crm.edit',
        scope: 'crm/people',
        more: ON_REQUEST,
      });
    const policy = await loadText({
      permissions,
      gates: GATES + gates,
      names: { tools: [...NAMES.tools, ACCESS] },
    });
    const { agent, target } = factsOf('crm.edit');
    return policy.decide({
      ...factsOf('crm.edit'),
      tool: ACCESS.name,
      agent: { ...agent, id: 'reader-1', profile: 'reader' },
      target: { ...target, scope: 'access/crm.edit/crm/people', tier: 1 },
      input: { minutes },
    });
  };
  const APPROVAL = '@gate("approval") @tier("low") @approvers("desk") @quorum("1") @ttl("1h")';

  it.each([
    ['goes to people where a gate asks them', 30, gate('access', APPROVAL), 'approve', 'access'],
    ['is denied where no gate fires', 5, gate('access', APPROVAL), 'deny', 'nobody-asked'],
    [
      'is denied where it is only announced',
      30,
      gate('access', '@gate("notify") @channel("notices")'),
      'deny',
      'nobody-asked',
    ],
    ['is denied where no gate is about it', 30, '', 'deny', 'nobody-asked'],
    ['is denied for longer than the line says', 31, gate('access', APPROVAL), 'deny', 'no-grant'],
  ])('%s', async (_, minutes, gates, effect, rule) => {
    const verdict = await ask(minutes, gates);
    expect(verdict).toMatchObject({ effect, rules: [{ id: rule }] });
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

describe('isExpired()', () => {
  it.each([
    ['without an end', LINE, END, false],
    ['before its end', { ...LINE, until: END }, new Date(END.getTime() - 1), false],
    ['from its end on', { ...LINE, until: END }, END, true],
  ])('of a line %s', (_, line, now, expired) => {
    expect(isExpired(line, now)).toBe(expired);
  });
});
