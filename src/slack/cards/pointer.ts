/** The constant ids that buttons, modals and their fields go by. What a button points to is in `approvals/pointer.ts`. */

export const ACTIONS = {
  approve: 'approve',
  review: 'review',
  allow: 'allow',
  deny: 'deny',
  ask: 'ask',
  edit: 'edit',
  details: 'details',
  openPage: 'open-page',
} as const;
export const CALLBACKS = {
  deny: 'deny-submit',
  ask: 'ask-submit',
  review: 'review-submit',
  grant: 'grant-submit',
  breakGlass: 'break-glass-submit',
  editStep: 'edit-step',
  edit: 'edit-submit',
  batch: 'batch-submit',
  notice: 'notice',
  details: 'details',
} as const;
/** Block ids of modal fields; the element inside each has the action id `value`. */
export const FIELDS = {
  reason: 'reason',
  target: 'target',
  question: 'question',
  covers: 'covers',
  until: 'until',
  uses: 'uses',
  sum: 'sum',
  step: 'step',
} as const;
export const FIELD_ACTION = 'value';
export const COMMAND = '/countersign';

/** `req:<id>:v<version>`: a new version has new block ids, so old clients cannot click through to it. */
export function blockId({
  request,
  version,
}: {
  readonly request: string;
  readonly version: number;
}): string {
  return `req:${request}:v${version}`;
}
