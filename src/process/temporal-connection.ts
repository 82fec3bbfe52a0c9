/** One native connection to Temporal for everything in a process, because eager start wants client and worker to share it. */
import { Client } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';
import { CountersignError } from '../domain/errors.ts';
import type { Settings } from './settings.ts';

/** A connection in use. `close` ends it; workers on it must have stopped before. */
export interface TemporalConnection {
  readonly connection: NativeConnection;
  readonly client: Client;
  readonly namespace: string;
  close(): Promise<void>;
}

/** The settings that say where Temporal is. */
export type TemporalPlace = Pick<Settings['temporal'], 'address' | 'namespace' | 'profile' | 'configFile'>;

/**
 * Where to connect: `TEMPORAL_ADDRESS`, else the SDK's own configuration (profile, file, `TEMPORAL_*`), else
 * `embedded`, the dev server's address. TLS, API key and headers always come from the SDK's configuration.
 */
export function connectOptions(
  settings: TemporalPlace,
  embedded?: string,
): { readonly options: NativeConnectionOptions; readonly namespace: string } {
  const { address, profile, configFile, namespace } = settings;
  const outside = address !== undefined || profile !== undefined || configFile !== undefined;
  if (!outside && embedded === undefined)
    throw new CountersignError(
      'misconfigured',
      'Cannot connect to Temporal: TEMPORAL_ADDRESS is not set, want host:port',
    );
  const loaded = outside
    ? loadClientConnectConfig({
        ...(profile === undefined ? {} : { profile }),
        ...(configFile === undefined ? {} : { configSource: { path: configFile } }),
      })
    : { connectionOptions: { address: embedded ?? '' } };
  const options = { ...loaded.connectionOptions, ...(address === undefined ? {} : { address }) };
  return {
    // Gzip between two processes of one machine only costs processor time.
    options: isLoopback(options.address ?? '') ? { ...options, grpcCompression: { codec: 'none' } } : options,
    namespace: 'namespace' in loaded && typeof loaded.namespace === 'string' ? loaded.namespace : namespace,
  };
}

/** Connects, or rejects with `unavailable` naming the address. It does not look whether the namespace exists. */
export async function connectTemporal(
  settings: TemporalPlace,
  embedded?: string,
): Promise<TemporalConnection> {
  const { options, namespace } = connectOptions(settings, embedded);
  const connection = await NativeConnection.connect(options).catch((cause: unknown) => {
    throw new CountersignError(
      'unavailable',
      `Cannot connect to Temporal: "${options.address}" does not answer`,
      {
        cause,
      },
    );
  });
  return Object.freeze({
    connection,
    client: new Client({ connection, namespace }),
    namespace,
    close: () => connection.close(),
  });
}

function isLoopback(address: string): boolean {
  return /^(localhost|127(?:\.\d{1,3}){3}|\[::1\]):/.test(address);
}
