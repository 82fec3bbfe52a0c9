/** Overriding approvals in an emergency: opening the modal from the command, and recording what was submitted. */
import { isTyped, phraseToType } from '../../approvals/phrase.ts';
import { recordDecision } from '../../approvals/record-decision.ts';
import type { ApprovalSettingsReader } from '../../domain/approval-settings.ts';
import type { Person } from '../../domain/people.ts';
import { breakGlassModal } from '../cards/break-glass-modal.ts';
import { FIELDS } from '../cards/pointer.ts';
import type { Desk } from '../ports.ts';
import { DONE, type Reply, tell } from '../reply.ts';
import { sorted } from '../slack-client.ts';
import { type SubmissionWork, typed } from './on-submission.ts';
import { reasonErrors } from './submissions.ts';

/** What overriding stands on beside the desk. */
export interface EmergencyDesk extends Desk {
  readonly approvalSettings: ApprovalSettingsReader;
}

const NOTHING = 'nothing was recorded';
const NOT_AMONG = `You are not among those who may override approvals in an emergency; ${NOTHING}`;

/** Opens the modal for a request that waits. Says so where there is no glass to break, or nothing behind it. */
export async function openBreakGlass(
  desk: EmergencyDesk,
  {
    person,
    request,
    trigger,
  }: { readonly person: Person; readonly request: string; readonly trigger: string },
): Promise<Reply> {
  const { breakGlass } = await desk.approvalSettings();
  if (breakGlass === undefined) return tell(`Nobody may override approvals here; ${NOTHING}`);
  // Before anything is shown: the form says what the request would do.
  if (!person.groups.includes(breakGlass.group)) return tell(NOT_AMONG);
  const view = await desk.requests.view(request);
  if (view === undefined) return tell(`Countersign knows no request "${request.slice(0, 60)}"`);
  const card = await desk.cards.current(request, view.version);
  if (view.status !== 'waiting' || card === undefined)
    return tell(`This request does not wait for people; ${NOTHING}`);
  const modal = breakGlassModal(card.wantedView, desk.names, breakGlass);
  await sorted('Cannot open modal', desk.client.views.open({ trigger_id: trigger, view: modal }));
  return DONE;
}

/** Records one person's override. How many it takes, and whether they may, is the workflow's answer. */
export function breakGlass(desk: EmergencyDesk): SubmissionWork {
  return async ({ sent, person, approval }) => {
    const settings = await desk.approvalSettings();
    if (settings.breakGlass === undefined || !person.groups.includes(settings.breakGlass.group))
      return tell(NOT_AMONG);
    const card = await desk.cards.current(approval.request, approval.version);
    if (card === undefined)
      return tell(`This request cannot be read at the moment; ${NOTHING}, please try again`);
    const phrase = phraseToType(card.wantedView);
    const reason = typed(sent, FIELDS.reason);
    const errors = {
      ...reasonErrors(reason),
      ...(isTyped(typed(sent, FIELDS.target), phrase) ? {} : { [FIELDS.target]: `Type exactly: ${phrase}` }),
    };
    if (Object.keys(errors).length > 0) return { kind: 'errors', errors };
    const parts = [sent.team.id, sent.user.id, sent.view.id, sent.view.callback_id];
    const recorded = await recordDecision(desk, {
      ...{ person, approval, reason, answer: 'approve', surface: 'slack', assurance: 'reviewed' },
      breakGlass: true,
      decisionParts: parts,
      deliveryParts: [...parts, sent.trigger_id ?? ''],
    });
    return recorded.kind === 'recorded' ? DONE : tell(recorded.sentence);
  };
}
