/**
 * What an organisation has settled about approvals beside its rules (config/approvals.yaml). Plain data, safe in
 * workflow code. Everything is optional: what is absent does not exist there.
 */

/** How people may act in an emergency without the people whom the rules name. Absent: nobody may, ever. */
export interface BreakGlass {
  /** Whose members may break the glass. Exclusions hold for them too. */
  readonly group: string;
  /** How many distinct people it takes; at least two. */
  readonly people: number;
  /** How long what they allow may run; afterwards it counts for nothing. */
  readonly minutes: number;
  /** The notice channel where each use is announced. */
  readonly channel: string;
}

/** How much one agent may ask of people. */
export interface AskLimits {
  /** Requests of one agent that may wait for people at once. */
  readonly openRequestsMax: number;
  /** So many requests turned down by people within an hour make the agent pause. */
  readonly rejectedMax: number;
  /** How long it pauses after the last of them. */
  readonly pauseMinutes: number;
}

export const ASK_LIMITS: AskLimits = Object.freeze({ openRequestsMax: 50, rejectedMax: 5, pauseMinutes: 15 });

export interface ApprovalSettings {
  /** Whom e-mails of the second channel come from. Absent: none are sent. */
  readonly mail?: { readonly from: string };
  /** Absent: `ASK_LIMITS`. */
  readonly asks?: AskLimits;
  readonly breakGlass?: BreakGlass;
  /** Where operators hear of what needs them, such as a rule that has nobody to ask. `channel` is a notice channel. */
  readonly alerts?: { readonly channel: string };
  /** Who looks afterwards at what was done in an emergency. Always there where `breakGlass` is. */
  readonly review?: { readonly group: string };
}

/** The settings of the moment. Rejects when they cannot be read; what they would allow is then not allowed. */
export type ApprovalSettingsReader = () => Promise<ApprovalSettings>;
