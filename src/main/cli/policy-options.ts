/** The options of the commands about policy, as commander hands them over. */

/** What every command about policy has. */
export interface PolicyOptions {
  readonly json?: boolean;
  readonly config?: string;
}

/** Which histories; `since` is told the time it is now. */
export interface HistoryOptions extends PolicyOptions {
  readonly since: (now: Date) => Date;
  readonly limit: number;
}

/** And the folder of the policy that is tried. */
export interface SimulateOptions extends HistoryOptions {
  readonly candidate: string;
}
