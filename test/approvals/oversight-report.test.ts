import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oversightReport, REPORT_KEYS, type ReportLine } from '../../src/approvals/oversight-report.ts';
import type { Asked, OversightRecords } from '../../src/domain/oversight.ts';
import { anAnswer, anAsked, aRefusal } from '../store/oversight-samples.ts';

const NOON = Date.parse('2026-11-21T12:00:00.000Z');
const secondsOn = (seconds: number) => new Date(NOON + seconds * 1_000).toISOString();
const records = (asked: readonly Asked[], refused: OversightRecords['refused'] = []): OversightRecords => ({
  ...{ asked, refused },
  isWhole: true,
});
const took = (seconds: number, person = 'alice', answer: 'approve' | 'deny' = 'approve') =>
  anAnswer({ person, answer, at: secondsOn(seconds) });
const one = (asked: Partial<Asked>, by: (typeof REPORT_KEYS)[number] = 'rule') =>
  oversightReport(records([anAsked(asked)]), by);

describe('oversightReport()', () => {
  it('is empty where nobody was asked', () => {
    for (const by of REPORT_KEYS) expect(oversightReport(records([]), by)).toEqual([]);
  });

  const counted: readonly (readonly [string, Partial<Asked>, Partial<ReportLine>])[] = [
    ['an open asking', {}, { open: 1 }],
    [
      'an approval',
      { fate: 'approved', answers: [took(30)] },
      { approved: 1, medianSeconds: 30, p90Seconds: 30, fastShare: 0 },
    ],
    [
      'an approval under 5 s',
      { fate: 'approved', answers: [took(4)] },
      { approved: 1, medianSeconds: 4, fastShare: 1 },
    ],
    [
      'a denial under 5 s, which is no rubber stamp',
      { fate: 'rejected', answers: [took(2, 'bob', 'deny')] },
      { rejected: 1, medianSeconds: 2 },
    ],
    ['nobody answering', { fate: 'expired', outcome: 'expired' }, { expired: 1 }],
    ['a drifted version', { fate: 'replaced' }, { replaced: 1 }],
    ['a cancelled one', { fate: 'ended', outcome: 'cancelled' }, { ended: 1 }],
    [
      'a failure after approval',
      { fate: 'approved', outcome: 'failed' },
      { approved: 1, failedAfterApproval: 1 },
    ],
    [
      'an undo after approval',
      { fate: 'approved', outcome: 'rolled_back', undone: 2 },
      { approved: 1, failedAfterApproval: 1, undoneAfterApproval: 1 },
    ],
    [
      "an undo after a denial, which is nobody's approval",
      { fate: 'rejected', outcome: 'rejected', undone: 1 },
      { rejected: 1 },
    ],
    [
      'an answer before the card is known to be there',
      { shownAt: secondsOn(9), answers: [took(7)] },
      { open: 1, medianSeconds: 0, fastShare: 1 },
    ],
    [
      'an answer from when the card was there',
      { shownAt: secondsOn(100), answers: [took(160)] },
      { open: 1, medianSeconds: 60 },
    ],
  ];
  it.each(counted)('counts %s', (_, asked, line) => {
    expect(one(asked)).toEqual([
      expect.objectContaining({
        subject: 'branch-delete',
        ...{ asked: 1, approved: 0, rejected: 0, edited: 0, expired: 0, replaced: 0, ended: 0, open: 0 },
        ...{ refusedClicks: 0, failedAfterApproval: 0, undoneAfterApproval: 0 },
        ...line,
      }),
    ]);
  });

  it('gives no times and no share where nobody answered', () => {
    const [line] = one({ fate: 'expired' });
    expect(line).not.toHaveProperty('medianSeconds');
    expect(line).not.toHaveProperty('fastShare');
  });

  it('takes median and p90 by nearest rank', () => {
    const asked = Array.from({ length: 10 }, (_, at) =>
      anAsked({ fate: 'approved', answers: [took((at + 1) * 2)] }),
    );
    const [line] = oversightReport(records(asked), 'rule');
    expect(line).toMatchObject({ medianSeconds: 10, p90Seconds: 18, fastShare: 0.2 });
  });

  it('counts a version that was edited as edited, and the edit for whoever made it', () => {
    const first = anAsked({ fate: 'edited', editedBy: 'alice', answers: [took(9, 'bob')] });
    const second = anAsked({
      ...{ request: first.request, version: 2, fate: 'approved' },
      answers: [took(60, 'bob')],
    });
    expect(oversightReport(records([second, first]), 'rule')).toMatchObject([
      { asked: 2, approved: 1, edited: 1, replaced: 0 },
    ]);
    expect(oversightReport(records([first, second]), 'person')).toMatchObject([
      { subject: 'alice', asked: 2, approved: 0, edited: 1 },
      { subject: 'bob', asked: 2, approved: 2, edited: 0 },
    ]);
  });

  it('gives each group the answers of its own people', () => {
    const asked = anAsked({
      groups: ['finance', 'platform'],
      members: { finance: ['carol'], platform: ['alice'] },
      answers: [took(3, 'carol'), took(60, 'alice')],
    });
    expect(oversightReport(records([asked]), 'group')).toMatchObject([
      { subject: 'finance', medianSeconds: 3, fastShare: 1 },
      { subject: 'platform', medianSeconds: 60, fastShare: 0 },
    ]);
  });

  it.each([
    ['stands in for somebody', { finance: ['carol'], platform: ['alice'] }],
    ['answered while the directory could not be read', undefined],
  ] as const)('gives every group asked the answer of whoever %s', (_, members) => {
    const asked = anAsked({ groups: ['finance', 'platform'], answers: [took(60, 'zoe')] });
    const { members: _members, ...rest } = asked;
    const lines = oversightReport(
      records([{ ...rest, ...(members === undefined ? {} : { members }) }]),
      'group',
    );
    expect(lines.map(({ medianSeconds }) => medianSeconds)).toEqual([60, 60]);
  });

  it('counts for a person what they could have answered, and what they answered', () => {
    const asked = [
      anAsked({ fate: 'approved', outcome: 'failed', answers: [took(2)] }),
      anAsked({ fate: 'rejected', answers: [took(40), took(50, 'bob', 'deny')] }),
      anAsked({ fate: 'expired' }),
    ];
    expect(oversightReport(records(asked), 'person')).toMatchObject([
      {
        subject: 'alice',
        asked: 3,
        approved: 2,
        rejected: 0,
        expired: 0,
        fastShare: 0.5,
        failedAfterApproval: 1,
      },
      { subject: 'bob', asked: 3, approved: 0, rejected: 1, medianSeconds: 50 },
    ]);
  });

  it('counts refused clicks for the version they were on, and for their person', () => {
    const asked = anAsked({ agent: 'mailer', rules: ['mail'], groups: ['support'], members: {} });
    const on = { request: asked.request, version: 1 };
    const refused = [
      aRefusal({ ...on, person: 'eve', why: 'not-eligible' }),
      aRefusal({ ...on, why: 'unknown-person' }),
      aRefusal({ person: 'eve', why: 'unknown-request' }),
    ];
    const lines = REPORT_KEYS.map((by) =>
      oversightReport(records([asked], refused), by).map(({ subject, refusedClicks }) => [
        subject,
        refusedClicks,
      ]),
    );
    expect(lines).toEqual([
      [['mail', 2]],
      [['support', 2]],
      [
        ['eve', 2],
        ['(unknown)', 1],
      ],
      [['mailer', 2]],
    ]);
  });

  it('lists the most asked first', () => {
    const asked = [
      anAsked({ agent: 'b' }),
      anAsked({ agent: 'c' }),
      anAsked({ agent: 'c' }),
      anAsked({ agent: 'a' }),
    ];
    expect(oversightReport(records(asked), 'agent').map(({ subject }) => subject)).toEqual(['c', 'a', 'b']);
  });

  it('says the same whatever order the records are in', () => {
    const person = fc.constantFrom('alice', 'bob', 'carol');
    const asked = fc.record({
      version: fc.integer({ min: 1, max: 3 }),
      agent: fc.constantFrom('a', 'b'),
      rules: fc.subarray(['r1', 'r2', 'r3'], { minLength: 1 }),
      fate: fc.constantFrom('open', 'approved', 'rejected', 'replaced', 'expired', 'ended'),
      seconds: fc.integer({ min: 0, max: 99 }),
      by: person,
    } as const);
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 12 }), fc.array(person, { maxLength: 5 }), (all, clickers) => {
        const made = all.map(({ seconds, by, ...rest }) =>
          anAsked({ ...rest, answers: [took(seconds, by)] }),
        );
        const clicks = clickers.map((who) =>
          aRefusal({ person: who, request: made[0]?.request ?? 'none', version: 1 }),
        );
        for (const by of REPORT_KEYS) {
          expect(oversightReport(records(made.toReversed(), clicks.toReversed()), by)).toEqual(
            oversightReport(records(made, clicks), by),
          );
        }
      }),
    );
  });
});
