/** One asking of people: a version of the plan, who must approve it, the votes so far. */
import type { AdmitResult, BrokenGlass } from '../activities/contract.ts';
import type { SignedAmendment } from '../src/domain/amendment.ts';
import type { Vote } from '../src/domain/decision.ts';
import type { Plan } from '../src/domain/plan.ts';
import { highestTier, type Need, type QuorumState, unionOfNeeds } from '../src/domain/quorum.ts';
import type { WaitingFor } from '../src/domain/request.ts';
import type { ApprovalGate, RiskTier } from '../src/domain/verdict.ts';

/** What admission counted: the quorum afresh, and whether the glass is broken. */
export type Counted = Pick<AdmitResult, 'quorum' | 'glass'>;

export interface AskingOptions {
  readonly from: number;
  readonly editors: readonly string[];
  readonly ttlMs: number;
  readonly needs: readonly Need[] | undefined;
}

export class Asking {
  readonly plan: Plan;
  /** The first step it is about; those before it ran. */
  readonly from: number;
  /** Who edited it and may not approve it. */
  readonly editors: readonly string[];
  readonly tier: RiskTier;
  /** The rules whose gates ask. */
  readonly rules: readonly string[];
  /** Whether an approval counts only with a reason. */
  readonly needsReason: boolean;
  readonly askedAt: string;
  readonly expiresAt: string;
  #needs: readonly Need[];
  #votes: readonly Vote[] = [];
  #quorum: QuorumState;
  #glass: BrokenGlass | undefined;
  #approvedAt: string | undefined;
  #amendment: SignedAmendment | undefined;

  /** `needs` are those of the gates unless the muster added a fallback. */
  constructor(plan: Plan, gates: readonly ApprovalGate[], { from, editors, ttlMs, needs }: AskingOptions) {
    this.plan = plan;
    this.from = from;
    this.editors = editors;
    this.#needs = needs ?? unionOfNeeds(gates);
    this.tier = highestTier(gates);
    this.rules = [...new Set(gates.map(({ rule }) => rule))];
    this.needsReason = gates.some((gate) => gate.needsReason === true);
    this.askedAt = new Date().toISOString();
    this.expiresAt = new Date(Date.now() + ttlMs).toISOString();
    this.#quorum = { need: this.#needs.reduce((sum, { count }) => sum + count, 0), have: 0, met: false };
  }

  /** Counts an admitted vote once; false when it is of another version or known already. */
  count(vote: Vote, { quorum, glass }: Counted): boolean {
    const known = this.#votes.some(({ decision }) => decision.id === vote.decision.id);
    if (known || vote.decision.version !== this.plan.version) return false;
    this.#votes = [...this.#votes, vote];
    this.#quorum = quorum;
    this.#glass = glass;
    return true;
  }

  /** Takes over what the muster found later; false where that changes nothing. */
  widen(needs: readonly Need[] = this.#needs): boolean {
    const isSame = JSON.stringify(needs) === JSON.stringify(this.#needs);
    this.#needs = needs;
    return !isSame;
  }

  /** Voids it by an edit of this version, once; false where it was denied or edited before. */
  amend(signed: SignedAmendment): boolean {
    const isOther = signed.amendment.version !== this.plan.version;
    if (isOther || this.denial !== undefined || this.#amendment !== undefined) return false;
    this.#amendment = signed;
    return true;
  }

  approve(): void {
    this.#approvedAt = new Date().toISOString();
  }

  get needs(): readonly Need[] {
    return this.#needs;
  }
  get votes(): readonly Vote[] {
    return this.#votes;
  }
  get quorum(): QuorumState {
    return this.#quorum;
  }
  /** Who overrode the quorum, where that is what approves it. */
  get glass(): BrokenGlass | undefined {
    return this.#glass;
  }
  get approvedAt(): string | undefined {
    return this.#approvedAt;
  }
  get denial(): Vote | undefined {
    return this.#votes.find(({ decision }) => decision.answer === 'deny');
  }
  /** The edit that voids it. */
  get amendment(): SignedAmendment | undefined {
    return this.#amendment;
  }
  get isAnswered(): boolean {
    return this.#quorum.met || this.denial !== undefined || this.#amendment !== undefined;
  }
  get waitingFor(): WaitingFor {
    const groups = [...new Set(this.needs.flatMap((need) => need.groups))];
    return { groups, need: this.#quorum.need, have: this.#quorum.have, expiresAt: this.expiresAt };
  }
}
