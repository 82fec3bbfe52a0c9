/**
 * Consent: whether a step, exactly as it is about to run, is what the gateway sealed and what people approved.
 * The executor trusts nobody: it recomputes every digest from the arguments in hand and verifies every signature.
 */
import { type AdmissionDeps, assessVotes } from '../src/approvals/admit.ts';
import { exclusionsNow } from '../src/approvals/exclusions.ts';
import { muster } from '../src/approvals/muster.ts';
import { votersOf } from '../src/approvals/voters.ts';
import type { Amendment } from '../src/domain/amendment.ts';
import { requestDigest, stepDigest } from '../src/domain/digest.ts';
import { CountersignError } from '../src/domain/errors.ts';
import type { PlanStep } from '../src/domain/plan.ts';
import type { AmendmentVerifier, DecisionVerifier, SealVerifier } from '../src/domain/ports.ts';
import { highestTier } from '../src/domain/quorum.ts';
import type { SealClaims } from '../src/domain/seal.ts';
import { standingOf } from '../src/domain/tally.ts';
import type { ApprovalGate } from '../src/domain/verdict.ts';
import type { StepInput } from './contract.ts';
import { barredEditors, editsOf } from './edits.ts';

/**
 * A plan whose newest approval is older than this no longer runs: the world it was approved for is gone. The newest
 * counts, because collecting a quorum may take as long as policy allows.
 */
export const APPROVAL_FRESH_MS = 24 * 3_600_000;

/** A seal older than this runs nothing more, so that a genuine one of long ago can't be brought out again. */
export const SEAL_AGE_MAX_MS = 60 * 24 * 3_600_000;

export interface ConsentDeps extends Omit<AdmissionDeps, 'verifier'> {
  readonly seals: SealVerifier;
  readonly decisions: DecisionVerifier;
  readonly amendments: AmendmentVerifier;
}

/** What a step stands on: the claims that the gateway sealed, and the edits that lead from them to the step in hand. */
export interface ProvenClaims extends SealClaims {
  readonly edits: readonly Amendment[];
}

/**
 * The sealed claims behind a step. Throws when the step in hand is not the one an authenticated agent asked for, nor
 * what signed edits made of it.
 */
export async function sealedClaims(
  input: StepInput,
  { seals, amendments, clock }: Pick<ConsentDeps, 'seals' | 'amendments' | 'clock'>,
): Promise<ProvenClaims> {
  const claims = await seals.verify(input.seal);
  if (clock().getTime() - Date.parse(claims.receivedAt) > SEAL_AGE_MAX_MS) {
    throw new CountersignError('unauthenticated', `Cannot run step ${input.step}: its seal is too old`);
  }
  if (claims.request !== input.request) {
    throw new CountersignError(
      'unauthenticated',
      `Cannot run step ${input.step}: its seal is for another request`,
    );
  }
  return { ...claims, edits: await editsOf(input, claims.asks[input.step], { amendments }) };
}

/** Whether the step as it is now is the step of the plan. Throws when the plan in hand contradicts itself. */
export function matchesPlan(input: StepInput, claims: SealClaims, now: PlanStep): boolean {
  const { plan } = input;
  if (plan === undefined) return true;
  const { request, agent, onBehalfOf } = claims;
  const digest = requestDigest({ request, agent, onBehalfOf, version: plan.version }, plan.stepDigests);
  if (digest !== plan.digest || plan.stepDigests.length !== claims.asks.length) {
    throw new CountersignError(
      'unauthenticated',
      `Cannot run step ${input.step}: its plan does not have the digest it names`,
    );
  }
  return plan.stepDigests[input.step] === stepDigest(now);
}

/**
 * Whether enough eligible people approved this plan for all of `gates`. One valid deny refuses. An edited step always
 * needs people: with no gates nobody was asked, so it is not approved.
 */
export async function isApproved(
  input: StepInput,
  claims: ProvenClaims,
  gates: readonly ApprovalGate[],
  deps: ConsentDeps,
): Promise<boolean> {
  if (gates.length === 0 && claims.edits.length === 0) return true;
  if (input.plan === undefined) return false;
  const { version, digest } = input.plan;
  const expected = { request: claims.request, version, digest };
  const excluded = await exclusionsNow(claims.agent, claims, deps.directory);
  const editors = barredEditors(claims.edits, gates);
  const { needs } = await muster(gates, [...excluded, ...editors], deps);
  const tier = highestTier(gates);
  const needsReason = gates.some((gate) => gate.needsReason === true);
  const { quorum, denied, approvedAt } = await assessVotes(
    { jwsList: input.decisions, expected, needs, excluded, editors, tier, needsReason },
    { ...deps, verifier: deps.decisions },
  );
  return quorum.met && !denied && isFresh(approvedAt, deps);
}

/** Why the newest edit counts no longer, as its editor is now; undefined where there is none, or it counts. */
export async function whyEditIsVoid(
  { step }: StepInput,
  claims: ProvenClaims,
  gates: readonly ApprovalGate[],
  deps: ConsentDeps,
): Promise<string | undefined> {
  const person = claims.edits.at(-1)?.person;
  if (person === undefined) return undefined;
  const excluded = await exclusionsNow(claims.agent, claims, deps.directory);
  const { needs } = await muster(gates, excluded, deps);
  const voters = await votersOf([person], highestTier(gates), deps);
  if (standingOf(voters.get(person), { needs, excluded }) === 'eligible') return undefined;
  return `${person} edited step ${step + 1} and may no longer decide about this request.`;
}

/** Only approvals of this very plan make it fresh; a newer decision about anything else says nothing of it. */
function isFresh(approvedAt: Date | undefined, { clock }: Pick<ConsentDeps, 'clock'>): boolean {
  return approvedAt !== undefined && clock().getTime() - approvedAt.getTime() <= APPROVAL_FRESH_MS;
}
