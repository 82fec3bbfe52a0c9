/**
 * The modal that approves one request and allows the same in advance: for how long, how often, how far. It shows the
 * whole step, so that what is allowed is what was read; the narrowest choices stand in it first.
 */
import type { InputBlock, KnownBlock, ModalView } from '@slack/types';
import type { Names } from '../../approvals/names.ts';
import { outsideLine } from '../../approvals/outside-text.ts';
import { progressWords, TIER_WORDS } from '../../approvals/wording.ts';
import type { CardView } from '../../domain/card.ts';
import {
  GRANT_CENTS_MAX,
  GRANT_USES_MAX,
  type GrantOffer,
  type OfferProblem,
  offerProblems,
  whyNotOfferable,
} from '../../domain/standing-grant.ts';
import { context, plain, section } from './blocks.ts';
import { BLOCKS_MAX, contents, field, modal, reasonField } from './modals.ts';
import { CALLBACKS, FIELD_ACTION, FIELDS } from './pointer.ts';

const HOUR_MS = 3_600_000;

/** How long people can choose; the first is what stands there. */
const LASTS = [
  { value: '1h', label: '1 hour', ms: HOUR_MS },
  { value: '8h', label: '8 hours', ms: 8 * HOUR_MS },
  { value: '1d', label: '1 day', ms: 24 * HOUR_MS },
  { value: '7d', label: '7 days', ms: 7 * 24 * HOUR_MS },
  { value: '30d', label: '30 days', ms: 30 * 24 * HOUR_MS },
] as const;

const COVERS = [
  { value: 'arguments', label: 'Exactly these arguments' },
  { value: 'target', label: 'This target, whatever the other arguments' },
] as const satisfies readonly { readonly value: GrantOffer['covers']; readonly label: string }[];

/** Whether a card offers to allow in advance; asked again when the modal is opened and when it is submitted. */
export function mayOffer(view: CardView): boolean {
  return whyNotOfferable(view) === undefined;
}

/** For one step of low or medium risk that one person approves and that can be undone. */
export function grantModal(view: CardView, names: Names): ModalView {
  const asks = fieldsFor(view);
  return modal(view, {
    callback: CALLBACKS.grant,
    title: 'Approve and allow',
    submit: 'Approve and allow',
    blocks: [
      section(`${TIER_WORDS[view.tier]}. ${outsideLine(progressWords(view, names.group), 500)}.`),
      ...contents(view, names, BLOCKS_MAX - 2 - asks.length),
      context(
        `You approve this step, and once it has run ${names.agent(view.agent)} may do the same again without asking. Everybody sees under whose name; you, others and operators can revoke it.`,
      ),
      ...asks,
    ],
  });
}

function fieldsFor(view: CardView): readonly KnownBlock[] {
  const sum = field(FIELDS.sum, 'All uses together, in money', {
    max: 12,
    hint: `At most so much in all, e.g. 250.00; up to ${GRANT_CENTS_MAX / 100}`,
  });
  return [
    choice(FIELDS.covers, 'What is allowed', COVERS),
    choice(FIELDS.until, 'For how long', LASTS),
    field(FIELDS.uses, 'How often at most', { max: 4, hint: `A whole number up to ${GRANT_USES_MAX}` }),
    ...(movesMoney(view) ? [sum] : []),
    reasonField('Kept with the approval and shown wherever it is listed.'),
  ];
}

/** What was filled in, by field; empty texts where nothing was. */
export interface GrantForm {
  readonly covers: string;
  readonly lasts: string;
  readonly uses: string;
  readonly sum: string;
}

export type ReadOffer =
  | { readonly offer: GrantOffer }
  /** By the field that is wrong. */
  | { readonly errors: Readonly<Record<string, string>> };

/** The offer that a filled-in form makes at `now`, or what is wrong with it. A field that was not there is not read. */
export function readOffer(form: GrantForm, view: CardView, now: Date): ReadOffer {
  const covers = COVERS.find(({ value }) => value === form.covers)?.value;
  if (covers === undefined) return { errors: { [FIELDS.covers]: 'Choose what is allowed' } };
  const lasts = LASTS.find(({ value }) => value === form.lasts);
  const offer: GrantOffer = {
    covers,
    until: lasts === undefined ? '' : new Date(now.getTime() + lasts.ms).toISOString(),
    usesMax: /^\d{1,4}$/.test(form.uses) ? Number(form.uses) : Number.NaN,
    ...(movesMoney(view) && form.sum !== '' ? { centsMax: centsOf(form.sum) } : {}),
  };
  const effect = view.steps[0]?.effect ?? 'money';
  const problems = offerProblems(offer, { effect, now });
  if (problems.length === 0) return { offer };
  return { errors: Object.fromEntries(problems.map((one) => [FIELD_OF[one.field], one.problem])) };
}

const FIELD_OF: Readonly<Record<OfferProblem['field'], string>> = {
  until: FIELDS.until,
  usesMax: FIELDS.uses,
  centsMax: FIELDS.sum,
};

/** `250`, `250.5` and `250,50`; not a number for anything else. */
function centsOf(text: string): number {
  const [, whole = '', part = ''] = /^(\d{1,7})(?:[.,](\d{1,2}))?$/.exec(text) ?? [];
  return whole === '' ? Number.NaN : Number(whole) * 100 + Number(part.padEnd(2, '0'));
}

function movesMoney({ steps }: CardView): boolean {
  return steps.some(({ effect }) => effect === 'money');
}

function choice(
  id: string,
  label: string,
  choices: readonly { readonly value: string; readonly label: string }[],
): InputBlock {
  const options = choices.map((one) => ({ text: plain(one.label), value: one.value }));
  const [initial] = options;
  return {
    type: 'input',
    block_id: id,
    label: plain(label),
    element: {
      type: 'static_select',
      action_id: FIELD_ACTION,
      options,
      ...(initial === undefined ? {} : { initial_option: initial }),
    },
  };
}
