import { describe, expect, it } from 'vitest';
import { type AdmissionInput, admitDecision, assessVotes, VOTES_MAX } from '../../src/approvals/admit.ts';
import { createDirectory } from '../../src/approvals/directory.ts';
import type { Decision, DecisionRefusal } from '../../src/domain/decision.ts';
import { ACME, approvalsOffice, DIGEST, decision, NOW, unreachable } from './acme.ts';

const EXPECTED = { request: 'req_1', version: 1, digest: DIGEST };
const PLATFORM = [{ groups: ['platform'], count: 2 }];
const MEDIUM = { tier: 'medium', needsReason: false } as const;

interface Row {
  readonly title: string;
  readonly says?: Partial<Decision>;
  readonly input?: Partial<AdmissionInput>;
  readonly why?: DecisionRefusal;
  readonly sentence?: RegExp;
}

const ROWS: readonly Row[] = [
  { title: 'admits an approval by a member' },
  { title: 'admits a denial by a member', says: { answer: 'deny', reason: 'Not on a Friday' } },
  {
    title: 'admits a member of the group asked by escalation',
    says: { person: 'carol' },
    input: { needs: [{ groups: ['platform', 'finance-leads'], count: 1 }] },
  },
  { title: 'refuses another request', says: { request: 'req_2' }, why: 'wrong-request' },
  {
    title: 'refuses another version (T27)',
    says: { version: 2 },
    why: 'wrong-version',
    sentence: /changed since you looked/,
  },
  { title: 'refuses another digest', says: { digest: 'b'.repeat(64) }, why: 'wrong-digest' },
  {
    title: 'refuses once it runs',
    input: { stage: 'running' },
    why: 'too-late',
    sentence: /already running/,
  },
  {
    title: 'refuses a decision made after the deadline, though the request has not noticed yet (T48)',
    input: { expiresAt: '2026-11-21T13:59:59.999Z' },
    why: 'too-late',
    sentence: /the time to decide is over/,
  },
  { title: 'admits a decision made at the very deadline', input: { expiresAt: '2026-11-21T14:00:00.000Z' } },
  { title: 'refuses once it is closed', input: { stage: 'closed' }, why: 'too-late', sentence: /closed/ },
  {
    title: 'prefers too late over an old version',
    says: { version: 2 },
    input: { stage: 'closed' },
    why: 'too-late',
  },
  {
    title: 'refuses a person nobody knows (T6, T9)',
    says: { person: 'release-agent' },
    why: 'unknown-person',
  },
  { title: 'refuses somebody who left', says: { person: 'ivan' }, why: 'inactive' },
  {
    title: 'refuses a member of no asked group (T1)',
    says: { person: 'erin' },
    why: 'not-eligible',
    sentence: /^Only people in platform can approve this; Erin is not among them$/,
  },
  {
    title: "looks the groups up in the request's own needs, not in the click (T3)",
    says: { person: 'alice' },
    input: { needs: [{ groups: ['finance'], count: 1 }] },
    why: 'not-eligible',
    sentence: /Only people in finance can approve/,
  },
  {
    title: 'refuses the owner although they are a member (T4, T5)',
    says: { person: 'dana' },
    input: { excluded: ['dana'], owner: 'dana' },
    why: 'excluded',
    sentence: /^Only people in platform can approve this; Dana owns the agent$/,
  },
  {
    title: 'refuses the person the agent acts for (T4)',
    says: { person: 'bob' },
    input: { excluded: ['dana', 'bob'], owner: 'dana', onBehalfOf: 'bob' },
    why: 'excluded',
    sentence: /the agent acts for Bob$/,
  },
  {
    title: "refuses the owner's denial too",
    says: { person: 'dana', answer: 'deny' },
    input: { excluded: ['dana'] },
    why: 'excluded',
  },
  {
    title: 'refuses an approval by whom the edit is of',
    input: { editors: ['alice'] },
    why: 'own-edit',
    sentence: /^You edited this request yourself: somebody else in platform has to approve it$/,
  },
  { title: 'admits their denial', says: { answer: 'deny' }, input: { editors: ['alice'] } },
  { title: 'admits an approval by another', says: { person: 'bob' }, input: { editors: ['alice'] } },
  { title: 'refuses everybody when nobody is asked (T2)', input: { needs: [] }, why: 'not-eligible' },
  {
    title: 'admits an approval of high risk that was reviewed',
    says: { assurance: 'reviewed' },
    input: { tier: 'high' },
  },
  { title: 'refuses a bare click for high risk', input: { tier: 'high' }, why: 'too-weak' },
  {
    title: 'refuses anything but a passkey for critical risk (T15)',
    says: { assurance: 'reviewed' },
    input: { tier: 'critical' },
    why: 'too-weak',
    sentence: /stronger confirmation/,
  },
  {
    title: 'admits a passkey for critical risk',
    says: { assurance: 'passkey' },
    input: { tier: 'critical' },
  },
  {
    title: 'admits a denial of critical risk by a click',
    says: { answer: 'deny' },
    input: { tier: 'critical' },
  },
  {
    title: 'refuses an approval without the reason that a rule wants',
    input: { needsReason: true },
    why: 'no-reason',
  },
  {
    title: 'refuses a reason of nothing but spaces',
    says: { reason: '   ' },
    input: { needsReason: true },
    why: 'no-reason',
  },
  { title: 'admits it with one', says: { reason: 'Checked' }, input: { needsReason: true } },
  {
    title: 'admits somebody outside the groups who may break the glass, with a reason (T65)',
    says: { person: 'carol', breakGlass: true, reason: 'The site is down' },
  },
  {
    title: 'refuses to break the glass without a reason (T65)',
    says: { person: 'carol', breakGlass: true },
    why: 'no-reason',
  },
  {
    title: 'refuses to break the glass to people who are not named for it',
    says: { person: 'erin', breakGlass: true, reason: 'The site is down' },
    why: 'no-break-glass',
    sentence: /Erin is not among those who may break the glass/,
  },
  {
    title: 'refuses to break the glass to the owner of the agent (T65)',
    says: { person: 'carol', breakGlass: true, reason: 'The site is down' },
    input: { excluded: ['carol'], owner: 'carol' },
    why: 'excluded',
  },
  {
    title: 'refuses who changed the agent last',
    says: { person: 'bob' },
    input: { excluded: ['dana', 'bob'], owner: 'dana', editor: 'bob' },
    why: 'excluded',
    sentence: /Bob changed the agent's configuration last$/,
  },
  {
    title: 'refuses who prompted the agent (T4)',
    says: { person: 'bob' },
    input: { excluded: ['dana', 'bob'], owner: 'dana', requestedBy: 'bob' },
    why: 'excluded',
    sentence: /Bob prompted the agent$/,
  },
  {
    title: 'refuses a decision dated in the future',
    says: { at: '2026-11-21T14:06:00.000Z' },
    why: 'bad-signature',
  },
];

describe('admitDecision()', () => {
  it.each(ROWS)('$title', async ({ says, input, why, sentence }) => {
    const { sign, deps } = await approvalsOffice();
    const said = decision(says);
    const jws = await sign(said);
    const admission = await admitDecision(
      {
        ...MEDIUM,
        ...{ jws, expected: EXPECTED, needs: PLATFORM, excluded: [], votes: [], stage: 'waiting' },
        ...input,
      },
      deps,
    );
    if (why === undefined) {
      expect(admission).toEqual({ admitted: true, vote: { decision: said, jws } });
      return;
    }
    expect(admission).toMatchObject({ admitted: false, why });
    if (!admission.admitted) expect(admission.sentence).toMatch(sentence ?? /\w/);
  });

  const base = { ...MEDIUM, expected: EXPECTED, needs: PLATFORM, excluded: [], stage: 'waiting' } as const;

  it('refuses a decision signed by somebody else before looking at anything in it', async () => {
    const { deps } = await approvalsOffice();
    const forger = await approvalsOffice();
    const jws = await forger.sign(decision());
    const admission = await admitDecision({ ...base, jws, votes: [] }, deps);
    expect(admission).toEqual({
      admitted: false,
      why: 'bad-signature',
      sentence: expect.stringMatching(/not recorded/),
    });
  });

  it('refuses when the directory does not answer, and says to try again (T14)', async () => {
    const { sign, deps } = await approvalsOffice(unreachable);
    const admission = await admitDecision({ ...base, jws: await sign(decision()), votes: [] }, deps);
    expect(admission).toMatchObject({
      admitted: false,
      why: 'directory-unreachable',
      sentence: expect.stringMatching(/try again/),
    });
  });

  it('counts the same click delivered twice, and the same person clicking twice, once (T38, T44)', async () => {
    const { sign, deps } = await approvalsOffice();
    const first = await sign(decision());
    for (const again of [decision(), decision({ id: 'd-2' }), decision({ answer: 'deny' })]) {
      const admission = await admitDecision({ ...base, jws: await sign(again), votes: [first] }, deps);
      expect(admission).toMatchObject({
        admitted: false,
        why: 'duplicate',
        decisionId: again.id,
        person: 'alice',
      });
    }
  });

  it('lets a person who approved deny afterwards', async () => {
    const { sign, deps } = await approvalsOffice();
    const jws = await sign(decision({ id: 'd-2', answer: 'deny' }));
    const admission = await admitDecision({ ...base, jws, votes: [await sign(decision())] }, deps);
    expect(admission.admitted).toBe(true);
  });

  it('refuses to read more votes than its bound', async () => {
    const { sign, deps } = await approvalsOffice();
    const jws = await sign(decision());
    const votes = Array.from({ length: VOTES_MAX + 1 }, () => jws);
    await expect(admitDecision({ ...base, jws, votes }, deps)).rejects.toThrow(/at most 200/);
  });
});

describe('assessVotes()', () => {
  const base = { ...MEDIUM, expected: EXPECTED, needs: PLATFORM, excluded: ['dana'] };
  const says = (id: string, changes: Partial<Decision> = {}) =>
    decision({ id: `d-${id}`, person: id, ...changes });

  it('meets the quorum with two distinct eligible people', async () => {
    const { sign, deps } = await approvalsOffice();
    const jwsList = await Promise.all([says('alice'), says('bob')].map(sign));
    const { quorum, denied, approvedBy } = await assessVotes({ ...base, jwsList }, deps);
    expect(quorum).toEqual({ need: 2, have: 2, met: true });
    expect({ denied, approvedBy }).toEqual({
      denied: false,
      approvedBy: [{ person: 'alice' }, { person: 'bob' }],
    });
  });

  const useless: readonly (readonly [string, Decision])[] = [
    ['the same person again', says('alice', { id: 'd-9' })],
    ['the agent owner (T5)', says('dana')],
    ['somebody who left', says('ivan')],
    ['a stranger', says('mallory')],
    ['another group', says('erin')],
    ['another version', says('bob', { version: 2 })],
    ['another digest', says('bob', { digest: 'c'.repeat(64) })],
    ['another request', says('bob', { request: 'req_2' })],
  ];
  it.each(useless)('leaves the quorum unmet when the second vote is by %s', async (_, second) => {
    const { sign, deps } = await approvalsOffice();
    const jwsList = await Promise.all([says('alice'), second].map(sign));
    const { quorum } = await assessVotes({ ...base, jwsList }, deps);
    expect(quorum).toEqual({ need: 2, have: 1, met: false });
  });

  it('leaves out votes that do not verify', async () => {
    const { sign, deps } = await approvalsOffice();
    const forger = await approvalsOffice();
    const jwsList = [await sign(says('alice')), await forger.sign(says('bob')), 'not.a.jws', ''];
    expect((await assessVotes({ ...base, jwsList }, deps)).quorum.have).toBe(1);
  });

  it('counts a person deactivated after voting no more (T12, T13)', async () => {
    const people = ACME.people.map((one) => (one.id === 'bob' ? { ...one, active: false } : one));
    const { sign, deps } = await approvalsOffice(createDirectory({ ...ACME, people }));
    const jwsList = await Promise.all([says('alice'), says('bob')].map(sign));
    expect((await assessVotes({ ...base, jwsList }, deps)).quorum.met).toBe(false);
  });

  it('needs two people where two groups are asked, even if one is in both (T8)', async () => {
    const { sign, deps } = await approvalsOffice();
    const needs = [
      { groups: ['finance'], count: 1 },
      { groups: ['finance-leads'], count: 1 },
    ];
    const one = [await sign(says('carol'))];
    const two = [...one, await sign(says('dan'))];
    expect((await assessVotes({ ...base, needs, jwsList: one }, deps)).quorum.met).toBe(false);
    expect((await assessVotes({ ...base, needs, jwsList: two }, deps)).quorum.met).toBe(true);
  });

  it('sees a denial by an eligible person and ignores one by anybody else', async () => {
    const { sign, deps } = await approvalsOffice();
    const by = async (id: string) =>
      (await assessVotes({ ...base, jwsList: [await sign(says(id, { answer: 'deny' }))] }, deps)).denied;
    expect([await by('alice'), await by('dana'), await by('erin')]).toEqual([true, false, false]);
  });

  it('says when the newest approval of this very version was given, each signature read once', async () => {
    const { sign, deps } = await approvalsOffice();
    const [first, newest, later] = [
      '2026-11-21T01:00:00Z',
      '2026-11-21T02:00:00Z',
      '2026-11-21T03:00:00Z',
    ] as const;
    const jwsList = await Promise.all([
      sign(says('alice', { at: newest })),
      sign(says('bob', { at: first })),
      sign(says('carol', { at: later, answer: 'deny' })),
      sign(says('dan', { at: later, version: 2 })),
    ]);
    let read = 0;
    const verify = (jws: string) => {
      read += 1;
      return deps.verifier.verify(jws);
    };
    const assessed = await assessVotes({ ...base, jwsList }, { ...deps, verifier: { verify } });
    expect(assessed.approvedAt).toEqual(new Date(newest));
    expect(read).toBe(jwsList.length);
    expect((await assessVotes({ ...base, jwsList: jwsList.slice(2) }, deps)).approvedAt).toBeUndefined();
  });

  it('is never met without needs (T2)', async () => {
    const { sign, deps } = await approvalsOffice();
    const jwsList = await Promise.all([says('alice'), says('bob')].map(sign));
    expect((await assessVotes({ ...base, needs: [], jwsList }, deps)).quorum.met).toBe(false);
  });

  it('rejects as unavailable when the directory does not answer, so that the caller tries again', async () => {
    const { sign, deps } = await approvalsOffice(unreachable);
    const jwsList = [await sign(says('alice', { at: NOW.toISOString() }))];
    await expect(assessVotes({ ...base, jwsList }, deps)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
