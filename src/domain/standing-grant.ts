/**
 * A standing grant: a permission that an approver minted from a card. Narrow (one agent, one tool, one target or these
 * arguments), ending by itself, with a use budget, revocable. Never for anything irreversible or critical.
 */

/** What an approver offers with an approval; signed inside the decision. */
export interface GrantOffer {
  /** `target`: anything this tool does to the same target; `arguments`: exactly the same arguments. */
  readonly covers: 'target' | 'arguments';
  readonly until: string;
  readonly usesMax: number;
  /** For tools that move money: the sum of all uses. */
  readonly centsMax?: number;
}
