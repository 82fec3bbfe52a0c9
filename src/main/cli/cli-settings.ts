/** The few settings the command line reads. Not the processes' settings: halting must work with half of those broken. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { CountersignError } from '../../domain/errors.ts';
import type { TemporalPlace } from '../../process/temporal-connection.ts';
import type { CliWorld } from './world.ts';

const filled = z.string().trim().min(1, 'is empty: give it a value or unset it');

const lenient = z
  .string()
  .trim()
  .transform((text) => (text === '' ? undefined : text))
  .optional();

const schema = z.object({
  COUNTERSIGN_GATEWAY_URL: filled
    .pipe(z.url({ protocol: /^https?$/, error: 'is not an http or https URL' }))
    .optional(),
  COUNTERSIGN_GATEWAY_PORT: filled.regex(/^\d{1,5}$/, 'is not a port').default('8080'),
  COUNTERSIGN_TOKEN: filled.max(8192).optional(),
  COUNTERSIGN_DATA: filled.default('.countersign'),
  COUNTERSIGN_CONFIG: filled.default('config'),
  DATABASE_URL: filled.optional(),
  // Only deciding needs the approver pages.
  COUNTERSIGN_APPROVALS_URL: lenient,
  COUNTERSIGN_APPROVALS_PORT: lenient,
  // Only commands that read histories need Temporal; whatever stands here must not keep the others from working.
  TEMPORAL_ADDRESS: lenient,
  TEMPORAL_NAMESPACE: lenient,
  TEMPORAL_PROFILE: lenient,
  TEMPORAL_CONFIG_FILE: lenient,
  COUNTERSIGN_TEMPORAL_PORT: lenient,
});

/** What the command line runs with. Paths are absolute. */
export interface CliSettings {
  readonly gatewayUrl: string;
  readonly token: string | undefined;
  /** Where the approver pages are, unchecked; `approvalsUrl` reads it. */
  readonly approvals: { readonly url: string | undefined; readonly port: string | undefined };
  readonly dataFolder: string;
  readonly configFolder: string;
  readonly databaseUrl: string | undefined;
  /** Where histories are read; `embedded` is the dev server of the embedded default, used when nothing else is named. */
  readonly temporal: TemporalPlace & { readonly embedded: string };
}

/** Throws one `misconfigured` that lists every problem; values are never repeated. */
export function readCliSettings(env: CliWorld['env']): CliSettings {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => ({
      field: path.join('.'),
      problem: message,
    }));
    const list = problems.map(({ field, problem }) => `${field} ${problem}`).join('; ');
    throw new CountersignError('misconfigured', `Cannot read settings: ${list}`, { problems });
  }
  const { data } = parsed;
  return {
    gatewayUrl: (data.COUNTERSIGN_GATEWAY_URL ?? `http://127.0.0.1:${data.COUNTERSIGN_GATEWAY_PORT}`).replace(
      /\/+$/,
      '',
    ),
    token: data.COUNTERSIGN_TOKEN,
    approvals: { url: data.COUNTERSIGN_APPROVALS_URL, port: data.COUNTERSIGN_APPROVALS_PORT },
    dataFolder: resolve(data.COUNTERSIGN_DATA),
    configFolder: resolve(data.COUNTERSIGN_CONFIG),
    databaseUrl: data.DATABASE_URL,
    temporal: temporalOf(data),
  };
}

function temporalOf(data: z.output<typeof schema>): CliSettings['temporal'] {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_PROFILE: profile, TEMPORAL_CONFIG_FILE: configFile } = data;
  return {
    namespace: data.TEMPORAL_NAMESPACE ?? 'default',
    embedded: `127.0.0.1:${data.COUNTERSIGN_TEMPORAL_PORT ?? '7233'}`,
    ...(address === undefined ? {} : { address }),
    ...(profile === undefined ? {} : { profile }),
    ...(configFile === undefined ? {} : { configFile }),
  };
}
