import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { createShutdown, EXIT, type ShutdownOptions } from '../../src/process/shutdown.ts';

/** A shutdown whose process is an event emitter, with what happened in order. */
function stage(options: Partial<ShutdownOptions> = {}) {
  const signals = new EventEmitter();
  const happened: string[] = [];
  let now = 0;
  const shutdown = createShutdown({
    log: pino({ level: 'silent' }),
    signals: signals as unknown as NonNullable<ShutdownOptions['signals']>,
    exit: (code) => happened.push(`exit ${code}`),
    clock: () => now,
    ...options,
  });
  const opened = (name: string) =>
    shutdown.closing(name, async () => {
      await Promise.resolve();
      happened.push(name);
    });
  const press = (signal = 'SIGINT') => signals.emit(signal, signal);
  return { shutdown, happened, opened, press, signals, pass: (ms: number) => (now += ms) };
}

const exited = (happened: readonly string[]) =>
  vi.waitFor(() => expect(happened.filter((line) => line.startsWith('exit'))).toHaveLength(1));

describe('createShutdown()', () => {
  it.each(['SIGINT', 'SIGTERM'])(
    'createShutdown() closes the latest first on %s, each after the other, and exits clean',
    async (signal) => {
      const { happened, opened, press } = stage();
      for (const name of ['server', 'connection', 'worker', 'door']) opened(name);
      press(signal);
      await exited(happened);
      expect(happened).toEqual(['door', 'worker', 'connection', 'server', 'exit 0']);
    },
  );

  it('createShutdown() takes the two signals of one Ctrl-C under npm as one', async () => {
    const { happened, opened, press, pass } = stage();
    opened('door');
    press();
    pass(50);
    press();
    await exited(happened);
    expect(happened).toEqual(['door', 'exit 0']);
  });

  it('createShutdown() does not wait after a second Ctrl-C', () => {
    const { shutdown, happened, press, pass } = stage();
    shutdown.closing('stuck', () => new Promise(() => undefined));
    press();
    pass(1_500);
    press();
    expect(happened).toEqual([`exit ${EXIT.forced}`]);
  });

  it('createShutdown() closes the others when one fails, and exits as failed', async () => {
    const { shutdown, happened, opened, press } = stage();
    opened('server');
    shutdown.closing('broken', () => Promise.reject(new Error('no')));
    shutdown.closing('broken at once', () => {
      throw new Error('no');
    });
    opened('door');
    press();
    await exited(happened);
    expect(happened).toEqual(['door', 'server', `exit ${EXIT.failed}`]);
  });

  it('createShutdown() gives up on what takes longer than the bound, and still tries the rest', async () => {
    const { shutdown, happened, opened, press } = stage({ boundMs: 30, clock: Date.now });
    opened('server');
    shutdown.closing('stuck', () => new Promise(() => undefined));
    press();
    await exited(happened);
    expect(happened).toContain(`exit ${EXIT.failed}`);
  });

  it('end() exits with the code it was given, once, however often it is called', async () => {
    const { shutdown, happened, opened } = stage();
    opened('door');
    await Promise.all([shutdown.end('the server died', EXIT.failed), shutdown.end('again')]);
    expect(happened).toEqual(['door', `exit ${EXIT.failed}`]);
    expect(shutdown.signal.aborted).toBe(true);
    expect(shutdown.signal.reason).toBe('the server died');
  });

  it('closing() closes at once what is opened after the end began', async () => {
    const { shutdown, happened, opened } = stage();
    const ended = shutdown.end('over');
    opened('late door');
    await ended;
    expect(happened).toContain('late door');
  });

  it('createShutdown() takes its listeners off the process', async () => {
    const { shutdown, signals } = stage();
    expect(signals.listenerCount('SIGINT')).toBe(1);
    await shutdown.end('over');
    expect(signals.listenerCount('SIGINT') + signals.listenerCount('SIGTERM')).toBe(0);
  });
});
