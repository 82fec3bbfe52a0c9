/** Policy's answer for a step, carrying its own explanation (craft habit 15). Plain data, safe in workflow code. */

/** Mild to strict; the order is the order of strictness. */
export const VERDICT_EFFECTS = ['allow', 'notify', 'downscope', 'approve', 'deny'] as const;
export type VerdictEffect = (typeof VERDICT_EFFECTS)[number];

/** One rule that fired, with its one sentence (≤ 160 characters) exactly as its author wrote it. */
export interface RuleHit {
  readonly id: string;
  readonly sentence: string;
}

/** Risk tiers of approval gates, mild to strict; shown on the card. */
export const RISK_TIERS = ['low', 'medium', 'high', 'critical'] as const;
export type RiskTier = (typeof RISK_TIERS)[number];

/** A group that is asked too when `afterMs` of the wait have passed; 0 is from the beginning, like the gate's first group. */
export interface EscalationStage {
  readonly group: string;
  readonly afterMs: number;
}

/** A step may not run before `quorum` distinct eligible people of any of its groups (`groupsOf`) approved it. */
export interface ApprovalGate {
  readonly kind: 'approval';
  readonly rule: string;
  readonly group: string;
  /** Of old histories only: whose members are asked too at 75 % of the wait. Read it through `stagesOf`. */
  readonly escalateTo?: string;
  /** Whose members are asked too, some time after asking. They are eligible from the start; policy named them. */
  readonly stages?: readonly EscalationStage[];
  /** Asked instead where fewer eligible people are left in all the groups above than `quorum`. */
  readonly fallback?: string;
  /** An approval counts only with a reason. */
  readonly needsReason?: true;
  /** Whoever edited the arguments may approve the edit as well. */
  readonly editorMayApprove?: true;
  readonly quorum: number;
  readonly tier: RiskTier;
  /** How long people may take, in milliseconds. Afterwards the request is expired, never approved. */
  readonly ttlMs: number;
}

/** When which other groups are asked, the earliest first. */
export function stagesOf({ stages, escalateTo, ttlMs }: ApprovalGate): readonly EscalationStage[] {
  if (stages !== undefined) return stages;
  return escalateTo === undefined ? [] : [{ group: escalateTo, afterMs: Math.floor(ttlMs * 0.75) }];
}

/** Whom a gate asks at once: its first group, and those that are together with it. */
export function groupsAtOnce(gate: ApprovalGate): readonly string[] {
  return [gate.group, ...stagesOf(gate).flatMap(({ group, afterMs }) => (afterMs === 0 ? [group] : []))];
}

/** Everybody a gate names, the first group first; its fallback is not among them. */
export function groupsOf(gate: ApprovalGate): readonly string[] {
  return [...new Set([gate.group, ...stagesOf(gate).map(({ group }) => group)])];
}

/** A step is announced to a channel when it runs. */
export interface NoticeGate {
  readonly kind: 'notice';
  readonly rule: string;
  readonly channel: string;
}

export type Gate = ApprovalGate | NoticeGate;

/** Policy's answer for one step. `rules` is never empty: an allow names the grant, a deny the block or the missing grant. */
export interface Verdict {
  readonly effect: VerdictEffect;
  readonly rules: readonly RuleHit[];
  readonly gates: readonly Gate[];
  /** Only for `downscope`: the smaller tool that runs instead. `gates` are then those of the smaller tool. */
  readonly downscopeTo?: string;
  readonly policyVersion: string;
  /**
   * The chain from the question to the answer, a line each (≤ 200 characters, free of outside text): the same on the
   * card, in the API, in the history and in `countersign policy explain`. Absent in old histories.
   */
  readonly explanation?: readonly string[];
  /** Where a standing grant took the place of people: which, by whom, and the gates that policy asked for. */
  readonly under?: { readonly grant: string; readonly by: string; readonly gates: readonly ApprovalGate[] };
}

/** What policy itself said, before any standing grant. */
export function policyVerdict(verdict: Verdict): Verdict {
  const { under, ...rest } = verdict;
  return under === undefined
    ? verdict
    : { ...rest, effect: 'approve', gates: [...under.gates, ...verdict.gates] };
}

/** The strictest of several effects; `allow` for an empty list. */
export function strictest(effects: readonly VerdictEffect[]): VerdictEffect {
  const rank = Math.max(0, ...effects.map((effect) => VERDICT_EFFECTS.indexOf(effect)));
  return VERDICT_EFFECTS[rank] ?? 'deny';
}

/** The approval gates of a verdict; empty when people are not needed. */
export function approvalGates(verdict: Verdict): readonly ApprovalGate[] {
  return verdict.gates.filter((gate) => gate.kind === 'approval');
}
