/**
 * Whether a standing grant is what its granter signed. Executors take no row's word: the signature names the digest of
 * what was approved, and everything the grant covers is computed from that again.
 */
import { log } from '@temporalio/activity';
import { grantIdOf } from '../src/approvals/grant-id.ts';
import type { JsonObject, Target } from '../src/domain/ask.ts';
import type { Decision } from '../src/domain/decision.ts';
import { askDigest, requestDigest, stepDigest } from '../src/domain/digest.ts';
import type { DecisionVerifier, StandingGrants } from '../src/domain/ports.ts';
import { type GrantProof, type StandingGrant, standsOn } from '../src/domain/standing-grant.ts';
import type { Registry } from '../src/tools/registry.ts';
import { asked, callOf } from './asked.ts';

export interface ProofDeps {
  readonly decisions: DecisionVerifier;
  readonly grants: Pick<StandingGrants, 'proofOf'>;
  readonly registry: Registry;
}

/** Rejects only when the proof cannot be read; a proof that does not hold is `false`, and is logged. */
export async function isProven(grant: StandingGrant, deps: ProofDeps): Promise<boolean> {
  const proof = await deps.grants.proofOf(grant.id);
  const holds = proof !== undefined && (await holdsFor(grant, proof, deps));
  if (!holds) log.error('A standing grant is not what its granter signed', { grant: grant.id });
  return holds;
}

async function holdsFor(
  grant: StandingGrant,
  proof: GrantProof,
  { decisions, registry }: ProofDeps,
): Promise<boolean> {
  try {
    const decision = await decisions.verify(proof.jws);
    return (
      grantIdOf(decision) === grant.id &&
      decision.request === grant.request &&
      standsOn(grant, decision) &&
      decision.digest === digestOf(grant, proof, decision) &&
      isOfStep(grant, proof) &&
      isSamePlace(targetOf(grant.tool, proof.args, registry), grant)
    );
  } catch {
    // A signature, a digest or arguments that cannot be read prove nothing.
    return false;
  }
}

/** The digest that was approved, of a request of this one step by the agent of the grant. */
function digestOf({ agent }: StandingGrant, proof: GrantProof, { request, version }: Decision): string {
  const { onBehalfOf, step } = proof;
  return requestDigest({ request, agent, onBehalfOf, version }, [stepDigest(step)]);
}

function isOfStep({ tool, ask }: StandingGrant, { step, args }: GrantProof): boolean {
  const isOfCall = step.tool === tool && step.ask === ask && ask === askDigest({ tool, args });
  return isOfCall && step.reversibility !== 'irreversible';
}

function targetOf(tool: string, args: JsonObject, registry: Registry): Target {
  return callOf(asked({ tool, args }, registry)).target;
}

function isSamePlace({ id, scope }: Target, grant: StandingGrant): boolean {
  return id === grant.target && scope === grant.scope;
}
