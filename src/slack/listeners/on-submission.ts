/** What every submitted modal goes through before its own work: parse, identify, read the record again. The modal proves nothing. */
import type { ModalView } from '@slack/types';
import { findApproval } from '../../approvals/find-approval.ts';
import type { Refusal } from '../../approvals/oversight.ts';
import type { OpenApproval } from '../../domain/card.ts';
import type { Person } from '../../domain/people.ts';
import { noticeModal } from '../cards/modals.ts';
import { FIELD_ACTION } from '../cards/pointer.ts';
import { identify } from '../clicker.ts';
import { type Submission, submission } from '../interaction.schema.ts';
import type { Desk } from '../ports.ts';
import { DONE, type Reply, replyInTime, tell } from '../reply.ts';
import type { StandingOf } from '../standing.ts';

/** Bolt's ack for a modal: empty closes it, `errors` stand beside fields, `update` shows another view instead. */
export type SubmissionAck =
  | { readonly response_action: 'errors'; readonly errors: Record<string, string> }
  | { readonly response_action: 'update'; readonly view: ModalView };

/** A modal that is believed: who submitted it, about which open request, and what was filled in. */
export interface BelievedSubmission {
  readonly sent: Submission;
  readonly person: Person;
  readonly approval: OpenApproval;
}

export type SubmissionWork = (believed: BelievedSubmission) => Promise<Reply>;

/** Does the work within Slack's time, then acknowledges. A refusal replaces the modal by a sentence. */
export async function onSubmission(
  desk: Desk,
  standingOf: StandingOf,
  {
    body,
    ack,
    work,
  }: {
    readonly body: unknown;
    readonly ack: (answer?: SubmissionAck) => Promise<void>;
    readonly work: SubmissionWork;
  },
): Promise<void> {
  const parsed = submission.safeParse(body);
  if (!parsed.success) {
    desk.security.warn({ event: 'submission-unreadable' }, 'Refused a modal that is not one of ours');
    return ack();
  }
  const reply = await replyInTime(believe(desk, standingOf, parsed.data, work), desk.log);
  if (reply.kind === 'done') return ack();
  if (reply.kind === 'errors') return ack({ response_action: 'errors', errors: { ...reply.errors } });
  const view = reply.kind === 'show' ? reply.view : noticeModal(reply.sentence);
  return ack({ response_action: 'update', view });
}

async function believe(
  desk: Desk,
  standingOf: StandingOf,
  sent: Submission,
  work: SubmissionWork,
): Promise<Reply> {
  const { api_app_id: app, team, user, view } = sent;
  const who = await identify(desk, standingOf, { app, team: team.id, user: user.id, home: user.team_id });
  if (who.kind === 'foreign') return DONE;
  const parts = [team.id, user.id, view.id, view.callback_id];
  const refuse = (refusal: Pick<Refusal, 'why' | 'person' | 'request' | 'version'>, sentence: string) => {
    void desk.oversight.refused({ ...refusal, surface: 'slack', parts });
    return tell(sentence);
  };
  if (who.kind === 'refused') return refuse(who, who.sentence);
  const found = await findApproval(desk, view.private_metadata);
  if (found.kind === 'refused') return refuse({ ...found, person: who.person.id }, found.sentence);
  return work({ sent, person: who.person, approval: found.approval });
}

/** What stands in a field of the modal, without blanks around it; empty where nothing does. */
export function typed({ view }: Submission, field: string): string {
  return view.state.values[field]?.[FIELD_ACTION]?.value?.trim() ?? '';
}
