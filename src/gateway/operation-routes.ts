/** What operators and orchestrators of containers ask: alive, ready, numbers. Needs no token and says no secrets. */
import { CountersignError } from '../domain/errors.ts';
import type { DoorMetrics } from './door-metrics.ts';
import { answers, type Door } from './openapi.ts';
import { aliveSchema } from './view.schema.ts';

const READY_WITHIN_MS = 2000;

/** Adds GET /healthz, /readyz and /metrics. */
export function addOperationRoutes(
  door: Door,
  parts: { readonly ready: () => Promise<void>; readonly metrics: DoorMetrics; readonly version: string },
): void {
  const { version } = parts;
  const response = answers({ 200: [aliveSchema, 'Yes'] });
  const open = { security: [] };
  door.get('/healthz', { schema: { summary: 'Is the process alive', response, ...open } }, () => ({
    status: 'ok',
    version,
  }));
  door.get('/readyz', { schema: { summary: 'Can requests be started', response, ...open } }, async () => {
    await readyInTime(parts.ready);
    return { status: 'ok', version };
  });
  door.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    reply.type(parts.metrics.registry.contentType);
    return await parts.metrics.registry.metrics();
  });
}

async function readyInTime(ready: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not ready within ${READY_WITHIN_MS} ms`)), READY_WITHIN_MS);
  });
  try {
    await Promise.race([ready(), late]);
  } catch (cause) {
    throw new CountersignError('unavailable', 'Cannot start requests: the workflow service does not answer', {
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}
