/**
 * A standing grant: a permission that an approver minted from a card. Narrow (one agent, one tool, one target or these
 * arguments), ending by itself, with a use budget, revocable. Never for anything irreversible, high or critical
 * (slack-approvals T62).
 *
 * It stands in for one person's approval under the rules that asked when it was given, and for nothing else: what
 * policy denies stays denied, and what a further rule asks is asked. Pure, and free of Node built-ins.
 */
import type { JsonObject, Reversibility, Target, ToolEffect } from './ask.ts';
import type { Decision } from './decision.ts';
import type { PlanStep } from './plan.ts';
import { highestTier, type Need, unionOfNeeds } from './quorum.ts';
import type { ApprovalGate, RiskTier } from './verdict.ts';

/** What an approver offers with an approval; signed inside the decision. */
export interface GrantOffer {
  /** `target`: anything this tool does to the same target; `arguments`: exactly the same arguments. */
  readonly covers: 'target' | 'arguments';
  readonly until: string;
  readonly usesMax: number;
  /** For tools that move money: the sum of all uses. */
  readonly centsMax?: number;
}

/** A grant as it was minted, and whether it was taken back. */
export interface StandingGrant extends GrantOffer {
  /** Derived from the decision that offered it, so that minting it again changes nothing. */
  readonly id: string;
  readonly agent: string;
  readonly tool: string;
  /** The target's id and scope as the tool names it from arguments alone. */
  readonly target: string;
  readonly scope: string;
  /** The target in people's words: outside text. */
  readonly label: string;
  /** `askDigest` of the very call that was approved. */
  readonly ask: string;
  /** The highest tier it stands in for. */
  readonly tier: RiskTier;
  /** The ids of the rules whose gates it stands in for. */
  readonly rules: readonly string[];
  readonly grantedBy: string;
  readonly reason?: string;
  /** The request whose approval gave it. */
  readonly request: string;
  readonly mintedAt: string;
  readonly revokedAt?: string;
  readonly revokedBy?: string;
}

/** A grant with what was used of it. Uses that failed are given back and not counted. */
export interface GrantStanding extends StandingGrant {
  readonly uses: number;
  readonly cents: number;
}

/** One use: the effect of which step, when, for how much. `givenBack` where the effect is known to have failed. */
export interface GrantUse {
  readonly grant: string;
  readonly request: string;
  readonly step: number;
  readonly at: string;
  readonly cents: number;
  readonly givenBack: boolean;
}

/** What proves a grant to somebody who trusts no row: the signed decision, and what its digest is made of. */
export interface GrantProof {
  readonly jws: string;
  readonly onBehalfOf: string | null;
  readonly step: PlanStep;
  /** The approved call's arguments: the target is computed from them again. */
  readonly args: JsonObject;
}

export const GRANT_DAYS_MAX = 30;
export const GRANT_USES_MAX = 1_000;
/** One million in whole units: more is never given in advance. */
export const GRANT_CENTS_MAX = 1_000_000_00;

const DAY_MS = 86_400_000;

/** What a grant would be offered on: a plan, and the people it asks for. */
export interface Offerable {
  /** `edited` where a person changed what the agent asked. */
  readonly steps: readonly (Pick<PlanStep, 'effect' | 'reversibility'> & { readonly edited?: unknown })[];
  readonly tier: RiskTier;
  readonly needs: readonly Need[];
}

/** Why this may not be allowed in advance, in one sentence; undefined where it may. Bounds are `offerProblems`'. */
export function whyNotOfferable({ steps, tier, needs }: Offerable): string | undefined {
  const [step, ...others] = steps;
  if (step === undefined || others.length > 0)
    return 'Only a request of a single step can be allowed in advance';
  if (step.edited !== undefined) return 'What was edited is not what the agent asks again';
  if (step.reversibility === 'irreversible') return 'What cannot be undone is never allowed in advance';
  return whyNobodyMay({ tier, needs });
}

/** The part of `whyNotOfferable` that needs no plan: whether any one person may allow such a thing in advance. */
export function whyNobodyMay({ tier, needs }: Omit<Offerable, 'steps'>): string | undefined {
  if (!isGrantable(tier)) return `What is of ${tier} risk is never allowed in advance`;
  return placesOf(needs) === 1 ? undefined : 'What needs more than one person is never allowed in advance';
}

/** One thing wrong with an offer's bounds, in words for whoever fills them in. */
export interface OfferProblem {
  readonly field: 'until' | 'usesMax' | 'centsMax';
  readonly problem: string;
}

/** What is wrong with the bounds of an offer made at `now`; empty where nothing is. */
export function offerProblems(
  { until, usesMax, centsMax }: GrantOffer,
  { effect, now }: { readonly effect: ToolEffect; readonly now: Date },
): readonly OfferProblem[] {
  const lastsMs = Date.parse(until) - now.getTime();
  const problems: OfferProblem[] = [];
  if (!(lastsMs > 0 && lastsMs <= GRANT_DAYS_MAX * DAY_MS))
    problems.push({ field: 'until', problem: `Choose an end within ${GRANT_DAYS_MAX} days` });
  if (!isCount(usesMax, GRANT_USES_MAX))
    problems.push({ field: 'usesMax', problem: `A whole number from 1 to ${GRANT_USES_MAX}` });
  if (effect === 'money' && centsMax === undefined)
    problems.push({ field: 'centsMax', problem: 'This moves money: say how much in all' });
  else if (centsMax !== undefined && (effect !== 'money' || !isCount(centsMax, GRANT_CENTS_MAX)))
    problems.push({
      field: 'centsMax',
      problem: `An amount from 0.01 to ${GRANT_CENTS_MAX / 100}, for what moves money`,
    });
  return problems;
}

/** A call that policy would ask people about. */
export interface GatedCall {
  readonly agent: string;
  readonly tool: string;
  readonly reversibility: Reversibility;
  readonly target: Pick<Target, 'id' | 'scope'>;
  /** `askDigest` of the call. */
  readonly ask: string;
  readonly amountCents: number;
  /** Steps in the whole request. */
  readonly stepCount: number;
  /** The approval gates that are open on it. */
  readonly gates: readonly ApprovalGate[];
}

/** Whether any grant could cover such a call: one person is asked, of low or medium risk, about what can be undone. */
export function mayBeGranted({ gates, reversibility, stepCount }: GatedCall): boolean {
  return (
    stepCount === 1 &&
    reversibility !== 'irreversible' &&
    isGrantable(highestTier(gates)) &&
    placesOf(unionOfNeeds(gates)) === 1
  );
}

/**
 * Whether a grant covers a call as far as the grant itself goes. Whether its granter may still give it, and whether its
 * signature holds, is asked apart.
 */
export function coversCall(grant: GrantStanding, call: GatedCall, now: Date): boolean {
  return (
    mayBeGranted(call) &&
    isInForce(grant, now) &&
    isSameCall(grant, call) &&
    isAsked(grant, call) &&
    isWithin(grant, call)
  );
}

/** Whether it is neither revoked nor over. */
export function isInForce(
  { until, revokedAt }: Pick<StandingGrant, 'until' | 'revokedAt'>,
  now: Date,
): boolean {
  return revokedAt === undefined && Date.parse(until) > now.getTime();
}

/** How many uses are left of it, whatever its end. */
export function usesLeft({ usesMax, uses }: Pick<GrantStanding, 'usesMax' | 'uses'>): number {
  return Math.max(0, usesMax - uses);
}

/** What an offer signed in a decision and a grant that stands on it have in common. */
export function standsOn(
  grant: StandingGrant,
  { grant: offer, person, answer, breakGlass }: Decision,
): boolean {
  return (
    offer !== undefined &&
    answer === 'approve' &&
    breakGlass === undefined &&
    person === grant.grantedBy &&
    offer.covers === grant.covers &&
    Date.parse(offer.until) === Date.parse(grant.until) &&
    offer.usesMax === grant.usesMax &&
    offer.centsMax === grant.centsMax
  );
}

function isSameCall(grant: StandingGrant, { agent, tool, target, ask }: GatedCall): boolean {
  if (grant.agent !== agent || grant.tool !== tool) return false;
  return grant.covers === 'arguments'
    ? grant.ask === ask
    : grant.target === target.id && grant.scope === target.scope;
}

/** Only rules that asked when it was given, no higher risk than then, and a reason where one is wanted. */
function isAsked({ rules, tier, reason }: StandingGrant, { gates }: GatedCall): boolean {
  return (
    gates.every(({ rule, needsReason }) => rules.includes(rule) && (!needsReason || reason !== undefined)) &&
    (tier === 'medium' || highestTier(gates) === 'low')
  );
}

function isWithin(grant: GrantStanding, { amountCents }: GatedCall): boolean {
  return usesLeft(grant) > 0 && grant.cents + amountCents <= (grant.centsMax ?? 0);
}

function isGrantable(tier: RiskTier): boolean {
  return tier === 'low' || tier === 'medium';
}

function placesOf(needs: readonly Need[]): number {
  return needs.reduce((sum, { count }) => sum + count, 0);
}

function isCount(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max;
}
