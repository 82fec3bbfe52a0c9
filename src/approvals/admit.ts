/**
 * Approvals: who the people are, who of them may decide what, and the signatures that prove they did.
 *
 * This room promises one answer to "does this decision count?", the same for every surface: the workflow's admission
 * (`admitDecision`) and the executor's re-check (`assessVotes`) share it. It refuses by default: an unreadable
 * directory, an unknown person, an exclusion or a doubt is a refusal with a sentence. It never executes anything and
 * never talks to Slack. Called by the `admit` and `execute` activities and, for keys and people, by `main/` and `slack/`.
 */
import type { Admission, Decision, DecisionRefusal } from '../domain/decision.ts';
import { CountersignError } from '../domain/errors.ts';
import type { Person } from '../domain/people.ts';
import type { Clock, DecisionVerifier, Directory } from '../domain/ports.ts';
import { type Need, type QuorumState, quorum } from '../domain/quorum.ts';
import { approversOf, eligibility } from './eligibility.ts';
import { type RefusalContext, refusalSentence } from './refusal.ts';

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

/** One decision and everything it is held against. `votes` are the signatures admitted so far. */
export interface AdmissionInput {
  readonly jws: string;
  readonly expected: Expected;
  readonly needs: readonly Need[];
  /** People who may not decide, whatever groups they are in. */
  readonly excluded: readonly string[];
  readonly votes: readonly string[];
  readonly stage: 'waiting' | 'running' | 'closed';
  /** Only make the refusal's sentence more exact. */
  readonly owner?: string;
  readonly onBehalfOf?: string;
}

export interface AdmissionDeps {
  readonly verifier: DecisionVerifier;
  readonly directory: Directory;
  readonly clock: Clock;
}

/**
 * Whether one signed decision counts, in this order: signature, request, stage, version, digest, person, exclusion,
 * group, duplicate. Never throws for a bad decision: each refusal is a value with a sentence for the clicker.
 */
export async function admitDecision(input: AdmissionInput, deps: AdmissionDeps): Promise<Admission> {
  const decision = await believed(input.jws, deps);
  if (decision === undefined) return refuse('bad-signature', input, {});
  const mismatch = mismatchOf(decision, input);
  if (mismatch !== undefined) return refuse(mismatch, input, { decision });
  let person: Person | undefined;
  try {
    person = await deps.directory.person(decision.person);
  } catch {
    return refuse('directory-unreachable', input, { decision });
  }
  const verdict = eligibility(person, input);
  if (verdict !== 'eligible') return refuse(verdict, input, { decision, person });
  const earlier = await readVotes(input.votes, deps.verifier);
  if (earlier.some((vote) => repeats(vote, decision)))
    return refuse('duplicate', input, { decision, person });
  return { admitted: true, vote: { decision, jws: input.jws } };
}

/** What the votes of one version amount to now: the quorum over people eligible now, and who of them denied. */
export interface VoteAssessment {
  readonly quorum: QuorumState;
  readonly denied: boolean;
  /** The people whose approvals were counted. */
  readonly approvedBy: readonly string[];
  /** When the newest approval of this version was given, by whomever; undefined where there is none. */
  readonly approvedAt: Date | undefined;
}

/**
 * Counts votes afresh, trusting nobody: every signature is verified again and every person is judged as they are now.
 * Votes that do not verify, name another version or come from people no longer eligible are left out.
 * Rejects with `unavailable` when the directory cannot be asked: no verdict was reached, so the caller may try again.
 */
export async function assessVotes(
  input: {
    readonly jwsList: readonly string[];
    readonly expected: Expected;
    readonly needs: readonly Need[];
    readonly excluded: readonly string[];
  },
  deps: Pick<AdmissionDeps, 'verifier' | 'directory'>,
): Promise<VoteAssessment> {
  const votes = (await readVotes(input.jwsList, deps.verifier)).filter((vote) => names(vote, input.expected));
  const people = await peopleOf(votes, deps.directory);
  const denied = votes.some(
    (vote) => vote.answer === 'deny' && eligibility(people.get(vote.person), input) === 'eligible',
  );
  const approvers = approversOf(votes, people, input);
  return {
    quorum: quorum(input.needs, approvers),
    denied,
    approvedBy: approvers.map((one) => one.person),
    approvedAt: newestApproval(votes),
  };
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

function mismatchOf(decision: Decision, { expected, stage }: AdmissionInput): DecisionRefusal | undefined {
  if (decision.request !== expected.request) return 'wrong-request';
  if (stage !== 'waiting') return 'too-late';
  if (decision.version !== expected.version) return 'wrong-version';
  return decision.digest === expected.digest ? undefined : 'wrong-digest';
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
  return earlier.id === now.id || (earlier.person === now.person && earlier.answer === now.answer);
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

async function peopleOf(
  votes: readonly Decision[],
  directory: Directory,
): Promise<ReadonlyMap<string, Person>> {
  const ids = [...new Set(votes.map((vote) => vote.person))];
  try {
    const found = await Promise.all(ids.map((id) => directory.person(id)));
    return new Map(found.flatMap((person) => (person === undefined ? [] : [[person.id, person] as const])));
  } catch (cause) {
    throw new CountersignError('unavailable', 'Cannot count votes: the directory of people does not answer', {
      cause,
    });
  }
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
