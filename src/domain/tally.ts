/**
 * The tally: one pure function folds what people said about one version into a state. Admission, the executor's
 * re-check and every surface that shows progress share it, so that there is one answer to "is this approved?".
 *
 * It looks at sets, never at order: votes that arrive in another order, twice or again fold into the same state. A deny
 * by anybody eligible wins over every approval (T46).
 */
import type { BreakGlass } from './approval-settings.ts';
import { type Assurance, type Decision, isAsSure } from './decision.ts';
import { type Approver, type Need, type QuorumState, quorum } from './quorum.ts';

/** A person as they are now, as far as deciding goes. */
export interface Voter extends Approver {
  readonly active: boolean;
  /** Whom they stand in for at present, with those people's groups. Nobody inactive is among them. */
  readonly standsInFor: readonly Approver[];
}

/** What the votes are held against, as things are now. */
export interface Ballot {
  readonly needs: readonly Need[];
  /** People who may not decide, whatever groups they are in and whomever they stand in for. */
  readonly excluded: readonly string[];
  /** People who edited what is asked: they may deny it, and approve neither for themselves nor for another of them. */
  readonly editors?: readonly string[];
  /** What an approval takes at least. */
  readonly assurance: Assurance;
  readonly needsReason: boolean;
  /** Absent: nobody may break the glass. */
  readonly breakGlass?: GlassRule;
  readonly now: Date;
}

/** Of the organisation's settings, what counting needs. */
export type GlassRule = Pick<BreakGlass, 'group' | 'people' | 'minutes'>;

export type Vote = Pick<Decision, 'person' | 'answer' | 'reason' | 'assurance' | 'breakGlass' | 'at'>;
export type Voters = ReadonlyMap<string, Voter>;

/** `met` is true when the quorum is, or when the glass was broken; `denied` beats both. */
export interface Tally {
  readonly quorum: QuorumState;
  readonly denied: boolean;
  readonly approvedBy: readonly Approval[];
  /** Who broke the glass, where that is what approved it. */
  readonly brokenBy: readonly string[];
}

/** An approval that counts; `forPerson` where it counts only because they stand in for somebody. */
export interface Approval {
  readonly person: string;
  readonly forPerson?: string;
}

/** Folds votes on one version into its state. People missing from `voters` are unknown, and do not count. */
export function foldVotes(votes: readonly Vote[], ballot: Ballot, voters: Voters): Tally {
  const approvals = votes.filter(
    (vote) => vote.answer === 'approve' && isEnough(vote, ballot) && !isEditor(vote.person, ballot),
  );
  const counted = authoritiesOf(approvals, ballot, voters);
  const state = quorum(ballot.needs, counted);
  const brokenBy = brokenGlass(approvals, ballot, voters);
  return {
    quorum: brokenBy.length === 0 ? state : { ...state, met: true },
    denied: votes.some(({ answer, person }) => answer === 'deny' && isEligible(person, ballot, voters)),
    approvedBy: counted.map(({ person, forPerson }) => ({
      person,
      ...(forPerson === undefined ? {} : { forPerson }),
    })),
    brokenBy,
  };
}

/** Why somebody may not decide, mildest last; `eligible` when they may. Denying takes no more than being eligible. */
export type Standing = 'eligible' | 'unknown-person' | 'inactive' | 'excluded' | 'not-eligible';

/** Unknown beats inactive beats excluded beats membership. With no needs nobody is eligible. */
export function standingOf(voter: Voter | undefined, ballot: Pick<Ballot, 'needs' | 'excluded'>): Standing {
  if (voter === undefined) return 'unknown-person';
  if (!voter.active) return 'inactive';
  if (ballot.excluded.includes(voter.person)) return 'excluded';
  const groups = [voter, ...standIns(voter, ballot)].flatMap((one) => one.groups);
  return isAsked(groups, ballot) ? 'eligible' : 'not-eligible';
}

/** Whether somebody may break the glass: named for it, active, and not excluded. */
export function mayBreakGlass(
  voter: Voter | undefined,
  { breakGlass, excluded }: Pick<Ballot, 'breakGlass' | 'excluded'>,
): boolean {
  if (voter?.active !== true || breakGlass === undefined || excluded.includes(voter.person)) return false;
  return voter.groups.includes(breakGlass.group);
}

/** Whether an approval was given as firmly as is asked: sure enough, and with a reason where one is wanted. */
export function isEnough(
  { assurance = 'click', reason, breakGlass }: Vote,
  { assurance: wanted, needsReason }: Pick<Ballot, 'assurance' | 'needsReason'>,
): boolean {
  const hasReason = reason !== undefined && reason.trim() !== '';
  return isAsSure(assurance, wanted) && (hasReason || (!needsReason && breakGlass === undefined));
}

/** Whether their approval would be of their own edit. */
export function isEditor(person: string, { editors = [] }: Pick<Ballot, 'editors'>): boolean {
  return editors.includes(person);
}

function isEligible(person: string, ballot: Ballot, voters: Voters): boolean {
  return standingOf(voters.get(person), ballot) === 'eligible';
}

/** An approver with the groups they fill a place of: their own, or where those are not asked, another's. */
interface Authority extends Approver {
  readonly forPerson: string | undefined;
}

/**
 * Each approver once, in the order of their ids. Somebody's authority is lent once: not to a second delegate, and not
 * at all where they voted themselves.
 */
function authoritiesOf(approvals: readonly Vote[], ballot: Ballot, voters: Voters): readonly Authority[] {
  const people = [...new Set(approvals.map(({ person }) => person))].sort();
  const spoken = new Set(people);
  const lent = new Set<string>();
  return people.flatMap((person): readonly Authority[] => {
    const voter = voters.get(person);
    if (voter === undefined || !isEligible(person, ballot, voters)) return [];
    if (isAsked(voter.groups, ballot)) return [{ person, groups: voter.groups, forPerson: undefined }];
    const borrowed = standIns(voter, ballot).find(
      (one) =>
        !spoken.has(one.person) &&
        !lent.has(one.person) &&
        !isEditor(one.person, ballot) &&
        isAsked(one.groups, ballot),
    );
    if (borrowed === undefined) return [];
    lent.add(borrowed.person);
    return [{ person, groups: borrowed.groups, forPerson: borrowed.person }];
  });
}

/** A delegate inherits the exclusion of whom they stand in for. */
function standIns({ standsInFor }: Voter, { excluded }: Pick<Ballot, 'excluded'>): readonly Approver[] {
  return standsInFor.filter(({ person }) => !excluded.includes(person));
}

function isAsked(groups: readonly string[], { needs }: Pick<Ballot, 'needs'>): boolean {
  return needs.some((need) => need.groups.some((group) => groups.includes(group)));
}

/** Enough distinct people, or one with a passkey, within the minutes that it holds; nobody otherwise. */
function brokenGlass(approvals: readonly Vote[], ballot: Ballot, voters: Voters): readonly string[] {
  const { breakGlass, now } = ballot;
  if (breakGlass === undefined || ballot.needs.length === 0) return [];
  const recent = approvals.filter(
    (vote) =>
      vote.breakGlass === true &&
      now.getTime() - Date.parse(vote.at) <= breakGlass.minutes * 60_000 &&
      mayBreakGlass(voters.get(vote.person), ballot),
  );
  const people = [...new Set(recent.map(({ person }) => person))].sort();
  const isStepUp = recent.some(({ assurance }) => assurance === 'passkey');
  return people.length >= breakGlass.people || isStepUp ? people : [];
}
