/**
 * The door's own numbers. Labels hold route patterns, methods, statuses, codes and outcomes only: closed lists, never
 * text of a caller.
 */
import { Counter, Histogram, Registry } from 'prom-client';
import type { ErrorCode } from '../domain/errors.ts';
import type { RequestView } from '../domain/request.ts';

/** Where the door counts. `page` is what GET /metrics answers. */
export interface DoorMetrics {
  readonly registry: Registry;
  answered(call: {
    readonly route: string;
    readonly method: string;
    readonly status: number;
    readonly seconds: number;
  }): void;
  refused(code: ErrorCode): void;
  /** Counts the outcome told to a caller, `open` for a request that is not closed. */
  told(view: Pick<RequestView, 'outcome'>): void;
}

/** Registers the door's metrics in `registry`; one door a registry. */
export function createDoorMetrics(registry: Registry = new Registry()): DoorMetrics {
  const answers = new Counter({
    name: 'countersign_door_answers_total',
    help: 'HTTP answers of the agents door',
    labelNames: ['route', 'method', 'status'],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'countersign_door_answer_seconds',
    help: 'Time from request to answer, waiting for the outcome included',
    labelNames: ['route', 'method'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  const refusals = new Counter({
    name: 'countersign_door_refusals_total',
    help: 'Refused calls by problem code',
    labelNames: ['code'],
    registers: [registry],
  });
  const outcomes = new Counter({
    name: 'countersign_door_outcomes_total',
    help: 'Outcomes told to callers, "open" where a request was not closed yet',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return {
    registry,
    answered: ({ route, method, status, seconds }) => {
      answers.inc({ route, method, status });
      durations.observe({ route, method }, seconds);
    },
    refused: (code) => refusals.inc({ code }),
    told: ({ outcome }) => outcomes.inc({ outcome: outcome ?? 'open' }),
  };
}
