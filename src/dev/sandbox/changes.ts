/** `GET /api/changes`: says `change` to every open page whenever the Slack workspace changed. */
import type { FastifyReply } from 'fastify';
import { CountersignError } from '../../domain/errors.ts';

const PAGES_MAX = 32;
const HEARTBEAT_MS = 15_000;
/** Changes within this time are said once: one card render makes several. */
const GATHER_MS = 25;

/** The open event streams of one sandbox. */
export interface ChangeStreams {
  /** Keeps `reply` open as an event stream. Throws `unavailable` when too many pages are open. */
  open(reply: FastifyReply): void;
  close(): void;
}

/** Starts listening; `close` ends all streams and stops listening. */
export function changeStreams(onChange: (listener: () => void) => () => void): ChangeStreams {
  const open = new Set<FastifyReply>();
  const say = (text: string): void => {
    for (const reply of open) reply.raw.write(text);
  };
  let gathering: NodeJS.Timeout | undefined;
  const unsubscribe = onChange(() => {
    gathering ??= setTimeout(() => {
      gathering = undefined;
      say('event: change\ndata: change\n\n');
    }, GATHER_MS);
  });
  const heartbeat = setInterval(() => say(': still here\n\n'), HEARTBEAT_MS);
  heartbeat.unref();

  return {
    open(reply) {
      if (open.size >= PAGES_MAX) {
        throw new CountersignError(
          'unavailable',
          `Cannot follow changes: ${PAGES_MAX} pages are open already`,
        );
      }
      startStream(reply);
      open.add(reply);
      reply.raw.once('close', () => open.delete(reply));
    },
    close() {
      unsubscribe();
      clearInterval(heartbeat);
      clearTimeout(gathering);
      for (const reply of open) reply.raw.end();
      open.clear();
    },
  };
}

function startStream(reply: FastifyReply): void {
  const headers = Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
  reply.hijack();
  // A page that went away mid-write is no failure of ours; 'close' follows and forgets it.
  reply.raw.on('error', () => reply.raw.destroy());
  reply.raw.writeHead(200, { ...Object.fromEntries(headers), 'content-type': 'text/event-stream' });
  reply.raw.write('retry: 1000\n\n');
}
