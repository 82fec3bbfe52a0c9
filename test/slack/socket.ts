/** Slack's end of Socket Mode, small: `apps.connections.open` and one WebSocket that sends envelopes and keeps answers. */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export interface SocketModeSlack {
  readonly apiUrl: string;
  /** The tokens sockets were opened with. */
  readonly tokens: readonly string[];
  readonly answers: readonly { readonly envelope_id?: string; readonly payload?: unknown }[];
  send(envelope: object): void;
  close(): Promise<void>;
}

export async function startSocketModeSlack(): Promise<SocketModeSlack> {
  const [tokens, answers]: [string[], { envelope_id?: string }[]] = [[], []];
  let socket: Duplex | undefined;
  const server = createServer((request, response) => {
    tokens.push(request.headers.authorization ?? '');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ok: true, url: `ws://127.0.0.1:${portOf(server)}/link` }));
  });
  server.on('upgrade', (request, duplex) => {
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}${GUID}`)
      .digest('base64');
    duplex.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    duplex.on('data', (frame: Buffer) => {
      const text = unmasked(frame);
      if (text !== undefined) answers.push(JSON.parse(text));
    });
    duplex.on('error', () => undefined);
    socket = duplex;
    duplex.write(
      frameOf({ type: 'hello', num_connections: 1, connection_info: { app_id: 'A0COUNTERSIGN' } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...{ apiUrl: `http://127.0.0.1:${portOf(server)}/api/`, tokens, answers },
    send: (envelope) => void socket?.write(frameOf(envelope)),
    close: () =>
      new Promise((resolve) => {
        socket?.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** One unmasked text frame (RFC 6455 §5.2), long enough for any interaction of the tests. */
function frameOf(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  const head =
    body.length < 126
      ? Buffer.from([0x81, body.length])
      : Buffer.from([0x81, 126, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([head, body]);
}

/** The text of one masked frame of a client; undefined for pings, closes and the like. */
function unmasked(frame: Buffer): string | undefined {
  if ((frame[0] ?? 0) !== 0x81) return undefined;
  const short = (frame[1] ?? 0) & 0x7f;
  const at = short === 126 ? 4 : 2;
  const length = short === 126 ? frame.readUInt16BE(2) : short;
  const mask = frame.subarray(at, at + 4);
  const body = frame.subarray(at + 4, at + 4 + length);
  return Buffer.from(body.map((byte, index) => byte ^ (mask[index % 4] ?? 0))).toString();
}
