/**
 * Approvals: who the people are, who of them may decide what, and the signatures that prove they did.
 *
 * This room promises one answer to "does this decision count?", the same for every surface: the workflow's admission
 * (`admitDecision`) and the executor's re-check (`assessVotes`) hold the same facts against the same tally. It refuses
 * by default: an unreadable directory, an unknown person, an exclusion or a doubt is a refusal with a sentence. It never
 * executes anything and never talks to Slack. Called by the `admit` and `execute` activities and, for keys and people,
 * by `main/` and the doors to the approvers.
 */
import type { ApprovalSettings, ApprovalSettingsReader } from '../domain/approval-settings.ts';
import {
  type Admission,
  assuranceFor,
  type Decision,
  type DecisionRefusal,
  isAsSure,
} from '../domain/decision.ts';
import { CountersignError } from '../domain/errors.ts';
import type { DecisionVerifier, Directory } from '../domain/ports.ts';
import type { Need } from '../domain/quorum.ts';
import {
  type Ballot,
  foldVotes,
  isEditor,
  isEnough,
  mayBreakGlass,
  standingOf,
  type Tally,
  type Voter,
} from '../domain/tally.ts';
import type { RiskTier } from '../domain/verdict.ts';
import { type RefusalContext, refusalSentence } from './refusal.ts';
import { type VoterDeps, votersOf } from './voters.ts';

/** At most this many signatures are looked at for one version of a request. */
export const VOTES_MAX = 200;

/** A decision dated further ahead of us than this is not believed, whoever signed it. */
const CLOCK_SKEW_MAX_MS = 5 * 60_000;

/** What a decision must name, letter by letter, to count. */
export interface Expected {
  readonly request: string;
  readonly version: number;
  readonly digest: string;
}

/** Who is asked and who is barred, and how firmly an approval has to be given, for one version of a request. */
export interface Electorate {
  readonly needs: readonly Need[];
  readonly excluded: readonly string[];
  readonly tier: RiskTier;
  readonly needsReason: boolean;
  /** Who edited what is asked: they may deny it, but not approve it. */
  readonly editors?: readonly string[];
}

/** One decision and everything it is held against. `votes` are the signatures admitted so far. */
export interface AdmissionInput extends Electorate {
  readonly jws: string;
  readonly expected: Expected;
  readonly votes: readonly string[];
  readonly stage: 'waiting' | 'running' | 'closed';
  /** A decision made later does not count, however early the request gets to read it. */
  readonly expiresAt?: string;
  /** Only make the refusal's sentence more exact. */
  readonly owner?: string;
  readonly onBehalfOf?: string;
  readonly editor?: string;
  readonly requestedBy?: string;
}

export interface AdmissionDeps extends VoterDeps {
  readonly verifier: DecisionVerifier;
  readonly directory: Directory;
  readonly approvalSettings: ApprovalSettingsReader;
}

/**
 * Whether one signed decision counts, in this order: signature, request, stage, version, digest, person, exclusion,
 * group, own edit, firmness, duplicate. Never throws for a bad decision: each refusal is a value with a sentence for the clicker.
 */
export async function admitDecision(input: AdmissionInput, deps: AdmissionDeps): Promise<Admission> {
  const decision = await believed(input.jws, deps);
  if (decision === undefined) return refuse('bad-signature', input, {});
  const mismatch = mismatchOf(decision, input);
  if (mismatch !== undefined) return refuse(mismatch, input, { decision });
  let found: Awaited<ReturnType<typeof lookUp>>;
  try {
    found = await lookUp(decision, input, deps);
  } catch {
    return refuse('directory-unreachable', input, { decision });
  }
  const { voter, person, ballot } = found;
  const why = whyNot(decision, voter, ballot);
  if (why !== undefined) return refuse(why, input, { decision, person });
  const earlier = await readVotes(input.votes, deps.verifier);
  if (earlier.some((vote) => repeats(vote, decision)))
    return refuse('duplicate', input, { decision, person });
  return { admitted: true, vote: { decision, jws: input.jws } };
}

/** What the votes of one version amount to now. `approvedAt` is the time of the newest approval that counts. */
export interface VoteAssessment extends Tally {
  readonly approvedAt: Date | undefined;
}

/**
 * Counts votes afresh, trusting nobody: every signature is verified again and every person is judged as they are now.
 * Votes that do not verify, name another version or come from people no longer eligible are left out.
 * Rejects with `unavailable` when the directory cannot be asked: no verdict was reached, so the caller may try again.
 */
export async function assessVotes(
  input: Electorate & { readonly jwsList: readonly string[]; readonly expected: Expected },
  deps: AdmissionDeps,
): Promise<VoteAssessment> {
  const votes = (await readVotes(input.jwsList, deps.verifier)).filter((vote) => names(vote, input.expected));
  const voters = await votersOf(
    votes.map(({ person }) => person),
    input.tier,
    deps,
  );
  const ballot = await ballotOf(input, deps);
  const tally = foldVotes(votes, ballot, voters);
  const counted = new Set([...tally.approvedBy.map(({ person }) => person), ...tally.brokenBy]);
  // An approval that does not count must not keep those that do from growing old.
  const counting = votes.filter((vote) => counted.has(vote.person) && isEnough(vote, ballot));
  return { ...tally, approvedAt: newestApproval(counting) };
}

async function ballotOf(
  { needs, excluded, tier, needsReason, editors = [] }: Electorate,
  { approvalSettings, clock }: Pick<AdmissionDeps, 'approvalSettings' | 'clock'>,
): Promise<Ballot> {
  // Settings that cannot be read let nobody break the glass; everybody else decides as before.
  const { breakGlass: glass } = await approvalSettings().catch((): ApprovalSettings => ({}));
  return {
    ...{ needs, excluded, needsReason, editors },
    assurance: assuranceFor(tier),
    ...(glass === undefined ? {} : { breakGlass: glass }),
    now: clock(),
  };
}

async function lookUp({ person: id }: Decision, input: AdmissionInput, deps: AdmissionDeps) {
  const voters = await votersOf([id], input.tier, deps);
  const [person, ballot] = await Promise.all([deps.directory.person(id), ballotOf(input, deps)]);
  return { voter: voters.get(id), person, ballot };
}

/** Denying takes no more than being eligible; breaking the glass takes being named for it. */
function whyNot(decision: Decision, voter: Voter | undefined, ballot: Ballot): DecisionRefusal | undefined {
  const standing = standingOf(voter, ballot);
  if (standing !== 'eligible' && standing !== 'not-eligible') return standing;
  if (decision.breakGlass === true) {
    if (!mayBreakGlass(voter, ballot)) return 'no-break-glass';
  } else if (standing === 'not-eligible') return standing;
  if (decision.answer === 'deny') return undefined;
  if (isEditor(decision.person, ballot)) return 'own-edit';
  if (isEnough(decision, ballot)) return undefined;
  return isAsSure(decision.assurance ?? 'click', ballot.assurance) ? 'no-reason' : 'too-weak';
}

function newestApproval(votes: readonly Decision[]): Date | undefined {
  const times = votes.filter(({ answer }) => answer === 'approve').map(({ at }) => Date.parse(at));
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}

async function believed(jws: string, { verifier, clock }: AdmissionDeps): Promise<Decision | undefined> {
  try {
    const decision = await verifier.verify(jws);
    const aheadMs = new Date(decision.at).getTime() - clock().getTime();
    return aheadMs <= CLOCK_SKEW_MAX_MS ? decision : undefined;
  } catch {
    return undefined;
  }
}

function mismatchOf(
  decision: Decision,
  { expected, stage, expiresAt = decision.at }: AdmissionInput,
): DecisionRefusal | undefined {
  if (decision.request !== expected.request) return 'wrong-request';
  if (stage !== 'waiting') return 'too-late';
  if (decision.version !== expected.version) return 'wrong-version';
  if (decision.digest !== expected.digest) return 'wrong-digest';
  // The story may learn of the deadline and of a later click at once, as after an outage (slack-approvals T48).
  return Date.parse(decision.at) > Date.parse(expiresAt) ? 'too-late' : undefined;
}

function names(decision: Decision, expected: Expected): boolean {
  return (
    decision.request === expected.request &&
    decision.version === expected.version &&
    decision.digest === expected.digest
  );
}

/** The same click delivered again, or the same person saying the same thing twice. */
function repeats(earlier: Decision, now: Decision): boolean {
  if (earlier.id === now.id) return true;
  const isSame = earlier.answer === now.answer && earlier.breakGlass === now.breakGlass;
  return isSame && earlier.person === now.person;
}

async function readVotes(
  jwsList: readonly string[],
  verifier: DecisionVerifier,
): Promise<readonly Decision[]> {
  if (jwsList.length > VOTES_MAX) {
    throw new CountersignError(
      'invalid-field',
      `Cannot count votes: ${jwsList.length} given, at most ${VOTES_MAX} are read`,
    );
  }
  const read = await Promise.allSettled(jwsList.map((jws) => verifier.verify(jws)));
  return read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

function refuse(
  why: DecisionRefusal,
  input: AdmissionInput,
  found: Omit<RefusalContext, keyof AdmissionInput>,
): Admission {
  const { decision } = found;
  const sentence = refusalSentence(why, { ...input, ...found });
  return {
    admitted: false,
    why,
    sentence,
    ...(decision === undefined
      ? {}
      : { decisionId: decision.id, person: decision.person, surface: decision.surface }),
  };
}
