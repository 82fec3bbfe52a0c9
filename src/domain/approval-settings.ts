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

export interface ApprovalSettings {
  readonly breakGlass?: BreakGlass;
  /** Where operators hear of what needs them, such as a rule that has nobody to ask. `channel` is a notice channel. */
  readonly alerts?: { readonly channel: string };
  /** Who looks afterwards at what was done in an emergency. Always there where `breakGlass` is. */
  readonly review?: { readonly group: string };
}

/** The settings of the moment. Rejects when they cannot be read; what they would allow is then not allowed. */
export type ApprovalSettingsReader = () => Promise<ApprovalSettings>;
