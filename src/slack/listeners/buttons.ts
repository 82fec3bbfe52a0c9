/** The buttons of a card. Approve decides; the others open a modal. */
import type { ModalView } from '@slack/types';
import { refusalOf } from '../../approvals/hand-over.ts';
import { recordDecision } from '../../approvals/record-decision.ts';
import { paceFor, wantedOf } from '../../approvals/slow-down.ts';
import type { CardView } from '../../domain/card.ts';
import { isApprovedDirectly } from '../cards/buttons.ts';
import { askModal, denyModal, detailsModal, reviewModal } from '../cards/modals.ts';
import type { Desk } from '../ports.ts';
import { DONE, type Reply, tell } from '../reply.ts';
import { sorted } from '../slack-client.ts';
import type { BelievedClick, ButtonWork } from './on-button.ts';

/** Approves at once, behind Slack's confirm dialog; refused for tiers that must be reviewed, whatever was clicked. */
export function approve(desk: Desk): ButtonWork {
  return async (believed) => {
    const { click, person, approval } = believed;
    const [{ action_id, action_ts }] = click.actions;
    const parts = [click.team.id, click.user.id, click.container.message_ts, action_id, action_ts];
    const said = { person, approval, surface: 'slack', deliveryParts: parts } as const;
    if (!isApprovedDirectly(approval)) {
      void desk.oversight.refused(refusalOf(said, 'too-weak'));
      return tell('This request must be reviewed before it is approved; nothing was recorded');
    }
    const recorded = await recordDecision(desk, {
      ...said,
      answer: 'approve',
      assurance: 'click',
      decisionParts: parts,
    });
    if (recorded.kind === 'recorded') return DONE;
    if (recorded.why === 'slow-down') await openReview(desk)(believed);
    return tell(recorded.sentence);
  };
}

export function openDeny(desk: Desk): ButtonWork {
  return (believed) => open(desk, believed, denyModal(believed.approval));
}

export function openAsk(desk: Desk): ButtonWork {
  return (believed) => open(desk, believed, askModal(believed.approval));
}

export function openReview(desk: Desk): ButtonWork {
  const { oversight, names } = desk;
  return (believed) =>
    openDrawn(desk, believed, async (view) => {
      const { tier } = believed.approval;
      const [earlier, pace] = await Promise.all([
        oversight.earlier(view).catch(() => undefined),
        paceFor(oversight, believed.person.id, tier),
      ]);
      return reviewModal(view, names, { earlier, reasonCharsMin: wantedOf(pace, tier).reasonCharsMin });
    });
}

export function openDetails(desk: Desk): ButtonWork {
  return (believed) => openDrawn(desk, believed, (view) => detailsModal(view, desk.names));
}

/** Opens what is drawn from the stored card, or says the sentence that was drawn instead. */
export async function openDrawn(
  desk: Desk,
  believed: BelievedClick,
  draw: (view: CardView) => ModalView | string | Promise<ModalView>,
): Promise<Reply> {
  const { request, version } = believed.approval;
  const card = await desk.cards.current(request, version);
  if (card === undefined)
    return tell('The content of this request cannot be read at the moment; please try again');
  const drawn = await draw(card.wantedView);
  return typeof drawn === 'string' ? tell(drawn) : open(desk, believed, drawn);
}

async function open(desk: Desk, { click }: BelievedClick, view: ModalView): Promise<Reply> {
  await sorted('Cannot open modal', desk.client.views.open({ trigger_id: click.trigger_id, view }));
  return DONE;
}
