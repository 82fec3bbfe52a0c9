/** Oversight as doors and cards see it, kept in memory; what it says of pace and earlier decisions is set by the test. */
import type { Oversight, Refusal } from '../../src/approvals/oversight.ts';
import type { Pace } from '../../src/approvals/slow-down.ts';
import type { CardView } from '../../src/domain/card.ts';
import type { Decision } from '../../src/domain/decision.ts';
import type { EarlierDecision } from '../../src/domain/oversight.ts';

export class OversightInMemory implements Oversight {
  readonly refusals: Refusal[] = [];
  readonly heard: Decision[] = [];
  readonly cards: CardView[] = [];
  pace: Pace = 'usual';
  found: () => Promise<readonly EarlierDecision[]> = async () => [];
  async refused(refusal: Refusal) {
    this.refusals.push(refusal);
  }
  async said(_: unknown, decision: Decision) {
    this.heard.push(decision);
  }
  async paceOf() {
    return this.pace;
  }
  async noted(view: CardView) {
    this.cards.push(view);
  }
  async shown() {
    // The earliest time is of no interest here.
  }
  earlier() {
    return this.found();
  }
}
