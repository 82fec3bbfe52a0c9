/** One asking of people: a version of the plan, who must approve it, the votes so far. */
import type { Vote } from '../src/domain/decision.ts';
import type { Plan } from '../src/domain/plan.ts';
import { highestTier, type Need, type QuorumState, unionOfNeeds } from '../src/domain/quorum.ts';
import type { WaitingFor } from '../src/domain/request.ts';
import type { ApprovalGate, RiskTier } from '../src/domain/verdict.ts';

export class Asking {
  readonly plan: Plan;
  readonly needs: readonly Need[];
  readonly tier: RiskTier;
  /** The rules whose gates ask. */
  readonly rules: readonly string[];
  readonly askedAt: string;
  readonly expiresAt: string;
  #votes: readonly Vote[] = [];
  #quorum: QuorumState;
  #approvedAt: string | undefined;

  constructor(plan: Plan, gates: readonly ApprovalGate[], ttlMs: number) {
    this.plan = plan;
    this.needs = unionOfNeeds(gates);
    this.tier = highestTier(gates);
    this.rules = [...new Set(gates.map(({ rule }) => rule))];
    this.askedAt = new Date().toISOString();
    this.expiresAt = new Date(Date.now() + ttlMs).toISOString();
    this.#quorum = { need: this.needs.reduce((sum, { count }) => sum + count, 0), have: 0, met: false };
  }

  /** Counts an admitted vote once; false when it is of another version or known already. */
  count(vote: Vote, quorum: QuorumState): boolean {
    const known = this.#votes.some(({ decision }) => decision.id === vote.decision.id);
    if (known || vote.decision.version !== this.plan.version) return false;
    this.#votes = [...this.#votes, vote];
    this.#quorum = quorum;
    return true;
  }

  approve(): void {
    this.#approvedAt = new Date().toISOString();
  }

  get votes(): readonly Vote[] {
    return this.#votes;
  }
  get quorum(): QuorumState {
    return this.#quorum;
  }
  get approvedAt(): string | undefined {
    return this.#approvedAt;
  }
  get denial(): Vote | undefined {
    return this.#votes.find(({ decision }) => decision.answer === 'deny');
  }
  get isAnswered(): boolean {
    return this.#quorum.met || this.denial !== undefined;
  }
  get groupsAsked(): readonly string[] {
    return [...new Set(this.needs.flatMap(({ groups }) => groups.slice(0, 1)))];
  }
  get groupsEscalatedTo(): readonly string[] {
    return [...new Set(this.needs.flatMap(({ groups }) => groups.slice(1)))];
  }
  get waitingFor(): WaitingFor {
    const groups = [...new Set(this.needs.flatMap((need) => need.groups))];
    return { groups, need: this.#quorum.need, have: this.#quorum.have, expiresAt: this.expiresAt };
  }
}
