/** Several requests in one modal, each decided by itself. Low and medium risk only: what is riskier is looked at alone. */
import type { InputBlock, ModalView, PlainTextOption } from '@slack/types';
import { REASON_CHARS_MAX } from '../../approvals/claims.schema.ts';
import type { Names } from '../../approvals/names.ts';
import { outsideLine } from '../../approvals/outside-text.ts';
import { pointerValue } from '../../approvals/pointer.ts';
import { TIER_WORDS } from '../../approvals/wording.ts';
import type { OpenApproval } from '../../domain/card.ts';
import { shortDigest } from '../../domain/digest.ts';
import { context, plain, section, utc } from './blocks.ts';
import { CALLBACKS, FIELD_ACTION, FIELDS } from './pointer.ts';

/** More than this is no longer read. */
export const BATCH_MAX = 10;

/** What may be chosen for each. Nothing is chosen beforehand but leaving it alone. */
export const CHOICES = { approve: 'approve', deny: 'deny', skip: 'skip' } as const;

const ITEM = 'item:';

/** The pointer of an item's field; undefined for other fields. */
export function pointerOf(blockId: string): string | undefined {
  return blockId.startsWith(ITEM) ? blockId.slice(ITEM.length) : undefined;
}

/** At most ten; the caller leaves out what may not be decided this way. */
export function batchModal(approvals: readonly OpenApproval[], names: Names, more: number): ModalView {
  const rest = more > 0 ? ` ${more} more wait after these.` : '';
  return {
    type: 'modal',
    callback_id: CALLBACKS.batch,
    title: plain('Review several'),
    submit: plain('Record'),
    close: plain('Cancel'),
    blocks: [
      section(`Each is decided by itself, and stays as it is unless you choose.${rest}`),
      ...approvals.slice(0, BATCH_MAX).map((approval) => item(approval, names)),
      reasonField(),
      context('Details stand on each card. High and critical risk are decided on their own cards only.'),
    ],
  };
}

function item(approval: OpenApproval, names: Names): InputBlock {
  const { request, version, digest, tier, agent, expiresAt } = approval;
  const facts = [
    TIER_WORDS[tier],
    `asked by ${names.agent(agent)}`,
    `expires ${utc(expiresAt)}`,
    `${request}, version ${version}, code ${shortDigest(digest)}`,
  ];
  return {
    type: 'input',
    block_id: `${ITEM}${pointerValue(approval)}`,
    label: plain(outsideLine(approval.title, 300)),
    hint: plain(facts.join(' · ')),
    element: {
      type: 'radio_buttons',
      action_id: FIELD_ACTION,
      options: [SKIP, option('Approve', CHOICES.approve), option('Deny', CHOICES.deny)],
      initial_option: SKIP,
    },
  };
}

const SKIP: PlainTextOption = option('Leave it', CHOICES.skip);

function option(label: string, value: string): PlainTextOption {
  return { text: plain(label), value };
}

function reasonField(): InputBlock {
  return {
    type: 'input',
    block_id: FIELDS.reason,
    optional: true,
    label: plain('Reason'),
    hint: plain(
      'Needed where you deny. Kept with every decision made here; agents and their owners read it.',
    ),
    element: {
      type: 'plain_text_input',
      action_id: FIELD_ACTION,
      multiline: true,
      max_length: REASON_CHARS_MAX,
    },
  };
}
