import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, test } from 'vitest';
import { testTemporal } from '../support/temporal.ts';

const FOLDER = join(import.meta.dirname, '..', 'histories');
const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json'));

interface RecordedEvent {
  readonly eventType: string;
}
interface Recorded {
  events: RecordedEvent[];
}

async function recorded(name: string): Promise<Recorded> {
  return JSON.parse(await readFile(join(FOLDER, name), 'utf8')) as Recorded;
}

describe('the Request workflow', () => {
  let workflowBundle: Awaited<ReturnType<typeof testTemporal>>['bundle'];
  beforeAll(async () => {
    ({ bundle: workflowBundle } = await testTemporal());
  });

  test.each(names)('replays the recorded history %s', async (name) => {
    await Worker.runReplayHistory({ workflowBundle }, await recorded(name), name);
  });

  test('has a recorded history for every way a request can go', () => {
    const wanted = [
      'amended',
      'approved',
      'cancelled',
      'denied',
      'drifted',
      'expired',
      'read',
      'rejected',
      'rolled-back',
      'write',
    ];
    expect(names.map((name) => name.replace('.json', ''))).toEqual(expect.arrayContaining(wanted));
  });

  test('refuses a history that its story did not write', async () => {
    const history = await recorded('approved.json');
    const cut = history.events.findIndex(({ eventType }) => eventType === 'EVENT_TYPE_MARKER_RECORDED');
    const marker = history.events[cut] as unknown as {
      markerRecordedEventAttributes: { markerName: string };
    };
    marker.markerRecordedEventAttributes.markerName = 'another';
    await expect(Worker.runReplayHistory({ workflowBundle }, history, 'cut')).rejects.toThrow();
  });
});
