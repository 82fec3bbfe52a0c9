/**
 * The corpus of attacks, tried at the real product: each is refused, denied or held for people, nothing happens at any
 * vendor, nothing an agent wrote becomes markup, and the product keeps working.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadOrCreateKeys } from '../../src/approvals/keys.ts';
import { mintToken } from '../../src/gateway/token.ts';
import { ARGUMENT_ATTACKS } from '../misuse/arguments.ts';
import type { Attack, Expected, Ground } from '../misuse/attack.ts';
import { AUTHORITY_ATTACKS } from '../misuse/authority.ts';
import { BODY_ATTACKS } from '../misuse/bodies.ts';
import { CREDENTIAL_ATTACKS } from '../misuse/credentials.ts';
import { PERSUASION_ATTACKS } from '../misuse/persuasion.ts';
import type { Answer, AskedView, Problem } from '../support/agents.ts';
import { type OutsideWorld, openOutsideWorld } from '../support/outside-world.ts';
import { type Product, startProduct } from '../support/product.ts';

const ATTACKS: readonly Attack[] = [
  ...ARGUMENT_ATTACKS,
  ...BODY_ATTACKS,
  ...CREDENTIAL_ATTACKS,
  ...AUTHORITY_ATTACKS,
  ...PERSUASION_ATTACKS,
];
/** Issue 4 asks for this many at least; the tests of sessions, canaries and limits come on top. */
const ATTACKS_MIN = 60;

const TABLES = [
  'branches',
  'comments',
  'repositories',
  'access',
  'refunds',
  'customers',
  'mails',
  'drafts',
] as const;

describe('an attack', () => {
  let world: OutsideWorld;
  let product: Product;
  let ground: Ground;
  beforeAll(async () => {
    world = await openOutsideWorld();
    product = await startProduct(world.place);
    const { issuer } = await loadOrCreateKeys(join(product.dataFolder, 'keys'));
    const profiles: Readonly<Record<string, string>> = {
      'release-agent': 'release',
      'support-agent': 'support',
    };
    ground = {
      agent: (id) => product.agent(id),
      token: (agent, over = {}) =>
        mintToken({
          privateKey: issuer.privateJwk,
          agent,
          profile: profiles[agent] ?? '',
          now: new Date(),
          ...over,
        }),
    };
  }, 120_000);
  afterAll(async () => {
    await product.stop();
    await world.close();
  });

  const outside = () => {
    const state = world.vendorState();
    return JSON.stringify(TABLES.map((table) => state.all(table)));
  };

  it(`is in the corpus at least ${ATTACKS_MIN} times, under a name of its own`, () => {
    expect(ATTACKS.length).toBeGreaterThanOrEqual(ATTACKS_MIN);
    expect(new Set(ATTACKS.map(({ name }) => name)).size).toBe(ATTACKS.length);
  });

  it.each(ATTACKS)('$name comes to nothing', async ({ agent: id, call, expected }) => {
    const agent = await ground.agent(id);
    const before = outside();
    const answer = await agent.call<AskedView & Problem>(
      '/v1/requests',
      withKey(await call(ground), expected),
    );
    if (expected.kind === 'refused') expectRefused(answer, expected);
    else if (expected.kind === 'denied') expectDenied(answer, expected.rule);
    else await expectGated(answer.body.id, id);
    expect(outside()).toBe(before);
    expect(await product.troubles()).toEqual([]);
  });

  /** Each attack is a request of its own; only what closes by itself is waited for. */
  function withKey(call: Awaited<ReturnType<Attack['call']>>, { kind }: Expected) {
    const prefer = kind === 'gated' ? 'wait=0' : 'wait=10';
    return { ...call, headers: { prefer, 'idempotency-key': randomUUID(), ...call.headers } };
  }

  function expectRefused({ status, body }: Answer<Problem>, wanted: { status: number; code: string }) {
    expect({ status, code: body.code }).toEqual({ status: wanted.status, code: wanted.code });
    expect(body).not.toHaveProperty('id');
  }

  function expectDenied({ status, body }: Answer<AskedView>, rule: string) {
    expect({ status, outcome: body.outcome, effects: body.effects }).toEqual({
      status: 200,
      outcome: 'denied',
      effects: 'none',
    });
    const rules = body.steps.flatMap(({ verdict }) => verdict?.rules.map(({ id }) => id) ?? []);
    expect(rules).toContain(rule);
    for (const { status: step } of body.steps) expect(step).toBe('skipped');
  }

  async function expectGated(request: string, id: string) {
    const agent = await ground.agent(id);
    await agent.reaches(request, 'waiting');
    const card = await world.people.card(request, ({ buttons }) => buttons.size > 0);
    expectNoMarkup(card.message.blocks);
    await agent.cancel(request);
    await agent.reaches(request, 'closed');
  }

  /** Nothing that pings or links, except as text of a kind that Slack never interprets. */
  function expectNoMarkup(blocks: unknown): void {
    for (const text of markupIn(blocks)) {
      expect(text).not.toMatch(/<(?:!channel|!here|!everyone|@U0|https?:\/\/attacker)/);
    }
  }
});

/** The texts of a tree of blocks that Slack reads as markup. */
function markupIn(blocks: unknown): readonly string[] {
  if (typeof blocks !== 'object' || blocks === null) return [];
  const { type, text } = blocks as { readonly type?: unknown; readonly text?: unknown };
  const own = type === 'mrkdwn' && typeof text === 'string' ? [text] : [];
  return [...own, ...Object.values(blocks).flatMap(markupIn)];
}
