import { describe, expect, it } from 'vitest';
import { type ApprovalGate, approvalGates, groupsAtOnce, groupsOf } from '../../src/domain/verdict.ts';
import { readTiers } from '../../src/policy/tiers.ts';
import { factsOf, GATES, loadText } from './sample.ts';

const H = 3_600_000;
const read = (text: string) => readTiers({ file: 'tiers.yaml', text });

describe('readTiers()', () => {
  it('reads what the gates of a tier have in common', () => {
    const text = 'tiers: { low: { ttl: 30m }, critical: { ttl: 2h, fallback: leads, reason: required } }';
    expect(read(text)).toEqual({
      tiers: { low: { ttlMs: H / 2 }, critical: { ttlMs: 2 * H, fallback: 'leads', needsReason: true } },
      problems: [],
    });
  });

  it('knows of no tier that is not there', () => {
    expect(read('tiers: {}')).toEqual({ tiers: {}, problems: [] });
  });

  it.each([
    ['nothing', '', '', 'is wrong: wanted "tiers:" with what holds for each'],
    ['no YAML', 'tiers: [', '', 'is wrong: wanted "tiers:"'],
    ['YAML aliases', 'tiers: { low: &a { ttl: 1h }, high: *a }', '', 'is wrong: wanted "tiers:"'],
    ['a list', '- low', '', 'is wrong: wanted "tiers:"'],
    ['tiers that are none', 'tiers: all', ' tiers', 'is wrong: wanted at least one of low, medium'],
    ['another key', 'tiers: {}\nttl: 4h', '', 'is wrong: wanted no "ttl" here'],
    ['a tier misspelt', 'tiers: { hihg: { ttl: 4h } }', ' tiers', 'is wrong: wanted no "hihg" here'],
    ['a tier without a wait', 'tiers: { high: {} }', ' tiers.high.ttl', 'wanted a duration'],
    ['a wait without a unit', 'tiers: { high: { ttl: 4 } }', ' tiers.high.ttl', 'wanted a duration'],
    ['a wait beyond a month', 'tiers: { high: { ttl: 31d } }', ' tiers.high.ttl', 'wanted a duration'],
    ['an empty fallback', 'tiers: { high: { ttl: 4h, fallback: "" } }', ' tiers.high.fallback', 'a group'],
    ['a reason as yes', 'tiers: { high: { ttl: 4h, reason: true } }', ' tiers.high.reason', '"required"'],
    ['a key misspelt', 'tiers: { high: { ttl: 4h, falback: x } }', ' tiers.high', 'falback'],
  ])('refuses %s', (_, text, field, problem) => {
    expect(read(text)).toEqual({
      tiers: {},
      problems: [{ field: `tiers.yaml${field}`, problem: expect.stringContaining(problem) }],
    });
  });
});

/** The gate of the sample rule about erasing, with these annotations after its quorum and these tiers. */
async function gateOf(annotations: string, tiers = 'tiers: {}'): Promise<ApprovalGate | undefined> {
  const gates = GATES.replace('@ttl("2h") @escalate("desk")', annotations);
  const names = { groups: ['leads', 'desk', 'platform', 'board'] };
  const policy = await loadText({ gates, tiers, names });
  return approvalGates(policy.decide(factsOf('crm.erase')))[0];
}
const HIGH = 'tiers: { high: { ttl: 8h, fallback: platform, reason: required } }';

describe('the gate of an approval rule', () => {
  const head = { kind: 'approval', rule: 'erase', group: 'leads', quorum: 2, tier: 'high' };

  it.each<[string, string, string | undefined, object]>([
    ['only what the rule says', '@ttl("2h")', undefined, { ttlMs: 2 * H }],
    [
      'what its tier says where the rule is silent',
      '',
      HIGH,
      { ttlMs: 8 * H, fallback: 'platform', needsReason: true },
    ],
    [
      'what the rule says before its tier',
      '@ttl("2h") @fallback("board")',
      HIGH,
      { ttlMs: 2 * H, fallback: 'board', needsReason: true },
    ],
    ['a wait of its own and nothing else', '@ttl("2h")', 'tiers: { low: { ttl: 1h } }', { ttlMs: 2 * H }],
    [
      'no fallback of the tier to a group it asks anyway',
      '@ttl("2h") @escalate("platform")',
      HIGH,
      { ttlMs: 2 * H, needsReason: true, stages: [{ group: 'platform', afterMs: 1.5 * H }] },
    ],
    [
      'three quarters of the wait of its tier before it escalates',
      '@escalate("desk")',
      'tiers: { high: { ttl: 8h } }',
      { ttlMs: 8 * H, stages: [{ group: 'desk', afterMs: 6 * H }] },
    ],
    [
      'several groups in their time',
      '@ttl("4h") @escalate("desk after 1h, board after 3h")',
      undefined,
      {
        ttlMs: 4 * H,
        stages: [
          { group: 'desk', afterMs: H },
          { group: 'board', afterMs: 3 * H },
        ],
      },
    ],
    [
      'an approval of its editor, and a reason',
      '@ttl("4h") @needs("reason") @editor("may-approve")',
      undefined,
      { ttlMs: 4 * H, needsReason: true, editorMayApprove: true },
    ],
  ])('has %s', async (_, annotations, tiers, rest) => {
    expect(await gateOf(annotations, tiers)).toEqual({ ...head, ...rest });
  });

  it('asks several groups together as stages of the first moment', async () => {
    const gates = GATES.replace(
      '@approvers("leads") @quorum("2") @ttl("2h")',
      '@approvers("leads, platform") @quorum("2") @ttl("2h")',
    );
    const policy = await loadText({ gates, names: { groups: ['leads', 'desk', 'platform'] } });
    const [gate] = approvalGates(policy.decide(factsOf('crm.erase')));
    expect(gate).toMatchObject({
      group: 'leads',
      stages: [
        { group: 'platform', afterMs: 0 },
        { group: 'desk', afterMs: 1.5 * H },
      ],
    });
    if (gate === undefined) throw new Error('no gate');
    expect(groupsOf(gate)).toEqual(['leads', 'platform', 'desk']);
    expect(groupsAtOnce(gate)).toEqual(['leads', 'platform']);
  });

  it('never names a group by the field of old histories', async () => {
    expect(await gateOf('@ttl("4h") @escalate("desk")')).not.toHaveProperty('escalateTo');
  });
});
