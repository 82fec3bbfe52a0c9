/** Submitted modals: denying with a reason, approving after review. The record is read again; the modal proves nothing. */
import type { ModalView } from '@slack/types';
import { REASON_CHARS_MAX } from '../../approvals/claims.schema.ts';
import { findApproval } from '../../approvals/find-approval.ts';
import { isTyped, phraseToType } from '../../approvals/phrase.ts';
import { recordDecision } from '../../approvals/record-decision.ts';
import type { OpenApproval } from '../../domain/card.ts';
import type { Answer } from '../../domain/decision.ts';
import { noticeModal } from '../cards/modals.ts';
import { FIELD_ACTION, FIELDS } from '../cards/pointer.ts';
import { identify } from '../clicker.ts';
import { type Submission, submission } from '../interaction.schema.ts';
import type { Desk } from '../ports.ts';
import { DONE, type Reply, replyInTime, tell } from '../reply.ts';
import type { StandingOf } from '../standing.ts';

/** Bolt's ack for a modal: empty closes it, `errors` stand beside fields, `update` shows another view instead. */
export type SubmissionAck =
  | { readonly response_action: 'errors'; readonly errors: Record<string, string> }
  | { readonly response_action: 'update'; readonly view: ModalView };

/** Records the decision in a submitted modal, then acknowledges. A refusal replaces the modal by a sentence. */
export async function onSubmission(
  desk: Desk,
  standingOf: StandingOf,
  {
    body,
    ack,
    answer,
  }: {
    readonly body: unknown;
    readonly ack: (answer?: SubmissionAck) => Promise<void>;
    readonly answer: Answer;
  },
): Promise<void> {
  const parsed = submission.safeParse(body);
  if (!parsed.success) {
    desk.security.warn({ event: 'submission-unreadable' }, 'Refused a modal that is not one of ours');
    return ack();
  }
  const reply = await replyInTime(decide(desk, standingOf, parsed.data, answer), desk.log);
  if (reply.kind === 'done') return ack();
  if (reply.kind === 'errors') return ack({ response_action: 'errors', errors: { ...reply.errors } });
  return ack({ response_action: 'update', view: noticeModal(reply.sentence) });
}

async function decide(desk: Desk, standingOf: StandingOf, sent: Submission, answer: Answer): Promise<Reply> {
  const { api_app_id: app, team, user, view } = sent;
  const who = await identify(desk, standingOf, { app, team: team.id, user: user.id, home: user.team_id });
  if (who.kind === 'foreign') return DONE;
  if (who.kind === 'refused') return tell(who.sentence);
  const found = await findApproval(desk, view.private_metadata);
  if (found.kind === 'refused') return tell(found.sentence);
  const { approval } = found;
  const reason = typed(sent, FIELDS.reason);
  const errors = {
    ...reasonErrors(reason),
    ...(answer === 'approve' ? await targetErrors(desk, approval, sent) : {}),
  };
  if (Object.keys(errors).length > 0) return { kind: 'errors', errors };
  const parts = [team.id, user.id, view.id, view.callback_id];
  const recorded = await recordDecision(desk, {
    person: who.person,
    approval,
    answer,
    reason,
    surface: 'slack',
    assurance: 'reviewed',
    decisionParts: parts,
    deliveryParts: [...parts, sent.trigger_id ?? ''],
  });
  return recorded.kind === 'recorded' ? DONE : tell(recorded.sentence);
}

function reasonErrors(reason: string): Readonly<Record<string, string>> {
  if (reason === '') return { [FIELDS.reason]: 'Please say why; the reason is kept with your decision' };
  return reason.length > REASON_CHARS_MAX
    ? { [FIELDS.reason]: `At most ${REASON_CHARS_MAX} characters` }
    : {};
}

async function targetErrors(
  { cards }: Desk,
  { request, version }: OpenApproval,
  sent: Submission,
): Promise<Readonly<Record<string, string>>> {
  const card = await cards.current(request, version);
  if (card === undefined)
    return { [FIELDS.target]: 'The request cannot be read at the moment; please try again' };
  const wanted = phraseToType(card.wantedView);
  return isTyped(typed(sent, FIELDS.target), wanted) ? {} : { [FIELDS.target]: `Type exactly: ${wanted}` };
}

function typed({ view }: Submission, field: string): string {
  return view.state.values[field]?.[FIELD_ACTION]?.value?.trim() ?? '';
}
