/** The Temporal runtime of a process: its logs into ours, its metrics to Prometheus when asked, its signals to nobody. */
import { DefaultLogger, type LogEntry, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';

export interface RuntimeTelemetry {
  readonly log: Logger;
  /** `host:port` the SDK serves its Prometheus metrics on; absent: none. */
  readonly metricsAddress?: string;
}

const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/**
 * Installs the SDK's runtime. Call once, before the first connection: a second call in one process throws.
 * Only warnings and errors are forwarded. The SDK's own signal handling is off: `shutdown.ts` decides who stops when.
 */
export function installRuntime({ log, metricsAddress }: RuntimeTelemetry): void {
  const temporal = log.child({ part: 'temporal' });
  Runtime.install({
    logger: new DefaultLogger('WARN', (entry: LogEntry) => forward(temporal, entry)),
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...(metricsAddress === undefined ? {} : { metrics: { prometheus: { bindAddress: metricsAddress } } }),
    },
    shutdownSignals: [],
  });
}

function forward(log: Logger, { level, message, meta }: LogEntry): void {
  // An error in `meta` belongs under pino's own key, where its stack is kept.
  const { error, ...rest } = { error: undefined, ...meta };
  log[levels[level]]({ ...rest, ...(error === undefined ? {} : { err: error }) }, message);
}
