import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/ask.ts';
import { createCatalogue } from '../../src/tools/catalogue.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { ACME_MAIL, CATALOGUE } from './catalogue.ts';

const registry = createRegistry(CATALOGUE);

function targetOf(tool: string, args: JsonObject) {
  return registry.get(tool)?.target(registry.parse(tool, args));
}

const WEBSHOP = 'acme/webshop';
const mail = (...to: string[]) => ({ to, subject: 'Hello', text: 'Text' });

describe('target() of a tool', () => {
  it.each<readonly [string, JsonObject, string, number, readonly string[]]>([
    ['github.list_branches', { repository: WEBSHOP }, 'github/acme/webshop', 2, []],
    ['github.get_pull_request', { repository: WEBSHOP, number: 2 }, 'github/acme/webshop', 2, []],
    ['github.comment_on_issue', { repository: WEBSHOP, number: 1, body: 'x' }, 'github/acme/webshop', 2, []],
    ['github.delete_branch', { repository: WEBSHOP, branch: 'old-checkout' }, 'github/acme/webshop', 2, []],
    [
      'github.delete_branch',
      { repository: WEBSHOP, branch: 'main' },
      'github/acme/webshop',
      2,
      ['protected-branch'],
    ],
    [
      'github.delete_branch',
      { repository: WEBSHOP, branch: 'Main' },
      'github/acme/webshop',
      2,
      ['protected-branch'],
    ],
    [
      'github.delete_branch',
      { repository: WEBSHOP, branch: 'release-2026-11' },
      'github/acme/webshop',
      2,
      ['protected-branch'],
    ],
    [
      'github.delete_branch',
      { repository: WEBSHOP, branch: 'releases/7' },
      'github/acme/webshop',
      2,
      ['protected-branch'],
    ],
    ['github.delete_branch', { repository: WEBSHOP, branch: 'mainline-idea' }, 'github/acme/webshop', 2, []],
    [
      'github.add_collaborator',
      { repository: WEBSHOP, user: 'newhire', permission: 'push' },
      'github/acme/webshop',
      2,
      [],
    ],
    [
      'github.add_collaborator',
      { repository: WEBSHOP, user: 'newhire', permission: 'admin' },
      'github/acme/webshop',
      2,
      ['admin-permission'],
    ],
    ['github.delete_repository', { repository: 'ACME/Legacy-Billing' }, 'github/acme/legacy-billing', 2, []],
    ['stripe.get_customer', { customer: 'cus_ada' }, 'stripe/customers', 2, ['personal-data']],
    [
      'stripe.get_customer',
      { customer: 'cus_ada', fields: ['name'] },
      'stripe/customers',
      2,
      ['personal-data'],
    ],
    ...(['email', 'phone', 'description'] as const).map(
      (field) =>
        [
          'stripe.get_customer',
          { customer: 'cus_ada', fields: ['name', field] },
          'stripe/customers',
          3,
          ['personal-data'],
        ] as const,
    ),
    [
      'access.request',
      { tool: 'github.delete_branch', scope: 'github/acme/webshop', minutes: 60, reason: 'x' },
      'access/github.delete_branch/github/acme/webshop',
      1,
      [],
    ],
    [
      'stripe.update_customer',
      { customer: 'cus_ada', fields: { name: 'Ada' } },
      'stripe/customers',
      3,
      ['personal-data'],
    ],
    ['stripe.cancel_subscription', { subscription: 'sub_ada' }, 'stripe/customers', 3, []],
    ['stripe.refund_payment', { payment: 'pi_ada_small', amountCents: 1 }, 'stripe/payments', 3, []],
    ['email.draft', mail('sam@acme.example'), 'mail/internal', 2, []],
    ['email.send', mail('sam@ACME.example'), 'mail/internal', 2, []],
    ['email.send', mail('lead@bigcorp.example'), 'mail/external', 2, ['external-recipient']],
    [
      'email.send',
      mail('sam@acme.example', 'lead@bigcorp.example'),
      'mail/external',
      2,
      ['external-recipient'],
    ],
    ['email.send', mail('sam@acme.example.evil.example'), 'mail/external', 2, ['external-recipient']],
    ['email.send', mail('sam@sub.acme.example'), 'mail/external', 2, ['external-recipient']],
  ])('%s %j is in scope %s', (tool, args, scope, tier, traits) => {
    expect(targetOf(tool, args)).toMatchObject({ scope, tier, traits });
  });

  it('names the same repository by one id, however it is written', () => {
    const ids = ['acme/webshop', 'Acme/WebShop'].map(
      (repository) => targetOf('github.list_branches', { repository })?.id,
    );
    expect(new Set(ids).size).toBe(1);
  });

  it('keeps the addresses of people out of the id of a mail', () => {
    const one = targetOf('email.send', mail('lead@bigcorp.example', 'sam@acme.example'));
    const other = targetOf('email.send', mail('Sam@acme.example', 'lead@bigcorp.example'));
    expect(one?.id).toMatch(/^mail:to\/[0-9a-f]{16}$/);
    expect(other?.id).toBe(one?.id);
    expect(one?.label).toBe('mail to lead@bigcorp.example and 1 more');
  });

  it('takes the internal domains from the catalogue it is in', () => {
    const ours = createRegistry(
      createCatalogue({ mail: { ...ACME_MAIL, internalDomains: ['bigcorp.example'] } }),
    );
    const args = ours.parse('email.send', mail('lead@bigcorp.example'));
    expect(ours.get('email.send')?.target(args).scope).toBe('mail/internal');
  });
});

describe('amountCents() of a tool', () => {
  it('is there for money alone, and says what was asked for', () => {
    const moving = CATALOGUE.filter(({ amountCents }) => amountCents !== undefined);
    expect(moving.map(({ name }) => name)).toEqual(['stripe.refund_payment']);
    expect(moving[0]?.amountCents?.({ payment: 'pi_ada_small', amountCents: 1_250 })).toBe(1_250);
  });
});

describe('recipients() of a tool', () => {
  it('is there for mail alone, and names everybody once in lower case', () => {
    const writing = CATALOGUE.filter(({ recipients }) => recipients !== undefined);
    expect(writing.map(({ name }) => name)).toEqual(['email.draft', 'email.send']);
    for (const { recipients } of writing)
      expect(recipients?.(mail('Sam@ACME.example', 'lead@bigcorp.example', 'sam@acme.example'))).toEqual([
        'sam@acme.example',
        'lead@bigcorp.example',
      ]);
  });
});

describe('smaller of email.send', () => {
  it('maps to arguments that email.draft takes', () => {
    const send = registry.parse('email.send', mail('lead@bigcorp.example'));
    const draft = registry.get('email.send')?.smaller?.['email.draft']?.(send);
    expect(registry.parse('email.draft', draft)).toEqual(mail('lead@bigcorp.example'));
  });
});

describe('preview() of a tool', () => {
  it.each<readonly [string, JsonObject, string, string]>([
    ['stripe.refund_payment', { payment: 'pi_grace_mid', amountCents: 42_000 }, 'Refund', '420.00'],
    [
      'email.send',
      mail('sam@acme.example', 'lead@bigcorp.example'),
      'Outside the organisation',
      'lead@bigcorp.example',
    ],
    ['email.send', mail('sam@acme.example'), 'Outside the organisation', 'nobody'],
    [
      'email.send',
      { ...mail('sam@acme.example'), recallMinutes: 5 },
      'Goes out',
      '5 minutes after it is handed over',
    ],
    [
      'stripe.update_customer',
      { customer: 'cus_ada', fields: { email: 'new@customer.example' } },
      'New email',
      'new@customer.example',
    ],
    ['github.comment_on_issue', { repository: WEBSHOP, number: 1, body: '<b>x</b>' }, 'Comment', '<b>x</b>'],
  ])('%s shows %j as "%s"', (tool, args, label, value) => {
    const facts = registry.get(tool)?.preview(registry.parse(tool, args));
    expect(facts).toContainEqual({ label, value });
  });
});
