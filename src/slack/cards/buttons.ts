/** The buttons of a waiting card. Denying is as easy as approving; approving is never one careless click. */
import type { ActionsBlock, Button, ConfirmationDialog } from '@slack/types';
import type { Names } from '../../approvals/names.ts';
import { pointerValue } from '../../approvals/pointer.ts';
import type { CardView } from '../../domain/card.ts';
import { shortDigest } from '../../domain/digest.ts';
import { plain } from './blocks.ts';
import { mayOffer } from './grant-modal.ts';
import { ACTIONS, blockId } from './pointer.ts';

/**
 * Low and medium are approved here, behind a dialog; high in the review modal; critical on the approver page, which
 * asks for a passkey (slack-approvals §5.2).
 */
export function buttons(view: CardView, { decidePage }: Pick<Names, 'decidePage'> = {}): ActionsBlock {
  const value = pointerValue(view);
  const button = (actionId: string, label: string, extra: Partial<Button> = {}): Button => ({
    type: 'button',
    action_id: actionId,
    text: plain(label),
    value,
    accessibility_label: `${label.replace('…', '')} request version ${view.version}`,
    ...extra,
  });
  const approve = (): Button => {
    if (isApprovedDirectly(view))
      return button(ACTIONS.approve, 'Approve', { style: 'primary', confirm: confirmation(view) });
    if (view.tier !== 'critical' || decidePage === undefined)
      return button(ACTIONS.review, 'Review…', { style: 'primary' });
    return button(ACTIONS.openPage, 'Open approver page', { style: 'primary', url: decidePage(value) });
  };
  return {
    type: 'actions',
    block_id: blockId(view),
    elements: [
      approve(),
      ...(mayOffer(view) ? [button(ACTIONS.allow, 'Approve and allow…')] : []),
      button(ACTIONS.deny, 'Deny…'),
      button(ACTIONS.ask, 'Ask…'),
      button(ACTIONS.edit, 'Edit…'),
      button(ACTIONS.details, 'Details'),
    ],
  };
}

/** Whether a click with a confirmation is enough; checked again when the click arrives. */
export function isApprovedDirectly({ tier, needsReason }: Pick<CardView, 'tier' | 'needsReason'>): boolean {
  // A click has no place for a reason; the review has.
  if (needsReason === true) return false;
  return tier === 'low' || tier === 'medium';
}

function confirmation(view: CardView): ConfirmationDialog {
  const steps = view.steps.length === 1 ? 'this step' : `all ${view.steps.length} steps`;
  return {
    title: plain('Approve this request?'),
    text: plain(
      `You approve ${steps} exactly as shown on the card: version ${view.version}, code ${shortDigest(view.digest)}. It is recorded under your name.`,
    ),
    confirm: plain('Approve'),
    deny: plain('Go back'),
  };
}
