import { NativeConnection, Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { freePort } from '../../src/dev/temporal-server/free-port.ts';
import { installRuntime } from '../../src/process/telemetry.ts';
import { testServerAddress } from '../support/temporal.ts';

describe('installRuntime()', () => {
  it("installRuntime() forwards the SDK's warnings, drops its chatter, serves metrics and leaves signals alone", async () => {
    const lines: string[] = [];
    const log = pino({ level: 'trace' }, { write: (line) => lines.push(line) });
    const metricsAddress = `127.0.0.1:${await freePort('127.0.0.1')}`;
    const listeners = process.listenerCount('SIGINT');
    installRuntime({ log, metricsAddress });

    const { logger } = Runtime.instance();
    logger.info('chatter');
    logger.warn('look here', { taskQueue: 'q', error: new Error('cause') });
    await vi.waitFor(() => expect(lines.join('')).toContain('look here'));
    expect(lines.join('')).not.toContain('chatter');
    const entry = JSON.parse(lines.find((line) => line.includes('look here')) ?? '');
    expect(entry).toMatchObject({ level: 40, part: 'temporal', taskQueue: 'q', err: { message: 'cause' } });

    const connection = await NativeConnection.connect({ address: await testServerAddress() });
    const metrics = await (await fetch(`http://${metricsAddress}/metrics`)).text();
    expect(metrics).toContain('temporal_request');
    await connection.close();
    expect(process.listenerCount('SIGINT')).toBe(listeners);
  });
});
