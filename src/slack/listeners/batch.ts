/** "Review several": opening the modal, and recording what was chosen, each choice as a decision of its own (T60). */
import { findApproval } from '../../approvals/find-approval.ts';
import { outsideLine } from '../../approvals/outside-text.ts';
import { recordDecision } from '../../approvals/record-decision.ts';
import type { OpenApproval } from '../../domain/card.ts';
import type { Person } from '../../domain/people.ts';
import { redacted } from '../bolt-logger.ts';
import { BATCH_MAX, batchModal, CHOICES, pointerOf } from '../cards/batch-modal.ts';
import { isApprovedDirectly } from '../cards/buttons.ts';
import { noticeModal } from '../cards/modals.ts';
import { FIELD_ACTION, FIELDS } from '../cards/pointer.ts';
import { identify } from '../clicker.ts';
import type { CommandWork } from '../commands/command-work.ts';
import { type BatchSubmission, batchSubmission } from '../interaction.schema.ts';
import { mayBeAsked } from '../may-be-asked.ts';
import type { Desk } from '../ports.ts';
import { DONE, type Reply, replyInTime, tell } from '../reply.ts';
import { sorted } from '../slack-client.ts';
import type { StandingOf } from '../standing.ts';
import type { SubmissionAck } from './on-submission.ts';

/** The verb `review`: opens the modal with what this person may decide this way, the soonest to expire first. */
export function reviewSeveral(desk: Desk): CommandWork {
  return async ({ person, trigger, rest }) => (rest === '' ? openBatch(desk, person, trigger) : undefined);
}

async function openBatch(desk: Desk, person: Person, triggerId: string): Promise<Reply> {
  const mine = (await desk.inbox.list()).filter(
    (approval) => isApprovedDirectly(approval) && mayBeAsked(person, approval),
  );
  if (mine.length === 0) return tell('Nothing of low or medium risk waits for you');
  const view = batchModal(mine.slice(0, BATCH_MAX), desk.names, mine.length - BATCH_MAX);
  await sorted('Cannot open modal', desk.client.views.open({ trigger_id: triggerId, view }));
  return DONE;
}

/** Records what was chosen within Slack's time, and shows what became of each. */
export async function onBatch(
  desk: Desk,
  standingOf: StandingOf,
  { body, ack }: { readonly body: unknown; readonly ack: (answer?: SubmissionAck) => Promise<void> },
): Promise<void> {
  const parsed = batchSubmission.safeParse(body);
  if (!parsed.success) {
    desk.security.warn({ event: 'submission-unreadable' }, 'Refused a modal that is not one of ours');
    return ack();
  }
  const reply = await replyInTime(recordAll(desk, standingOf, parsed.data), desk.log);
  if (reply.kind === 'done') return ack();
  if (reply.kind === 'errors') return ack({ response_action: 'errors', errors: { ...reply.errors } });
  const view = reply.kind === 'show' ? reply.view : noticeModal(reply.sentence);
  return ack({ response_action: 'update', view });
}

interface Choice {
  readonly pointer: string;
  readonly answer: 'approve' | 'deny';
}

async function recordAll(desk: Desk, standingOf: StandingOf, sent: BatchSubmission): Promise<Reply> {
  const { api_app_id: app, team, user, view } = sent;
  const who = await identify(desk, standingOf, { app, team: team.id, user: user.id, home: user.team_id });
  if (who.kind === 'foreign') return DONE;
  if (who.kind === 'refused') return tell(who.sentence);
  const choices = choicesIn(sent);
  const reason = view.state.values[FIELDS.reason]?.[FIELD_ACTION]?.value?.trim() ?? '';
  if (reason === '' && choices.some(({ answer }) => answer === 'deny'))
    return { kind: 'errors', errors: { [FIELDS.reason]: 'Please say why you deny; the agent is told' } };
  const lines = await Promise.all(
    choices.map((choice) => record(desk, who.person, { sent, choice, reason })),
  );
  return lines.length === 0 ? DONE : tell(lines.join('\n'));
}

function choicesIn({ view }: BatchSubmission): readonly Choice[] {
  const choices = Object.entries(view.state.values).flatMap(([blockId, field]) => {
    const pointer = pointerOf(blockId);
    const answer = field[FIELD_ACTION]?.selected_option?.value;
    if (pointer === undefined || (answer !== CHOICES.approve && answer !== CHOICES.deny)) return [];
    return [{ pointer, answer }];
  });
  return choices.slice(0, BATCH_MAX);
}

/** One line on what became of one choice. Never rejects: what is wrong with one keeps no other from being recorded. */
async function record(
  desk: Desk,
  person: Person,
  {
    sent,
    choice,
    reason,
  }: { readonly sent: BatchSubmission; readonly choice: Choice; readonly reason: string },
): Promise<string> {
  const [request = ''] = choice.pointer.split('.');
  try {
    const found = await findApproval(desk, choice.pointer);
    if (found.kind === 'refused') return `${outsideLine(request, 100)}: ${found.sentence}`;
    return `${found.approval.request}: ${await recordOne(desk, person, { approval: found.approval, sent, choice, reason })}`;
  } catch (error) {
    desk.log.error({ event: 'batch-item-failed', request, why: redacted([error]) }, 'One of several failed');
    return `${outsideLine(request, 100)}: this was not recorded; please try again on its card`;
  }
}

async function recordOne(
  desk: Desk,
  person: Person,
  said: {
    readonly approval: OpenApproval;
    readonly sent: BatchSubmission;
    readonly choice: Choice;
    readonly reason: string;
  },
): Promise<string> {
  const { approval, sent, choice, reason } = said;
  // Denying alone is always easy; approving what is risky takes its own card, whatever was sent here.
  if (!isApprovedDirectly(approval)) return 'decided on its own card only; nothing was recorded';
  const parts = [sent.team.id, sent.user.id, sent.view.id, sent.view.callback_id, choice.pointer];
  const recorded = await recordDecision(desk, {
    person,
    approval,
    answer: choice.answer,
    ...(reason === '' ? {} : { reason }),
    surface: 'slack',
    assurance: 'click',
    decisionParts: parts,
    deliveryParts: [...parts, sent.trigger_id ?? ''],
  });
  if (recorded.kind === 'refused') return recorded.sentence;
  return choice.answer === 'approve' ? 'your approval is recorded' : 'your denial is recorded';
}
