/**
 * Minting: what an approver offered with an approval becomes a standing grant once the step they approved has run. Only
 * here, because only an executor verifies what was signed; an agent has no part in it. Minting again changes nothing, so
 * that an attempt that broke off after the effect is made up for.
 */
import { log } from '@temporalio/activity';
import { grantIdOf } from '../src/approvals/grant-id.ts';
import { granterName } from '../src/approvals/granters.ts';
import type { Decision } from '../src/domain/decision.ts';
import { askDigest, requestDigest, stepDigest } from '../src/domain/digest.ts';
import type { DecisionVerifier, StandingGrants } from '../src/domain/ports.ts';
import { highestTier, unionOfNeeds } from '../src/domain/quorum.ts';
import type { SealClaims } from '../src/domain/seal.ts';
import {
  type GrantOffer,
  offerProblems,
  type StandingGrant,
  whyNotOfferable,
} from '../src/domain/standing-grant.ts';
import type { StepInput } from './contract.ts';
import { approvalsIn, unionOfGates } from './gates.ts';
import { type JudgedAsk, type JudgingDeps, judgeStep, type StepToJudge } from './judge-step.ts';

export interface MintDeps extends JudgingDeps {
  readonly decisions: DecisionVerifier;
  readonly grants: Pick<StandingGrants, 'inForce' | 'mint'>;
}

/** A step that has run, as it was asked, planned and sealed. */
export interface Ran {
  readonly input: StepInput;
  readonly claims: SealClaims;
  /** For judging it once more: a grant stands in for the rules that ask now, and for no other. */
  readonly step: StepToJudge;
}

/** Mints what the decisions on this step offer, where it may be offered. Rejects when it cannot be written down. */
export async function mintOffers(ran: Ran, deps: MintDeps): Promise<void> {
  const { input, claims } = ran;
  const { plan, ask } = input;
  if (plan === undefined) return;
  const offers = await offersIn(ran, plan, deps);
  if (offers.length === 0) return;
  const judged = await judgeStep(ran.step, deps);
  for (const offer of offers) {
    const why = await whyNot(offer, ran, judged, deps);
    const logged = { request: claims.request, decision: offer.decision.id };
    if (judged.denied || why !== undefined) {
      log.warn('Did not mint what an approver offered', { ...logged, why });
      continue;
    }
    const grant = grantOf(offer, judged, askDigest(ask), deps.clock());
    const { onBehalfOf } = claims;
    await deps.grants.mint(grant, { jws: offer.jws, onBehalfOf, step: plan.step, args: ask.args });
    log.info('Minted a standing grant', { ...logged, grant: grant.id });
  }
}

interface Offered {
  readonly decision: Decision;
  readonly terms: GrantOffer;
  readonly jws: string;
}

/** The believed approvals of exactly this plan that offer something. */
async function offersIn(
  { input, claims }: Ran,
  plan: NonNullable<StepInput['plan']>,
  { decisions }: Pick<MintDeps, 'decisions'>,
): Promise<readonly Offered[]> {
  const { request, agent, onBehalfOf } = claims;
  const { version, step } = plan;
  const digest = requestDigest({ request, agent, onBehalfOf, version }, [stepDigest(step)]);
  const read = await Promise.allSettled(
    input.decisions.map(async (jws) => ({ jws, decision: await decisions.verify(jws) })),
  );
  return read.flatMap((one) => {
    if (one.status === 'rejected') return [];
    const { jws, decision } = one.value;
    const { grant: terms, answer, breakGlass } = decision;
    if (terms === undefined || answer !== 'approve' || breakGlass !== undefined) return [];
    const isOfPlan =
      decision.request === request && decision.version === version && decision.digest === digest;
    return isOfPlan ? [{ jws, decision, terms }] : [];
  });
}

/** Why an offer is not minted; undefined where it is. */
async function whyNot(
  { decision, terms }: Offered,
  { input, claims, step }: Ran,
  judged: JudgedAsk,
  { directory, clock }: MintDeps,
): Promise<string | undefined> {
  if (judged.denied) return 'policy denies the step by now';
  const { tool, own, amountCents, agent } = judged;
  const isAsAsked = tool.name === input.ask.tool && askDigest(input.ask) === input.plan?.step.ask;
  if (!isAsAsked || claims.asks[0] !== input.plan?.step.ask) return 'what ran is not what the agent asked';
  const gates = unionOfGates(approvalsIn(own.verdict.gates), approvalsIn(input.judgedGates ?? []));
  const open = approvalsIn(gates);
  const { effect, reversibility } = tool;
  const steps = Array.from({ length: step.stepCount }, () => ({ effect, reversibility }));
  const plan = { steps, tier: highestTier(open), needs: unionOfNeeds(open) };
  const why =
    whyNotOfferable(plan) ?? offerProblems(terms, { effect, now: new Date(decision.at) })[0]?.problem;
  if (why !== undefined) return why;
  if (amountCents > 0 && terms.centsMax === undefined) return 'it moves money without a sum';
  if (Date.parse(terms.until) <= clock().getTime()) return 'its end has come';
  const { onBehalfOf, requestedBy } = claims;
  const name = await granterName(decision.person, open, { agent, onBehalfOf, requestedBy }, directory);
  return name === undefined ? 'its granter could not approve this alone' : undefined;
}

const LABEL_CHARS_MAX = 300;

function grantOf(
  { decision, terms }: Offered,
  { agent, tool, target, own }: Extract<JudgedAsk, { denied: false }>,
  ask: string,
  now: Date,
): StandingGrant {
  const gates = approvalsIn(own.verdict.gates);
  const { id, scope, label } = target;
  const { person, reason, request } = decision;
  return {
    ...terms,
    id: grantIdOf(decision),
    agent: agent.id,
    tool: tool.name,
    target: id,
    ...{ scope, ask, request },
    label: label.slice(0, LABEL_CHARS_MAX),
    tier: highestTier(gates),
    rules: [...new Set(gates.map(({ rule }) => rule))].sort(),
    grantedBy: person,
    ...(reason === undefined ? {} : { reason }),
    mintedAt: now.toISOString(),
  };
}
