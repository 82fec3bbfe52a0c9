/** The request as people see it in Slack, drawn from its record. */
import type { SignedAmendment, StepEdits } from '../src/domain/amendment.ts';
import {
  type CardStep,
  type CardView,
  type CardVote,
  type OpenApproval,
  titleOf,
} from '../src/domain/card.ts';
import type { PlanStep } from '../src/domain/plan.ts';
import type { Asking } from './asking.ts';
import type { RequestRecord } from './request-record.ts';

/** The card of one asking. `seq` must grow with each call of one request. */
export function cardOf(record: RequestRecord, asking: Asking, seq: number): CardView {
  const { input, closing, judgement } = record;
  return {
    seq,
    request: record.id,
    version: asking.plan.version,
    digest: asking.plan.digest,
    policyVersion: judgement?.policyVersion ?? '',
    ...record.parties,
    reason: input.reason,
    ...(input.confidence === undefined ? {} : { confidence: input.confidence }),
    tier: asking.tier,
    askedBy: asking.rules,
    steps: asking.plan.steps.map((step) => cardStep(record, step)),
    needs: asking.needs,
    ...(asking.needsReason ? { needsReason: true } : {}),
    need: asking.quorum.need,
    have: asking.quorum.have,
    excluded: record.excluded,
    ...(asking.editors.length === 0 ? {} : { editors: asking.editors }),
    votes: asking.votes.map(cardVote),
    ...(record.questions.all.length === 0 ? {} : { questions: record.questions.all }),
    requestedAt: input.receivedAt,
    askedAt: asking.askedAt,
    ...(asking.approvedAt === undefined ? {} : { approvedAt: asking.approvedAt }),
    expiresAt: asking.expiresAt,
    ...(asking.amendment === undefined ? {} : { editedBy: asking.amendment.amendment.person }),
    state: record.stage === 'judging' ? 'running' : record.stage,
    ...(closing === undefined
      ? {}
      : {
          outcome: closing.outcome,
          effects: closing.effects,
          message: closing.message,
          closedAt: closing.at,
        }),
  };
}

/** What a button's pointer is looked up in: who must decide on what, until when. */
export function openApprovalOf(record: RequestRecord, asking: Asking): OpenApproval {
  return {
    request: record.id,
    version: asking.plan.version,
    digest: asking.plan.digest,
    ...record.parties,
    title: titleOf(asking.plan.steps),
    tier: asking.tier,
    needs: asking.needs,
    needsReason: asking.needsReason,
    excluded: record.excluded,
    expiresAt: asking.expiresAt,
    openedAt: asking.askedAt,
  };
}

function cardStep(record: RequestRecord, planned: PlanStep): CardStep {
  const { status, verdict, error, amendments = [], changes = [] } = record.step(planned.index);
  return {
    ...planned,
    status,
    verdict: verdict?.effect ?? 'deny',
    rules: verdict?.rules ?? [],
    ...(verdict?.explanation === undefined ? {} : { explanation: verdict.explanation }),
    ...(error === undefined ? {} : { error }),
    // A card of before the edit stays a card of before the edit.
    ...(amendments.at(-1)?.amendment.ask === planned.ask ? { edited: editsOf(amendments, changes) } : {}),
  };
}

function editsOf(amendments: readonly SignedAmendment[], changes: StepEdits['changes']): StepEdits {
  const edits = amendments.map(({ amendment: { person: by, at, reason } }) => ({ by, at, reason }));
  return { edits, changes };
}

function cardVote({ decision, forPerson }: Asking['votes'][number]): CardVote {
  const { person, answer, reason, surface, assurance, breakGlass, grant, at } = decision;
  return {
    ...{ person, answer, surface, at },
    ...(forPerson === undefined ? {} : { forPerson }),
    ...(reason === undefined ? {} : { reason }),
    ...(assurance === undefined ? {} : { assurance }),
    ...(breakGlass === undefined ? {} : { breakGlass }),
    ...(grant === undefined ? {} : { grant }),
  };
}
