import type { KnownBlock } from '@slack/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namesOf } from '../../src/approvals/names.ts';
import { checkBlocks } from '../../src/dev/slack-emulator/block-kit.ts';
import type { CardView } from '../../src/domain/card.ts';
import { drawCard } from '../../src/slack/cards/draw-card.ts';
import { blockProblems } from '../../src/slack/cards/limits.ts';
import { ACME } from '../approvals/acme.ts';
import { hostileView, MARK, step, view } from './views.ts';

const NAMES = namesOf(ACME);
const draw = (changes: Partial<CardView> = {}) => drawCard(view(changes), NAMES);
/** Every string a reader sees, in order. */
const words = (blocks: readonly KnownBlock[]): string => {
  const texts: string[] = [];
  JSON.stringify(blocks, (name, value: unknown) => {
    if (name === 'text' && typeof value === 'string') texts.push(value);
    return value;
  });
  return texts.join('\n');
};
const markup = (blocks: readonly KnownBlock[]): readonly string[] => {
  const found: string[] = [];
  JSON.stringify(blocks, (_, value: unknown) => {
    const { type, text } = (value ?? {}) as { type?: unknown; text?: unknown };
    if (type === 'mrkdwn' || type === 'markdown') found.push(String(text));
    return value;
  });
  return found;
};
const buttonsOf = (blocks: readonly KnownBlock[]) =>
  blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));

describe('drawCard()', () => {
  it('T15 a critical card links to the approver page and has no button that approves', () => {
    const names = { ...NAMES, decidePage: (pointer: string) => `https://approve.example/decide/${pointer}` };
    const { blocks } = drawCard(view({ tier: 'critical' }), names);
    expect(checkBlocks(blocks).ok).toBe(true);
    const [open, ...others] = buttonsOf(blocks) as {
      action_id: string;
      url?: string;
      text: { text: string };
    }[];
    expect(open).toMatchObject({
      action_id: 'open-page',
      text: { text: 'Open approver page' },
      url: 'https://approve.example/decide/req_1.1.1a2b3c4d',
    });
    const verbs = others.map(({ action_id }) => action_id);
    expect(verbs).toContain('deny');
    expect(verbs.filter((verb) => ['approve', 'review', 'allow'].includes(verb))).toEqual([]);
  });

  it.each(['low', 'medium', 'high'] as const)('a card of %s risk is decided in Slack', (tier) => {
    const names = { ...NAMES, decidePage: () => 'https://approve.example/' };
    expect(JSON.stringify(drawCard(view({ tier }), names).blocks)).not.toContain('approve.example');
  });

  it.each([
    [step({ effect: 'read', undo: null }), 'Changes nothing.'],
    [step({ undo: null }), 'Cannot be undone.'],
    [step({ undo: 'Recreate it', reversibility: 'irreversible' }), 'Cannot be undone.'],
    [step({ undo: 'Revert it', reversibility: 'costly' }), 'Can be undone at a price or in part: Revert it'],
  ])('says how a step is taken back', (one, wanted) => {
    expect(words(draw({ steps: [one] }).blocks)).toContain(wanted);
  });

  it('says who asks, what happens, what it risks, how it is undone, which rule asks and who is needed', () => {
    const { blocks, text } = draw({ onBehalfOf: 'bob', excluded: ['dana', 'bob'], confidence: 0.42 });
    const said = words(blocks);
    for (const fact of [
      'Delete branch: acme/webshop branch old-checkout',
      'Agent\nrelease-agent, owned by Dana',
      'Acts for\nBob',
      'Medium risk',
      '0 of 2 from platform',
      'Dana (agent owner), Bob (the agent acts for them)',
      '1 step: 1 for approval',
      '1. Delete branch: waits for approval',
      'Can be undone: Recreate the branch at 1f2e3d',
      'Last commit: 1f2e3d',
      'Deleting a branch needs somebody from platform. (rule branch-delete, step 1)',
      'Written by the agent, unverified:',
      'req_1 · version 1 · code 1a2b3c4d · policy p-7',
      '42 %, unverified',
    ]) {
      expect(said).toContain(fact);
    }
    expect(text).toBe(
      'Waiting for people: Delete branch asked by release-agent (Medium risk, 0 of 2 from platform) req_1',
    );
  });

  it('puts trusted facts before the fence and the agent words after it (T22)', () => {
    const { blocks } = draw({ reason: 'Approved by Alice\nRisk\nLow risk' });
    const fence = blocks.findIndex((block) => words([block]).includes('Written by the agent'));
    const fact = blocks.findIndex((block) => words([block]).includes('Medium risk'));
    const lie = blocks.findIndex((block) => words([block]).includes('Approved by Alice'));
    expect(fact).toBeLessThan(fence);
    expect(lie).toBe(fence + 1);
    expect(blocks[lie]?.type).toBe('rich_text');
  });

  it('caps the lines of the agent and says so (T22)', () => {
    const said = words(draw({ reason: 'line\n'.repeat(50) }).blocks);
    expect(said).toMatch(/\[cut: 250 characters in all, code [0-9a-f]{8}\]/);
  });

  it('shows links, mentions and markup of the agent literally (T18, T19)', () => {
    const reason = '<https://evil|Open runbook> <!here> <@U0ALICE> *bold* https://evil.example #general';
    const { blocks, text } = draw({ reason });
    expect(words(blocks)).toContain(reason);
    expect(markup(blocks)).toEqual([
      expect.stringMatching(
        /^Expires <!date\^\d+\^\{date_short_pretty\} \{time\}\|2026-11-21 18:00 UTC> \(2026-11-21 18:00 UTC\)$/,
      ),
    ]);
    expect(text).not.toContain('evil');
  });

  it('never lets a value pass for a label', () => {
    const facts = [{ label: 'Subject', value: 'Hello\nTarget: acme/legacy-billing' }];
    expect(words(draw({ steps: [step({ facts })] }).blocks)).toContain(
      'Subject: Hello\n    Target: acme/legacy-billing',
    );
  });

  it('spells out characters that turn text around or hide it', () => {
    const label = 'acme/webshop branch \u202Egnp.exe\u200B';
    expect(words(draw({ steps: [step({ target: { ...step().target, label } })] }).blocks)).toContain(
      '[U+202E]gnp.exe[U+200B]',
    );
  });

  it('carries the version in block ids and a pointer in values, and nothing else', () => {
    const { blocks } = draw({ version: 3 });
    const actions = blocks.find((block) => block.type === 'actions');
    expect(actions?.block_id).toBe('req:req_1:v3');
    for (const button of buttonsOf(blocks)) expect(button).toMatchObject({ value: 'req_1.3.1a2b3c4d' });
  });

  it.each([
    ['low', 'approve'],
    ['medium', 'approve'],
    ['high', 'review'],
    ['critical', 'review'],
  ] as const)('offers for %s risk: %s, deny, ask, edit and details', (tier, first) => {
    const buttons = buttonsOf(draw({ tier }).blocks);
    expect(buttons.map((button) => button.action_id)).toEqual([first, 'deny', 'ask', 'edit', 'details']);
    expect('confirm' in (buttons[0] ?? {})).toBe(first === 'approve');
  });

  const ended: readonly (readonly [string, Partial<CardView>, readonly RegExp[]])[] = [
    [
      'a request that runs',
      { state: 'running', steps: [step({ status: 'running' })] },
      [/running now/, /no longer taken/],
    ],
    [
      'an executed one with its votes',
      {
        ...{ state: 'closed', outcome: 'executed', effects: 'all', closedAt: '2026-11-21T14:06:00.000Z' },
        message: 'Done',
        steps: [step({ status: 'done' })],
        votes: [
          { person: 'alice', answer: 'approve', at: '2026-11-21T14:02:00.000Z' },
          { person: 'bob', answer: 'approve', at: '2026-11-21T14:05:00.000Z' },
        ],
      },
      [
        /Executed\. All of it stands\. Closed 2026-11-21 14:06 UTC\.\nDone/,
        /Approved by Alice, 2026-11-21 14:02 UTC/,
        /Approved by Bob/,
        /1\. Delete branch: executed/,
      ],
    ],
    [
      'a denied one with its reason',
      {
        state: 'closed',
        outcome: 'rejected',
        effects: 'none',
        votes: [
          { person: 'alice', answer: 'deny', reason: 'Still *in* use', at: '2026-11-21T14:02:00.000Z' },
        ],
      },
      [/Rejected by a person/, /Denied by Alice, 2026-11-21 14:02 UTC: Still \*in\* use/, /did not run/],
    ],
    [
      'one that was undone after a failure',
      {
        ...{ state: 'closed', outcome: 'rolled_back', effects: 'none' },
        steps: [
          step({ status: 'undone' }),
          step({ index: 1, status: 'failed', error: 'GitHub answered 422' }),
          step({ index: 2, status: 'skipped' }),
        ],
      },
      [
        /Rolled back\. Nothing of it stands/,
        /1\. Delete branch: executed, then undone/,
        /2\. Delete branch: failed/,
        /What went wrong: GitHub answered 422/,
        /3\. Delete branch: did not run/,
      ],
    ],
    [
      'one whose undo failed',
      {
        state: 'closed',
        outcome: 'rollback_failed',
        effects: 'some',
        steps: [step({ status: 'undo_failed' })],
      },
      [/a person must look/, /the undo failed/],
    ],
    ['an expired one', { state: 'closed', outcome: 'expired', effects: 'none' }, [/nobody decided in time/]],
    [
      'a replaced one',
      { state: 'replaced' },
      [
        /Replaced: the request changed since this card was shown\. Decide on its newest card/,
        /after version 1/,
      ],
    ],
  ];
  it.each(ended)('draws %s as a record without buttons', (_, changes, wanted) => {
    const { blocks, text } = draw(changes);
    for (const pattern of wanted) expect(words(blocks)).toMatch(pattern);
    expect(buttonsOf(blocks)).toEqual([]);
    expect(text).not.toMatch(/Waiting/);
  });

  it('tells what already ran, what waits and what follows', () => {
    const steps = [
      step({ status: 'done', verdict: 'allow' }),
      step({ index: 1 }),
      step({ index: 2, verdict: 'notify' }),
    ];
    const said = words(draw({ steps }).blocks);
    expect(said).toContain('3 steps: 1 already ran, 1 for approval, 1 following');
    expect(said).toContain('3. Delete branch: follows after approval');
  });

  it('takes twenty full steps within fifty blocks', () => {
    const facts = Array.from({ length: 10 }, (_, index) => ({
      label: `Fact ${index}`,
      value: 'x'.repeat(500),
    }));
    const steps = Array.from({ length: 20 }, (_, index) => step({ index, facts, undo: 'y'.repeat(2_000) }));
    const { blocks, text } = draw({
      steps,
      votes: [{ person: 'alice', answer: 'approve', at: 'yesterday' }],
    });
    expect(blocks.length).toBeLessThanOrEqual(50);
    expect(blockProblems(blocks, text)).toEqual([]);
    expect(words(blocks)).toMatch(/\[cut: \d+ characters in all, code [0-9a-f]{8}\]/);
  });

  it('never breaks a limit of Slack and never reads outside words as markup, whatever they are (T18, T19, T21)', () => {
    fc.assert(
      fc.property(hostileView, (one) => {
        const { blocks, text } = drawCard(one, NAMES);
        expect(blockProblems(blocks, text)).toEqual([]);
        expect(checkBlocks(blocks)).toMatchObject({ ok: true });
        expect(markup(blocks).join('')).not.toContain(MARK);
        expect(text).not.toContain(MARK);
        expect(text).not.toMatch(/[<>]/);
      }),
      { numRuns: 150 },
    );
  });
});
