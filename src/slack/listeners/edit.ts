/**
 * Editing: the form of a step's arguments, and what was made of it. The arguments are read from the request itself each
 * time and shown to nobody who may not edit them; they are not kept beside the card, which many may read.
 */
import type { ModalView } from '@slack/types';
import { REASON_CHARS_MAX } from '../../approvals/claims.schema.ts';
import { recordAmendment, whyMayNotEdit } from '../../approvals/record-amendment.ts';
import type { Ask } from '../../domain/ask.ts';
import type { CardView, OpenApproval } from '../../domain/card.ts';
import type { Person } from '../../domain/people.ts';
import { errorsOf, filledIn } from '../cards/edit-fields.ts';
import { chooseStepModal, type EditableStep, editModal, stepOf } from '../cards/edit-modal.ts';
import { FIELD_ACTION, FIELDS } from '../cards/pointer.ts';
import type { Desk } from '../ports.ts';
import { DONE, type Reply, tell } from '../reply.ts';
import { sorted } from '../slack-client.ts';
import type { ButtonWork } from './on-button.ts';
import { type SubmissionWork, typed } from './on-submission.ts';

interface OpenStep extends EditableStep {
  readonly ask: Ask;
}

type Editable =
  | { readonly kind: 'open'; readonly steps: readonly OpenStep[] }
  | { readonly kind: 'refused'; readonly sentence: string };

/** Opens the form of the only step that can be edited, or asks which one. */
export function openEdit(desk: Desk): ButtonWork {
  return async ({ click, person, approval }) => {
    const editable = await editableSteps(desk, person, approval);
    if (editable.kind === 'refused') return tell(editable.sentence);
    const [only, ...others] = editable.steps;
    if (only === undefined) return tell('No step of this request can be edited here');
    const view = others.length === 0 ? editModal(approval, only) : chooseStepModal(approval, editable.steps);
    await sorted('Cannot open modal', desk.client.views.open({ trigger_id: click.trigger_id, view }));
    return DONE;
  };
}

/** Shows the form of the chosen step in the same modal. */
export function chooseStep(desk: Desk): SubmissionWork {
  return async ({ sent, person, approval }) => {
    const editable = await editableSteps(desk, person, approval);
    if (editable.kind === 'refused') return tell(editable.sentence);
    const chosen = sent.view.state.values[FIELDS.step]?.[FIELD_ACTION]?.selected_option?.value;
    const step = editable.steps.find(({ index }) => String(index) === chosen);
    return step === undefined ? tell(NO_LONGER) : show(editModal(approval, step));
  };
}

/** Reads the form; what the tool's schema refuses stands beside the fields. */
export function saveEdit(desk: Desk): SubmissionWork {
  return async ({ sent, person, approval }) => {
    const editable = await editableSteps(desk, person, approval);
    if (editable.kind === 'refused') return tell(editable.sentence);
    const { team, user, view } = sent;
    const step = editable.steps.find(({ index }) => index === stepOf(view.callback_id));
    if (step === undefined) return tell(NO_LONGER);
    const { ask, fields } = step;
    const read = desk.edits.forms.read(ask, filledIn(fields, view.state.values));
    const reason = typed(sent, FIELDS.reason);
    const wrong = read.kind === 'problems' ? errorsOf(fields, read.problems) : {};
    const errors = { ...wrong, ...reasonErrors(reason) };
    if (Object.keys(errors).length > 0) return { kind: 'errors', errors };
    if (read.kind === 'problems') return tell('This step cannot be read by its tool here');
    const parts = [team.id, user.id, view.id, view.callback_id];
    const recorded = await recordAmendment(
      { ...desk, ...desk.edits },
      {
        ...{ person, approval, reason, was: ask },
        step: step.index,
        now: { tool: ask.tool, args: read.args },
        surface: 'slack',
        amendmentParts: [...parts, sent.trigger_id ?? ''],
        deliveryParts: [...parts, sent.trigger_id ?? ''],
      },
    );
    return recorded.kind === 'recorded' ? DONE : tell(recorded.sentence);
  };
}

const NO_LONGER = 'This step can no longer be edited; nothing was recorded';

async function editableSteps(desk: Desk, person: Person, approval: OpenApproval): Promise<Editable> {
  const refused = (sentence: string): Editable => ({ kind: 'refused', sentence });
  // Before anything is read: the arguments are for people who may decide.
  const may = whyMayNotEdit(person, approval);
  if (may !== undefined) return refused(may);
  const { request, version } = approval;
  const asks = await desk.edits.requests.asks(request);
  if (asks === undefined) return refused('This request no longer waits for people; nothing was recorded');
  if (asks.version !== version)
    return refused('The request has changed since you looked; please edit it on its newest card');
  const card = (await desk.cards.current(request, version))?.wantedView;
  const steps = asks.steps.flatMap((ask, index): readonly OpenStep[] => {
    const fields = index < asks.from ? undefined : desk.edits.forms.formOf(ask);
    return fields === undefined ? [] : [{ index, ask, fields, title: titleOf(ask, card, index) }];
  });
  return { kind: 'open', steps };
}

function titleOf({ tool }: Ask, card: CardView | undefined, index: number): string {
  const step = card?.steps[index];
  return step === undefined ? tool : `${step.title}: ${step.target.label}`;
}

function show(view: ModalView): Reply {
  return { kind: 'show', view };
}

function reasonErrors(reason: string): Readonly<Record<string, string>> {
  if (reason === '') return { [FIELDS.reason]: 'Please say why; the agent and the approvers read it' };
  return reason.length > REASON_CHARS_MAX
    ? { [FIELDS.reason]: `At most ${REASON_CHARS_MAX} characters` }
    : {};
}
