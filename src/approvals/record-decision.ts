/**
 * Turns what one identified person said at some door into one signed decision and makes it durable. The only place
 * where decisions are signed. Whether it counts is the workflow's answer; what could never count is refused here, so
 * that the person hears it at once.
 */
import type { OpenApproval } from '../domain/card.ts';
import { type Answer, type Assurance, assuranceFor, type Decision, isAsSure } from '../domain/decision.ts';
import type { RefusedWhy } from '../domain/oversight.ts';
import type { Person } from '../domain/people.ts';
import { type GrantOffer, whyNobodyMay } from '../domain/standing-grant.ts';
import type { RiskTier } from '../domain/verdict.ts';
import type { DecisionDesk } from './desk.ts';
import { handOver, idOf, type Recorded, refusalOf } from './hand-over.ts';
import { paceFor, SLOW_DOWN_SENTENCE, shortReasonSentence, wantedOf } from './slow-down.ts';

/** What a person said, and where. */
export interface Said {
  readonly person: Person;
  readonly approval: OpenApproval;
  readonly answer: Answer;
  readonly reason?: string;
  readonly surface: Decision['surface'];
  readonly assurance: Assurance;
  /** Overrides the quorum in an emergency. */
  readonly breakGlass?: true;
  /** A standing grant that the approver minted with this approval. */
  readonly grant?: GrantOffer;
  /** What makes this decision this one and no other: a repeated delivery has the same parts. */
  readonly decisionParts: readonly string[];
  /** What makes this delivery this one: a second press of the same button has other parts. */
  readonly deliveryParts: readonly string[];
}

/** Resolves once the decision is durable. Rejects when that could not be achieved or is not known. */
export async function recordDecision(desk: DecisionDesk, said: Said): Promise<Recorded> {
  const { approval, answer } = said;
  const barred = whyNotAllowed(said);
  if (barred !== undefined) return { kind: 'refused', sentence: barred };
  const hasty = await whyNotYet(desk, said);
  if (hasty !== undefined) {
    void desk.oversight.refused(refusalOf(said, hasty.why));
    return { kind: 'refused', ...hasty };
  }
  return handOver(desk, {
    ...said,
    async keep(now) {
      const { request, version } = approval;
      const decision = decisionOf(said, now);
      const kept = await desk.requests.decide(request, await desk.signer.sign(decision));
      if (kept === 'recorded') {
        desk.log.info({ event: 'decision-recorded', request, version, answer }, 'Recorded a decision');
        void desk.oversight.said(approval, decision);
      }
      return kept;
    },
  });
}

/** Denying is never made hard; approving takes what tier and pace ask for, whatever was clicked (slack-approvals T15, T61). */
async function whyNotYet(
  { oversight }: Pick<DecisionDesk, 'oversight'>,
  { person, approval: { tier, needsReason }, answer, assurance, reason = '' }: Said,
): Promise<{ readonly why: RefusedWhy; readonly sentence: string } | undefined> {
  if (answer === 'deny') return undefined;
  if (!isAsSure(assurance, assuranceFor(tier))) return { why: 'too-weak', sentence: tooWeakSentence(tier) };
  if (needsReason === true && reason.trim() === '') return { why: 'no-reason', sentence: NO_REASON_SENTENCE };
  const pace = await paceFor(oversight, person.id, tier);
  const wanted = wantedOf(pace, tier);
  if (!isAsSure(assurance, wanted.assurance)) return { why: 'slow-down', sentence: SLOW_DOWN_SENTENCE };
  if (reason.trim().length >= wanted.reasonCharsMin) return undefined;
  return { why: 'slow-down', sentence: `${shortReasonSentence(pace)}; nothing was recorded` };
}

const NO_REASON_SENTENCE =
  'The rule that asks for this wants a reason with an approval; nothing was recorded';

function tooWeakSentence(tier: RiskTier): string {
  return assuranceFor(tier) === 'passkey'
    ? 'A critical request is approved on the approver page with your passkey only; nothing was recorded'
    : 'This request must be reviewed before it is approved; nothing was recorded';
}

/** Nobody is left to believe that they allowed what no executor would mint (slack-approvals T62). */
function whyNotAllowed({ approval, answer, breakGlass, grant }: Said): string | undefined {
  if (grant === undefined) return undefined;
  const why =
    answer === 'deny' || breakGlass !== undefined
      ? 'Only a plain approval can allow something in advance'
      : whyNobodyMay(approval);
  return why === undefined ? undefined : `${why}; nothing was recorded`;
}

function decisionOf(said: Said, now: Date): Decision {
  const { approval, person, answer, reason, surface, assurance, breakGlass, grant } = said;
  return {
    id: idOf('decision', [...said.decisionParts, answer]),
    request: approval.request,
    version: approval.version,
    digest: approval.digest,
    person: person.id,
    answer,
    ...(reason === undefined ? {} : { reason }),
    surface,
    assurance,
    ...(breakGlass === undefined ? {} : { breakGlass }),
    ...(grant === undefined ? {} : { grant }),
    at: now.toISOString(),
  };
}
