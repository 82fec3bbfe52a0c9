import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/domain/verdict.ts';
import { explain } from '../../src/policy/explain.ts';
import { factsOf, loadText } from './sample.ts';

describe('explain()', () => {
  it.each([
    ['crm.look', 1, ['allow by policy VERSION', '  clerk-edits: Clerks may look, edit and erase.']],
    [
      'crm.edit',
      1,
      ['notify by policy VERSION', '  edit-notice: Edits are announced.', '  announces to notices'],
    ],
    [
      'crm.erase',
      1,
      [
        'approve by policy VERSION',
        '  erase: Erasing needs two leads.',
        '  needs 2 of leads or desk within 2h (high risk)',
      ],
    ],
    [
      'mail.send',
      0.1,
      [
        'downscope by policy VERSION',
        '  unsure: An unsure agent only drafts.',
        '  send: Sending needs the desk.',
        '  runs mail.draft instead',
      ],
    ],
    ['crm.peek', 1, ['deny by policy VERSION', '  engine-error: The policy knows no tool of this name.']],
  ])('tells the verdict on %s at confidence %d line by line', async (tool, confidence, lines) => {
    const policy = await loadText();
    const told = explain(policy.decide(factsOf(tool, { confidence })));
    expect(told).toEqual(lines.map((line) => line.replace('VERSION', policy.version)));
  });

  it.each([
    [30, '30m'],
    [90, '90m'],
    [240, '4h'],
    [2880, '2d'],
  ])('shows a wait of %d minutes as %s', (minutes, shown) => {
    const verdict: Verdict = {
      effect: 'approve',
      rules: [],
      gates: [
        { kind: 'approval', rule: 'x', group: 'desk', quorum: 1, tier: 'low', ttlMs: minutes * 60_000 },
      ],
      policyVersion: 'p-0',
    };
    expect(explain(verdict)[1]).toBe(`  needs 1 of desk within ${shown} (low risk)`);
  });
});
