/**
 * Consent: whether a step, exactly as it is about to run, is what the gateway sealed and what people approved.
 * The executor trusts nobody: it recomputes every digest from the arguments in hand and verifies every signature.
 */
import { type AdmissionDeps, assessVotes } from '../src/approvals/admit.ts';
import { exclusionsNow } from '../src/approvals/exclusions.ts';
import { muster } from '../src/approvals/muster.ts';
import { askDigest, requestDigest, stepDigest } from '../src/domain/digest.ts';
import { CountersignError } from '../src/domain/errors.ts';
import type { PlanStep } from '../src/domain/plan.ts';
import type { DecisionVerifier, SealVerifier } from '../src/domain/ports.ts';
import { highestTier } from '../src/domain/quorum.ts';
import type { SealClaims } from '../src/domain/seal.ts';
import type { ApprovalGate } from '../src/domain/verdict.ts';
import type { StepInput } from './contract.ts';

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
}

/** The sealed claims behind a step. Throws when the step in hand is not the one an authenticated agent asked for. */
export async function sealedClaims(
  input: StepInput,
  { seals, clock }: Pick<ConsentDeps, 'seals' | 'clock'>,
): Promise<SealClaims> {
  const claims = await seals.verify(input.seal);
  if (clock().getTime() - Date.parse(claims.receivedAt) > SEAL_AGE_MAX_MS) {
    throw new CountersignError('unauthenticated', `Cannot run step ${input.step}: its seal is too old`);
  }
  if (claims.request !== input.request || claims.asks[input.step] !== askDigest(input.ask)) {
    throw new CountersignError(
      'unauthenticated',
      `Cannot run step ${input.step}: its seal is for another ask`,
    );
  }
  return claims;
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

/** Whether enough eligible people approved this plan for all of `gates`. One valid deny refuses. */
export async function isApproved(
  input: StepInput,
  claims: SealClaims,
  gates: readonly ApprovalGate[],
  deps: ConsentDeps,
): Promise<boolean> {
  if (gates.length === 0) return true;
  if (input.plan === undefined) return false;
  const { version, digest } = input.plan;
  const expected = { request: claims.request, version, digest };
  const excluded = await exclusionsNow(claims.agent, claims, deps.directory);
  const { needs } = await muster(gates, excluded, deps);
  const tier = highestTier(gates);
  const needsReason = gates.some((gate) => gate.needsReason === true);
  const { quorum, denied, approvedAt } = await assessVotes(
    { jwsList: input.decisions, expected, needs, excluded, tier, needsReason },
    { ...deps, verifier: deps.decisions },
  );
  return quorum.met && !denied && isFresh(approvedAt, deps);
}

/** Only approvals of this very plan make it fresh; a newer decision about anything else says nothing of it. */
function isFresh(approvedAt: Date | undefined, { clock }: Pick<ConsentDeps, 'clock'>): boolean {
  return approvedAt !== undefined && clock().getTime() - approvedAt.getTime() <= APPROVAL_FRESH_MS;
}
