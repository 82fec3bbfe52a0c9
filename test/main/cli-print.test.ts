import { describe, expect, test } from 'vitest';
import type { DryRunAnswer, RequestAnswer } from '../../src/main/cli/answers.schema.ts';
import { describeDryRun, describeRequest } from '../../src/main/cli/describe-request.ts';
import { EXIT, exitOfRequest, exitOfVerdict } from '../../src/main/cli/exit-codes.ts';
import { coloured, json, pairs, printable, table } from '../../src/main/cli/print.ts';

const ESCAPE = String.fromCharCode(27);

describe('printable()', () => {
  test.each([
    ['plain words', 'plain words'],
    ['Grüße 👍', 'Grüße 👍'],
    ['two\nlines\tand a tab', 'two lines and a tab'],
    [`${ESCAPE}[2J${ESCAPE}]0;title\u0007`, ' [2J ]0;title '],
    ['a\u202eb\u2066c\u009bd\u2028e', 'a b c d e'],
    ['half \ud800 pair', 'half   pair'],
    ['', ''],
  ])('turns %j into %j', (text, wanted) => {
    expect(printable(text)).toBe(wanted);
  });

  test('is bounded', () => {
    expect(printable('x'.repeat(5000))).toHaveLength(2000);
    expect(printable('x'.repeat(20), 10)).toBe('xxxxxxxxx…');
  });
});

describe('table()', () => {
  test('aligns columns under their heads', () => {
    expect(
      table(
        ['id', 'tool'],
        [
          ['req_1', 'a'],
          ['r', 'long.name'],
        ],
      ),
    ).toBe('ID     TOOL\nreq_1  a\nr      long.name\n');
  });

  test('keeps a row on one line, whatever is in it', () => {
    const lines = table(['a', 'b'], [['x\ny', `${ESCAPE}[31m`]])
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toBe('x y   [31m');
  });

  test('of nothing is its heads', () => {
    expect(table(['id'], [])).toBe('ID\n');
  });
});

describe('pairs()', () => {
  test('aligns values and leaves out what is not there', () => {
    expect(
      pairs([
        ['a', '1'],
        ['long name', '2'],
        ['gone', undefined],
      ]),
    ).toBe('  a          1\n  long name  2\n');
  });
});

describe('coloured()', () => {
  test('colours only where colours are shown', () => {
    expect(coloured('executed', EXIT.done, { colours: false })).toBe('executed');
    expect(coloured('executed', EXIT.done, { colours: true })).toBe(`${ESCAPE}[32mexecuted${ESCAPE}[39m`);
    expect(coloured('waiting', EXIT.open, { colours: true })).toContain(`${ESCAPE}[33m`);
  });
});

describe('json()', () => {
  test('ends with a line end', () => {
    expect(json({ a: 1 })).toBe('{\n  "a": 1\n}\n');
  });
});

const CLOSED: RequestAnswer = {
  ...{ id: 'req_1', agent: 'outreach-agent', status: 'closed', outcome: 'executed', effects: 'all' },
  ...{
    message: 'Done',
    version: 2,
    policyVersion: 'p1',
    receivedAt: '2026-11-21T09:00:00Z',
    closedAt: '2026-11-21T09:05:00Z',
  },
  steps: [
    {
      ...{ tool: 'email.draft', askedFor: 'email.send', status: 'done', result: { draft: 'd1' } },
      verdict: {
        effect: 'downscope',
        rules: [
          { id: 'a', sentence: 'Outside mail is drafted.' },
          { id: 'b', sentence: 'Always.' },
        ],
      },
    },
    { tool: 'github.delete_branch', status: 'failed', error: 'The branch is protected' },
  ],
};

describe('describeRequest()', () => {
  test('says how it stands, each step, why, and what came of it', () => {
    expect(describeRequest(CLOSED, { colours: false })).toBe(
      [
        'req_1  executed',
        '  message   Done',
        '  effects   all',
        '  agent     outreach-agent',
        '  version   2',
        '  policy    p1',
        '  received  2026-11-21T09:00:00Z',
        '  closed    2026-11-21T09:05:00Z',
        '',
        'STEP  TOOL                          STATUS  VERDICT    WHY',
        '1     email.draft (for email.send)  done    downscope  Outside mail is drafted. Always.',
        '2     github.delete_branch          failed  -          The branch is protected',
        '',
        'email.draft: {"draft":"d1"}',
        '',
      ].join('\n'),
    );
  });

  test('says who edited a step, why, and what it is now', () => {
    const edited = { by: 'alice', reason: `The other one${ESCAPE}`, args: { branch: 'gift-cards' } };
    const steps = CLOSED.steps.map((step) => ({ ...step, edited }));
    const text = describeRequest({ ...CLOSED, steps }, { colours: false });
    expect(text).toContain('step 1 was edited by alice: The other one');
    expect(text).toContain('arguments now: {"branch":"gift-cards"}');
    expect(text).not.toContain(ESCAPE);
  });

  test('says what was taken out of a result, in printable words', () => {
    const withheld = [{ field: `/email${ESCAPE}`, what: 'tier 3' }];
    const steps = CLOSED.steps.map((step) => ({ ...step, withheld }));
    const text = describeRequest({ ...CLOSED, steps }, { colours: false });
    expect(text).toContain('{"draft":"d1"}\n  withheld /email : tier 3\n');
  });

  test('says whom an open one waits for', () => {
    const waitingFor = {
      groups: ['finance', 'finance-leads'],
      need: 2,
      have: 1,
      expiresAt: '2026-11-21T13:00:00Z',
    };
    const { outcome: _, ...open } = { ...CLOSED, status: 'waiting' as const, waitingFor };
    const text = describeRequest(open, { colours: false });
    expect(text).toMatch(/^req_1 {2}waiting\n/);
    expect(text).toContain('2 of finance, finance-leads (1 so far), until 2026-11-21T13:00:00Z');
  });
});

describe('describeDryRun()', () => {
  test('says what would happen and whom it would wait for', () => {
    const dryRun: DryRunAnswer = {
      ...{ effect: 'approve', policyVersion: 'p1' },
      steps: [
        {
          tool: 'stripe.refund_payment',
          verdict: { effect: 'approve', rules: [{ id: 'r', sentence: 'Money needs finance.' }] },
        },
      ],
      waitingFor: { groups: ['finance'], need: 1, have: 0, expiresAt: '2026-11-21T13:00:00Z' },
    };
    const text = describeDryRun(dryRun, { colours: false });
    expect(text).toMatch(/^dry run {2}approve\n {2}would wait for {2}1 of finance \(0 so far\)/);
    expect(text).toMatch(/1 +stripe\.refund_payment +approve +Money needs finance\.\n$/);
  });
});

describe('exit codes', () => {
  test.each([
    ['running', undefined, EXIT.open],
    ['waiting', undefined, EXIT.open],
    ['closed', 'executed', EXIT.done],
    ['closed', 'denied', EXIT.refused],
    ['closed', 'rolled_back', EXIT.failed],
    ['closed', undefined, EXIT.error],
  ] as const)('of a %s request with outcome %s is %i', (status, outcome, exit) => {
    expect(exitOfRequest({ status, outcome })).toBe(exit);
  });

  test.each([
    ['allow', EXIT.done],
    ['notify', EXIT.done],
    ['downscope', EXIT.done],
    ['approve', EXIT.open],
    ['deny', EXIT.refused],
  ] as const)('of a dry run that says %s is %i', (effect, exit) => {
    expect(exitOfVerdict(effect)).toBe(exit);
  });
});
