/**
 * The approvals role's own numbers, for `GET /metrics`. Labels hold rules, groups and closed words, never a person: who
 * approves how fast is for `countersign oversight`, behind a login.
 */
import { Counter, Histogram, Registry } from 'prom-client';
import type { OversightCounts } from '../approvals/oversight.ts';

export interface OversightMetrics extends OversightCounts {
  /** The page in Prometheus' text format. */
  page(): Promise<string>;
}

/** Around the rubber stamp at 5 s, and up to the longest waits that are usual. */
const SECONDS = [1, 2, 5, 10, 30, 60, 120, 300, 900, 3_600, 14_400, 86_400];

/** Counts what is noted for the first time in this process; several processes add up. */
export function createOversightMetrics(registry: Registry = new Registry()): OversightMetrics {
  const registers = [registry];
  const asked = new Counter({
    name: 'countersign_oversight_asked_total',
    help: 'Request versions people were asked about, by rule and group',
    labelNames: ['rule', 'group'],
    registers,
  });
  const answers = new Counter({
    name: 'countersign_oversight_answers_total',
    help: 'Admitted answers, by group asked',
    labelNames: ['group', 'answer', 'surface'],
    registers,
  });
  const seconds = new Histogram({
    name: 'countersign_oversight_decide_seconds',
    help: 'From when the card was there to the answer, by group asked',
    labelNames: ['group', 'answer'],
    buckets: SECONDS,
    registers,
  });
  const closed = new Counter({
    name: 'countersign_oversight_closed_total',
    help: 'Requests people were asked about, by rule, how their asking ended and their outcome',
    labelNames: ['rule', 'fate', 'outcome'],
    registers,
  });
  const undone = new Counter({
    name: 'countersign_oversight_undone_total',
    help: 'Approved requests of which a step was taken back, by rule',
    labelNames: ['rule'],
    registers,
  });
  const refused = new Counter({
    name: 'countersign_oversight_refused_clicks_total',
    help: 'Refused clicks, forms and commands',
    labelNames: ['why', 'surface'],
    registers,
  });
  const lost = new Counter({
    name: 'countersign_oversight_lost_total',
    help: 'What could not be noted: the records miss it',
    registers,
  });
  return {
    page: () => registry.metrics(),
    asked: ({ rules, groups }) => {
      for (const rule of rules) for (const group of groups) asked.inc({ rule, group });
    },
    answered: ({ groups, members }, { person, answer, surface }, took) => {
      const theirs = groups.filter((group) => members?.[group]?.includes(person));
      for (const group of theirs.length > 0 ? theirs : groups) {
        answers.inc({ group, answer, surface });
        seconds.observe({ group, answer }, took);
      }
    },
    closed: ({ rules, fate, outcome = 'none', undone: steps }) => {
      for (const rule of rules) {
        closed.inc({ rule, fate, outcome });
        if (fate === 'approved' && steps > 0) undone.inc({ rule });
      }
    },
    refused: ({ why, surface }) => refused.inc({ why, surface }),
    lost: () => lost.inc(),
  };
}
