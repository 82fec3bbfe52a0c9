import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/ask.ts';
import { CountersignError } from '../../src/domain/errors.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { CATALOGUE } from './catalogue.ts';

const registry = createRegistry(CATALOGUE);

function refusalOf(run: () => unknown): CountersignError {
  try {
    run();
  } catch (error) {
    if (error instanceof CountersignError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

const MAIL = { to: ['lead@bigcorp.example'], subject: 'Hello', text: 'Text' };
const ACCESS = {
  tool: 'github.delete_branch',
  scope: 'github/acme/webshop',
  minutes: 60,
  reason: 'Clearing away old branches',
};
const BRANCH = { repository: 'acme/webshop', branch: 'old-checkout' };

describe('createRegistry()', () => {
  it('holds the whole catalogue in alphabetical order, frozen', () => {
    expect(registry.names()).toHaveLength(14);
    expect(registry.names()).toEqual([...registry.names()].sort());
    expect(registry.all().map(({ name }) => name)).toEqual(registry.names());
    for (const part of [registry, registry.names(), registry.all(), ...registry.all()])
      expect(Object.isFrozen(part)).toBe(true);
  });

  it('makes a disabled tool unknown, also where its name is guessed', () => {
    const less = createRegistry(CATALOGUE, { disabled: ['github.delete_repository'] });
    expect(less.get('github.delete_repository')).toBeUndefined();
    expect(less.names()).not.toContain('github.delete_repository');
    const refusal = refusalOf(() => less.parse('github.delete_repository', { repository: 'acme/webshop' }));
    expect(refusal.code).toBe('unknown-tool');
    expect(refusal.message).not.toContain('did you mean');
  });

  it('keeps a disabled tool in its whole, so that what it did can still be undone', () => {
    const name = 'github.delete_branch';
    const { whole } = createRegistry(CATALOGUE, { disabled: [name] });
    expect(whole.get(name)).toBe(registry.get(name));
    expect(whole.parse(name, BRANCH)).toEqual(BRANCH);
    expect(whole.names()).toEqual(registry.names());
    expect(whole.whole).toBe(whole);
    expect(Object.isFrozen(whole)).toBe(true);
    expect(refusalOf(() => whole.parse('github.delete_everything', {})).code).toBe('unknown-tool');
  });

  it.each([
    ['one tool twice', [...CATALOGUE, ...CATALOGUE.slice(0, 1)], [], 'is defined twice'],
    ['a disabled name that no tool has', CATALOGUE, ['github.delete_everything'], 'no tool has this name'],
    [
      'a smaller tool that is missing',
      CATALOGUE.filter(({ name }) => name !== 'email.draft'),
      [],
      'does not exist',
    ],
  ] as const)('refuses %s', (_, tools, disabled, problem) => {
    const refusal = refusalOf(() => createRegistry(tools, { disabled }));
    expect(refusal.code).toBe('misconfigured');
    expect(refusal.message).toContain(problem);
  });
});

describe('parse()', () => {
  it.each<readonly [string, JsonObject, JsonObject]>([
    ['github.delete_branch', BRANCH, BRANCH],
    [
      'github.delete_branch',
      { repository: 'Acme/WebShop', branch: 'feature/X_1.2' },
      { repository: 'acme/webshop', branch: 'feature/X_1.2' },
    ],
    ...[
      '.github',
      'webshop.js',
      'git',
      'webshop.github',
      'webshop.git-tools',
      'x',
      '-_-',
      'n'.repeat(100),
    ].map((name) => {
      const args = { ...BRANCH, repository: `acme/${name}` };
      return ['github.delete_branch', args, args] as const;
    }),
    [
      'github.merge_pull_request',
      { repository: 'acme/webshop', number: 2, head: 'a'.repeat(40) },
      { repository: 'acme/webshop', number: 2, head: 'a'.repeat(40) },
    ],
    [
      'github.comment_on_issue',
      { repository: 'acme/webshop', number: 1, body: ' Two\n\tlines 👩‍💻 ' },
      { repository: 'acme/webshop', number: 1, body: 'Two\n\tlines 👩‍💻' },
    ],
    [
      'stripe.refund_payment',
      { payment: 'pi_1', amountCents: 1, reason: 'duplicate' },
      { payment: 'pi_1', amountCents: 1, reason: 'duplicate' },
    ],
    ['email.send', MAIL, { ...MAIL, recallMinutes: 10 }],
    ['access.request', ACCESS, ACCESS],
    [
      'access.request',
      { ...ACCESS, scope: 'a/b/c/d', minutes: 1_440 },
      { ...ACCESS, scope: 'a/b/c/d', minutes: 1_440 },
    ],
    ['stripe.get_customer', { customer: 'cus_ada' }, { customer: 'cus_ada' }],
    [
      'stripe.get_customer',
      { customer: 'cus_ada', fields: ['email', 'name'] },
      { customer: 'cus_ada', fields: ['email', 'name'] },
    ],
  ])('%s takes %j', (tool, args, parsed) => {
    expect(registry.parse(tool, args)).toEqual(parsed);
    expect(registry.parse(tool, registry.parse(tool, args))).toEqual(parsed);
  });

  it.each<readonly [string, string, unknown, string]>([
    ['no object', 'github.delete_branch', 'x', ''],
    ['nothing', 'github.delete_branch', undefined, ''],
    ['a list', 'github.delete_branch', [BRANCH], ''],
    ['a missing field', 'github.delete_branch', { repository: 'acme/webshop' }, '/branch'],
    [
      'a repository without owner',
      'github.delete_branch',
      { ...BRANCH, repository: 'webshop' },
      '/repository',
    ],
    [
      'a repository with a path',
      'github.delete_branch',
      { ...BRANCH, repository: 'acme/webshop/../other' },
      '/repository',
    ],
    ['a repository named ".."', 'github.delete_branch', { ...BRANCH, repository: 'acme/..' }, '/repository'],
    [
      'a repository named "..."',
      'github.delete_branch',
      { ...BRANCH, repository: 'acme/...' },
      '/repository',
    ],
    ...[
      'webshop.git',
      'webshop.GIT',
      'webshop.git.git',
      '.git',
      'webshop.wiki',
      'webshop.',
      'web\u2024git',
    ].map(
      (name) =>
        [
          `a repository by its alias "${name}"`,
          'github.delete_branch',
          { ...BRANCH, repository: `acme/${name}` },
          '/repository',
        ] as const,
    ),
    ['a branch that climbs', 'github.delete_branch', { ...BRANCH, branch: 'a/../main' }, '/branch'],
    ['a branch with a line feed', 'github.delete_branch', { ...BRANCH, branch: 'main\n' }, '/branch'],
    ['a branch with a wildcard', 'github.delete_branch', { ...BRANCH, branch: 'release*' }, '/branch'],
    ['a branch of 201 characters', 'github.delete_branch', { ...BRANCH, branch: 'b'.repeat(201) }, '/branch'],
    [
      'a short commit id',
      'github.merge_pull_request',
      { repository: 'acme/webshop', number: 2, head: 'abc123' },
      '/head',
    ],
    [
      'a commit id that is null',
      'github.merge_pull_request',
      { repository: 'acme/webshop', number: 2, head: null },
      '/head',
    ],
    ['number zero', 'github.get_pull_request', { repository: 'acme/webshop', number: 0 }, '/number'],
    ['a number as text', 'github.get_pull_request', { repository: 'acme/webshop', number: '2' }, '/number'],
    [
      'an unknown permission',
      'github.add_collaborator',
      { repository: 'acme/webshop', user: 'newhire', permission: 'owner' },
      '/permission',
    ],
    [
      'a user with a slash',
      'github.add_collaborator',
      { repository: 'acme/webshop', user: 'a/b', permission: 'pull' },
      '/user',
    ],
    [
      'a comment of blanks',
      'github.comment_on_issue',
      { repository: 'acme/webshop', number: 1, body: ' \n ' },
      '/body',
    ],
    [
      'a comment of 8,001 characters',
      'github.comment_on_issue',
      { repository: 'acme/webshop', number: 1, body: 'x'.repeat(8_001) },
      '/body',
    ],
    [
      'a comment with an escape character',
      'github.comment_on_issue',
      { repository: 'acme/webshop', number: 1, body: '\u001b[2K' },
      '/body',
    ],
    ['a customer that is a payment', 'stripe.get_customer', { customer: 'pi_ada_small' }, '/customer'],
    ['a customer with a query', 'stripe.get_customer', { customer: 'cus_ada?expand=x' }, '/customer'],
    ['no field to change', 'stripe.update_customer', { customer: 'cus_ada', fields: {} }, '/fields'],
    [
      'a broken address',
      'stripe.update_customer',
      { customer: 'cus_ada', fields: { email: 'ada' } },
      '/fields/email',
    ],
    ['an amount of nothing', 'stripe.refund_payment', { payment: 'pi_1', amountCents: 0 }, '/amountCents'],
    ['a negative amount', 'stripe.refund_payment', { payment: 'pi_1', amountCents: -5 }, '/amountCents'],
    ['half a cent', 'stripe.refund_payment', { payment: 'pi_1', amountCents: 1.5 }, '/amountCents'],
    [
      'an amount beyond Stripe',
      'stripe.refund_payment',
      { payment: 'pi_1', amountCents: 100_000_000 },
      '/amountCents',
    ],
    ['nobody to write to', 'email.send', { ...MAIL, to: [] }, '/to'],
    ['eleven recipients', 'email.send', { ...MAIL, to: Array(11).fill('a@acme.example') }, '/to'],
    ['a recipient with a name', 'email.send', { ...MAIL, to: ['Lead <lead@bigcorp.example>'] }, '/to/0'],
    ['a subject of two lines', 'email.send', { ...MAIL, subject: 'Hi\nBcc: all@acme.example' }, '/subject'],
    ['a subject that reads backwards', 'email.send', { ...MAIL, subject: 'safe \u202eelif' }, '/subject'],
    ['half an emoji', 'email.send', { ...MAIL, text: '\ud83d' }, '/text'],
    ['access to asking for access', 'access.request', { ...ACCESS, tool: 'access.request' }, '/tool'],
    ['access to every tool', 'access.request', { ...ACCESS, tool: '*' }, '/tool'],
    ['access to a whole provider', 'access.request', { ...ACCESS, tool: 'github' }, '/tool'],
    ['access nowhere', 'access.request', { ...ACCESS, scope: '' }, '/scope'],
    ['access everywhere', 'access.request', { ...ACCESS, scope: '*' }, '/scope'],
    ['access in five segments', 'access.request', { ...ACCESS, scope: 'a/b/c/d/e' }, '/scope'],
    ['access that climbs', 'access.request', { ...ACCESS, scope: 'github/../stripe' }, '/scope'],
    ['access in capitals', 'access.request', { ...ACCESS, scope: 'github/Acme' }, '/scope'],
    ['access for four minutes', 'access.request', { ...ACCESS, minutes: 4 }, '/minutes'],
    ['access for more than a day', 'access.request', { ...ACCESS, minutes: 1_441 }, '/minutes'],
    ['access without a reason', 'access.request', { ...ACCESS, reason: ' ' }, '/reason'],
    [
      'access for a reason of two lines',
      'access.request',
      { ...ACCESS, reason: 'Old\nApproved by: alice' },
      '/reason',
    ],
    ['no field of a customer', 'stripe.get_customer', { customer: 'cus_ada', fields: [] }, '/fields'],
    [
      'a field that is not read',
      'stripe.get_customer',
      { customer: 'cus_ada', fields: ['balance'] },
      '/fields/0',
    ],
    ['a recall window of two hours', 'email.send', { ...MAIL, recallMinutes: 120 }, '/recallMinutes'],
  ])('refuses %s', (_, tool, args, field) => {
    const refusal = refusalOf(() => registry.parse(tool, args));
    expect(refusal.code).toBe('invalid-field');
    expect(refusal.problems.map((problem) => problem.field)).toContain(field);
    expect(refusal.message).toMatch(/^Cannot read arguments of "[a-z._]+": /);
  });

  it.each<readonly [string, JsonObject, string]>([
    ['github.delete_branch', { ...BRANCH, force: true }, '/force'],
    ['stripe.update_customer', { customer: 'cus_ada', fields: { balance: '5' } }, '/fields/balance'],
    ['email.send', { ...MAIL, bcc: ['x@bigcorp.example'] }, '/bcc'],
    ['email.send', { ...MAIL, 'a/b~c': 1 }, '/a~1b~0c'],
    [
      'email.send',
      JSON.parse('{"to":["a@acme.example"],"subject":"x","text":"x","__proto__":{"recallMinutes":1}}'),
      '/__proto__',
    ],
  ])('%s refuses the unknown key in %j', (tool, args, field) => {
    const refusal = refusalOf(() => registry.parse(tool, args));
    expect(refusal.code).toBe('unknown-field');
    expect(refusal.problems).toContainEqual({ field, problem: 'Unknown field' });
  });

  it('names at most 20 problems and cuts what it repeats', () => {
    const args = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`${at}${'x'.repeat(500)}`, 1]));
    const refusal = refusalOf(() => registry.parse('github.delete_branch', args));
    expect(refusal.problems).toHaveLength(20);
    for (const { field } of refusal.problems) expect(field.length).toBeLessThan(100);
  });

  it.each([
    ['github.delete_brnch', 'github.delete_branch'],
    ['github.deletebranch', 'github.delete_branch'],
    ['Email.Send', 'email.send'],
    ['stripe.refund_payments', 'stripe.refund_payment'],
  ])('guesses what "%s" meant', (name, guess) => {
    const refusal = refusalOf(() => registry.parse(name, {}));
    expect(refusal.code).toBe('unknown-tool');
    expect(refusal.message).toBe(`Cannot find tool: "${name}" is not a tool here, did you mean "${guess}"`);
  });

  it.each([['shell.run'], [''], ['constructor'], ['__proto__'], ['x'.repeat(10_000)]])(
    'finds no tool in "%s" and guesses none',
    (name) => {
      const refusal = refusalOf(() => registry.parse(name, {}));
      expect(refusal.code).toBe('unknown-tool');
      expect(refusal.message).not.toContain('did you mean');
      expect(refusal.message.length).toBeLessThan(150);
    },
  );
});

describe('jsonSchema()', () => {
  it('tells a caller what parse() takes: strict, bounded, defaults optional', () => {
    const schema = registry.jsonSchema('email.send');
    expect(schema).toMatchObject({
      type: 'object',
      additionalProperties: false,
      required: ['to', 'subject', 'text'],
    });
    expect(schema.properties).toMatchObject({
      to: { maxItems: 10 },
      subject: { maxLength: 200 },
      recallMinutes: { default: 10, maximum: 60 },
    });
  });

  it('tells nothing of what policy makes of a field', () => {
    const schemas = registry.names().map((name) => JSON.stringify(registry.jsonSchema(name)));
    for (const schema of schemas) expect(schema).not.toMatch(/"(?:policyFact|tier)"/);
  });

  it('refuses an unknown name', () => {
    expect(refusalOf(() => registry.jsonSchema('email.forward')).code).toBe('unknown-tool');
  });
});
