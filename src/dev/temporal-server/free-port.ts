/** Ports on an address: a free one, and a clear refusal of one in use. */
import { type AddressInfo, createServer } from 'node:net';
import { CountersignError } from '../../domain/errors.ts';

/** A port nobody listens on now. Somebody else may take it before we do. */
export async function freePort(ip: string): Promise<number> {
  return listenOnce(ip, 0);
}

/** Rejects with `misconfigured` naming `setting` when `port` can't be listened on. */
export async function refuseUsedPort(ip: string, port: number, setting: string): Promise<void> {
  await listenOnce(ip, port).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${cause.code})`;
    throw new CountersignError(
      'misconfigured',
      `Cannot start the Temporal dev server: port "${port}" ${why}, set ${setting} to a free one`,
      { cause },
    );
  });
}

function listenOnce(ip: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, ip, () => {
      const taken = (server.address() as AddressInfo).port;
      server.close(() => resolve(taken));
    });
  });
}
