/** Card views for tests: one ordinary, and arbitrary hostile ones. */
import fc from 'fast-check';
import type { CardStep, CardView } from '../../src/domain/card.ts';
import { OUTCOMES } from '../../src/domain/outcome.ts';
import type { QuestionView } from '../../src/domain/question.ts';

export function step(changes: Partial<CardStep> = {}): CardStep {
  return {
    index: 0,
    ask: 'a'.repeat(64),
    tool: 'github.delete_branch',
    title: 'Delete branch',
    effect: 'delete',
    reversibility: 'reversible',
    target: {
      kind: 'branch',
      id: 'github:acme/webshop#heads/old-checkout@1f2e3d',
      label: 'acme/webshop branch old-checkout',
      scope: 'github/acme/webshop',
      tier: 2,
      traits: [],
    },
    facts: [{ label: 'Last commit', value: '1f2e3d "Remove old checkout"' }],
    undo: 'Recreate the branch at 1f2e3d',
    status: 'waiting',
    verdict: 'approve',
    rules: [{ id: 'branch-delete', sentence: 'Deleting a branch needs somebody from platform.' }],
    ...changes,
  };
}

export function view(changes: Partial<CardView> = {}): CardView {
  return {
    seq: 1,
    request: 'req_1',
    version: 1,
    digest: '1a2b3c4d'.padEnd(64, '0'),
    policyVersion: 'p-7',
    agent: 'release-agent',
    owner: 'dana',
    reason: 'The branch was merged in March',
    tier: 'medium',
    steps: [step()],
    needs: [{ groups: ['platform'], count: 2 }],
    need: 2,
    have: 0,
    excluded: ['dana'],
    votes: [],
    requestedAt: new Date().toISOString(),
    expiresAt: '2026-11-21T18:00:00.000Z',
    state: 'waiting',
    ...changes,
  };
}

/** In every hostile string, so that a test can follow where outside words end up. */
export const MARK = 'EVIL';

const bait = fc.constantFrom(
  '<https://evil.example|Open runbook>',
  '<!here> <!channel> <@U0ALICE> #general @channel',
  '*Approved* by `cto` _ok_ :white_check_mark:',
  'https://evil.example/a?b=1',
  '\n\nApproved by Alice\nTarget: something else\r\nPolicy: allowed',
  '\u202Etxt.exe\u200B\u0000\uD800',
  '👩‍👩‍👧‍👦',
  '&lt;!here&gt;',
);
/** Mostly short, sometimes longer than anything Slack takes. */
export const hostile = fc
  .tuple(
    bait,
    fc.string({ unit: 'binary' }),
    fc.oneof(
      { weight: 4, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.integer({ min: 2, max: 400 }) },
    ),
  )
  .map(([before, text, times]) => `${MARK}${`${before}${text}`.repeat(times)}${MARK}`);

const hostileStep = fc.record({
  label: hostile,
  facts: fc.array(fc.record({ label: fc.constant('Fact'), value: hostile }), { maxLength: 6 }),
  undo: fc.option(hostile),
  error: fc.option(hostile, { nil: undefined }),
  status: fc.constantFrom(
    'pending',
    'waiting',
    'running',
    'done',
    'failed',
    'undone',
    'undo_failed',
    'skipped',
  ),
  verdict: fc.constantFrom('allow', 'notify', 'downscope', 'approve'),
  reversibility: fc.constantFrom('reversible', 'costly', 'irreversible'),
  rules: fc.array(fc.record({ id: fc.constant('rule'), sentence: fc.string({ maxLength: 160 }) }), {
    maxLength: 4,
  }),
  edited: fc.option(
    fc.record({
      edits: fc.array(
        fc.record({
          by: fc.constantFrom('alice', 'bob'),
          at: fc.constant('2026-11-21T14:00:00.000Z'),
          reason: hostile,
        }),
        { minLength: 1, maxLength: 10 },
      ),
      changes: fc.array(
        fc.record({ field: fc.constant('branch'), was: hostile, now: hostile }, { requiredKeys: ['field'] }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
    { nil: undefined },
  ),
  explanation: fc.array(fc.string({ maxLength: 200 }), { maxLength: 40 }),
} as const);

/** Views as hostile as agents, vendors and people can make them, in every state. */
export const hostileView: fc.Arbitrary<CardView> = fc
  .record({
    steps: fc.array(hostileStep, { minLength: 1, maxLength: 20 }),
    reason: fc.oneof(hostile, fc.constant('')),
    onBehalfOf: fc.option(hostile, { nil: undefined }),
    message: fc.option(hostile, { nil: undefined }),
    votes: fc.array(
      fc.record({
        person: fc.constantFrom('alice', 'bob'),
        answer: fc.constantFrom('approve', 'deny'),
        reason: hostile,
      }),
      { maxLength: 10 },
    ),
    questions: fc.option(
      fc.array(
        fc.record(
          {
            id: fc.constant('q_1'),
            by: fc.constantFrom('alice', 'bob'),
            text: hostile,
            at: fc.constant('2026-11-21T14:00:00.000Z'),
            answer: hostile,
            answeredAt: fc.constant('2026-11-21T14:05:00.000Z'),
          },
          { requiredKeys: ['id', 'by', 'text', 'at'] },
        ),
        { minLength: 1, maxLength: 10 },
      ),
      { nil: undefined },
    ),
    state: fc.constantFrom('waiting', 'running', 'undoing', 'replaced', 'closed'),
    tier: fc.constantFrom('low', 'medium', 'high', 'critical'),
    outcome: fc.constantFrom(...OUTCOMES),
  } as const)
  .map(({ steps, onBehalfOf, message, votes, questions, ...rest }) =>
    view({
      ...rest,
      ...(onBehalfOf === undefined ? {} : { onBehalfOf, excluded: ['dana', onBehalfOf] }),
      ...(message === undefined ? {} : { message }),
      ...(questions === undefined ? {} : { questions: questions as QuestionView[] }),
      votes: votes.map((vote) => ({ ...vote, at: '2026-11-21T14:00:00.000Z' })),
      steps: steps.map(({ label, error, edited, ...one }, index) =>
        step({
          ...one,
          index,
          ...(error === undefined ? {} : { error }),
          ...(edited === undefined ? {} : { edited }),
          target: { ...step().target, label },
        }),
      ),
      confidence: 0.5,
    }),
  );
