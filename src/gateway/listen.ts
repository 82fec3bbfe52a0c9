/** Opens the door's port, on loopback unless told otherwise. */
import type { FastifyInstance } from 'fastify';
import { CountersignError } from '../domain/errors.ts';

/** Where to listen. Port 0 takes any free one. */
export interface ListenAt {
  readonly port: number;
  readonly host?: string;
}

/** Resolves to the door's address, e.g. `http://127.0.0.1:8080`. A taken port is an error that names the setting. */
export async function listenGateway(
  door: FastifyInstance,
  { port, host = '127.0.0.1' }: ListenAt,
): Promise<string> {
  try {
    return await door.listen({ port, host });
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause) || cause.code !== 'EADDRINUSE') throw cause;
    throw new CountersignError(
      'misconfigured',
      `Cannot open agents' door: port "${port}" is in use, set COUNTERSIGN_GATEWAY_PORT to a free one`,
      { cause },
    );
  }
}
