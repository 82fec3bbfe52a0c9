/** "Approve and allow…": opening its modal, and recording the approval with what it allows in advance. */
import { recordDecision } from '../../approvals/record-decision.ts';
import { quorum } from '../../domain/quorum.ts';
import { whyNotOfferable } from '../../domain/standing-grant.ts';
import { grantModal, readOffer } from '../cards/grant-modal.ts';
import { FIELD_ACTION, FIELDS } from '../cards/pointer.ts';
import type { Submission } from '../interaction.schema.ts';
import type { Desk } from '../ports.ts';
import { DONE, tell } from '../reply.ts';
import { openDrawn } from './buttons.ts';
import type { ButtonWork } from './on-button.ts';
import { type SubmissionWork, typed } from './on-submission.ts';
import { reasonErrors } from './submissions.ts';

const NOTHING = 'nothing was recorded';

/** Opens the modal; refused for what may not be allowed in advance, whatever was clicked. */
export function openAllow(desk: Desk): ButtonWork {
  return (believed) =>
    openDrawn(desk, believed, (view) => {
      const why = whyNotOfferable(view);
      return why === undefined ? grantModal(view, desk.names) : `${why}; ${NOTHING}`;
    });
}

/** Records an approval that allows the same in advance. Everything is held against the stored card, not the modal. */
export function allow(desk: Desk): SubmissionWork {
  return async ({ sent, person, approval }) => {
    const card = await desk.cards.current(approval.request, approval.version);
    if (card === undefined)
      return tell(`The content of this request cannot be read at the moment; ${NOTHING}, please try again`);
    const view = card.wantedView;
    const why = whyNotOfferable(view);
    if (why !== undefined) return tell(`${why}; ${NOTHING}`);
    if (!quorum(approval.needs, [{ person: person.id, groups: person.groups }]).met)
      return tell(`Only who is asked in their own right can allow something in advance; ${NOTHING}`);
    const reason = typed(sent, FIELDS.reason);
    const read = readOffer(formOf(sent), view, desk.clock());
    const errors = { ...reasonErrors(reason), ...('errors' in read ? read.errors : {}) };
    if ('errors' in read || Object.keys(errors).length > 0) return { kind: 'errors', errors };
    const parts = [sent.team.id, sent.user.id, sent.view.id, sent.view.callback_id];
    const recorded = await recordDecision(desk, {
      ...{ person, approval, reason, answer: 'approve', surface: 'slack', assurance: 'click' },
      grant: read.offer,
      decisionParts: parts,
      deliveryParts: [...parts, sent.trigger_id ?? ''],
    });
    return recorded.kind === 'recorded' ? DONE : tell(recorded.sentence);
  };
}

function formOf(sent: Submission) {
  return {
    covers: chosen(sent, FIELDS.covers),
    lasts: chosen(sent, FIELDS.until),
    uses: typed(sent, FIELDS.uses),
    sum: typed(sent, FIELDS.sum),
  };
}

function chosen({ view }: Submission, name: string): string {
  return view.state.values[name]?.[FIELD_ACTION]?.selected_option?.value ?? '';
}
