/** The constant ids of the home tab and its modals; as with cards, a value points to something and has no authority. */

export const HOME_ACTIONS = {
  /** A button that is only a link: Slack tells us of it, and there is nothing to do. */
  openLink: 'open-link',
  setAway: 'set-away',
  endAbsence: 'end-absence',
  pause: 'pause',
  resume: 'resume',
  revokeGrant: 'revoke-grant',
} as const;
export const AFFAIR_CALLBACKS = { away: 'away-submit', pause: 'pause-submit' } as const;
/** Block ids of the modals' fields; the element inside each has the action id `value`. */
export const AFFAIR_FIELDS = {
  delegate: 'delegate',
  from: 'from',
  until: 'until',
  note: 'note',
  reason: 'reason',
} as const;
