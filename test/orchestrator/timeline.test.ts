/** Timelines of the recorded histories, as people read them. Names are those of `test/workflows`' played activities. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultPayloadConverter } from '@temporalio/common';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import type { temporal } from '@temporalio/proto';
import { describe, expect, test } from 'vitest';
import { timelineFrom } from '../../src/orchestrator/timeline.ts';

const FOLDER = join(import.meta.dirname, '..', 'histories');
const NAMES = (await readdir(FOLDER)).map((name) => name.replace('.json', ''));

async function eventsOf(name: string) {
  const text = await readFile(join(FOLDER, `${name}.json`), 'utf8');
  return historyFromJSON(JSON.parse(text)).events ?? [];
}

/** Left out of the tables: how often the card is drawn is the messenger's business. */
const DRAWN = /^(Card shown|Said in the thread|Sent a message)/;

const STORIES: Readonly<Record<string, readonly string[]>> = {
  read: [
    'asked: test-agent asked for 1 step',
    'judged: Judged: allow (rule)',
    'ran: Ran: test.tool',
    'closed: Closed as executed: The step ran.',
  ],
  write: [
    'asked: test-agent asked for 1 step',
    'judged: Judged: allow (rule)',
    'ran: Ran step 1: test.tool',
    'closed: Closed as executed: The step ran.',
  ],
  notified: [
    'asked: test-agent asked for 1 step',
    'judged: Judged: notify (rule)',
    'card: Announced to the channel policy names',
    'ran: Ran step 1: test.tool',
    'closed: Closed as executed: The step ran.',
  ],
  denied: [
    'asked: test-agent asked for 2 steps',
    'judged: Judged: deny (rule)',
    'closed: Closed as denied: The rule for test.tool.',
  ],
  halted: [
    'asked: test-agent asked for 2 steps',
    'judged: Judged: allow (rule)',
    'ran: Ran step 1: test.tool',
    'problem: Did not run step 2: Halted by olga: audit',
    'closed: Closed as halted: Halted by olga: audit',
  ],
  'broken-glass': [
    'asked: test-agent asked for 1 step',
    'judged: Judged: approve (rule)',
    'card: Looked at the targets for version 1 of the plan',
    'waiting: Looked who may decide',
    'decision: A signed decision arrived',
    'decision: lead-1 said approve (0 of 2)',
    'decision: A signed decision arrived',
    'decision: lead-2 said approve (0 of 2)',
    'ran: Ran step 1: test.tool',
    'card: Announced to the channel policy names',
    'closed: Closed as executed: The step ran.',
  ],
  'nobody-left': [
    'asked: test-agent asked for 2 steps',
    'judged: Judged: approve (rule)',
    'ran: Ran step 1: test.tool',
    'card: Looked at the targets for version 1 of the plan',
    'problem: Too few people are left who could decide',
    'card: Announced to the channel policy names',
    'undone: Undo of step 1 (test.tool): It was taken back.',
    'closed: Closed as expired: Too few people are left who could approve this: 1 of board are needed. Operators were told.',
  ],
  questioned: [
    'asked: test-agent asked for 1 step',
    'judged: Judged: approve (rule)',
    'card: Looked at the targets for version 1 of the plan',
    'question: A signed question arrived',
    'question: platform-1 asked the agent a question',
    'question: The agent answered a question',
    'decision: A signed decision arrived',
    'decision: platform-1 said approve (1 of 1)',
    'ran: Ran step 1: test.tool',
    'closed: Closed as executed: The step ran.',
  ],
  staged: [
    'asked: test-agent asked for 1 step',
    'judged: Judged: approve (rule)',
    'card: Looked at the targets for version 1 of the plan',
    'waiting: Looked who may decide',
    'waiting: The wait until people are reminded is over',
    'waiting: Looked who may decide',
    'waiting: The wait until the next group is asked is over',
    'waiting: Looked who may decide',
    'waiting: The wait until people are reminded is over',
    'waiting: Looked who may decide',
    'waiting: The wait until the request expires is over',
    'closed: Closed as expired: Only 0 of 1 needed from platform and leads answered in time.',
  ],
  amended: [
    'asked: test-agent asked for 2 steps',
    'judged: Judged: approve (rule)',
    'card: Looked at the targets for version 1 of the plan',
    'decision: A signed decision arrived',
    'decision: platform-2 said approve (1 of 2)',
    'decision: A signed edit arrived',
    'decision: platform-1 edited step 1 (edit): The other one',
    'card: Looked at the targets for version 2 of the plan',
    'decision: A signed decision arrived',
    'decision: platform-2 said approve (1 of 2)',
    'decision: A signed decision arrived',
    'decision: platform-3 said approve (2 of 2)',
    'ran: Ran step 1: test.tool',
    'ran: Ran step 2: test.tool',
    'closed: Closed as executed: All 2 steps ran, step 1 as platform-1 edited it.',
  ],
  approved: [
    'asked: test-agent asked for 3 steps',
    'judged: Judged: approve (rule)',
    'ran: Ran step 1: test.tool',
    'card: Looked at the targets for version 1 of the plan',
    'decision: A signed decision arrived',
    'decision: platform-1 said approve (1 of 1)',
    'ran: Ran step 2: test.tool',
    'ran: Ran step 3: test.tool',
    'closed: Closed as executed: All 3 steps ran.',
  ],
  rejected: [
    'asked: test-agent asked for 2 steps',
    'judged: Judged: approve (rule)',
    'ran: Ran step 1: test.tool',
    'card: Looked at the targets for version 1 of the plan',
    'decision: A signed decision arrived',
    'decision: platform-1 said approve (1 of 2)',
    'decision: A signed decision arrived',
    'decision: platform-2 said deny (1 of 2)',
    'undone: Undo of step 1 (test.tool): It was taken back.',
    'closed: Closed as rejected: platform-2 said no: Not on a Friday',
  ],
  expired: [
    'asked: test-agent asked for 1 step',
    'judged: Judged: approve (rule)',
    'card: Looked at the targets for version 1 of the plan',
    'waiting: The wait until people are reminded is over',
    'waiting: The wait until the next group is asked is over',
    'waiting: The wait until the request expires is over',
    'closed: Closed as expired: Only 0 of 1 needed from platform and leads answered in time.',
  ],
  cancelled: [
    'asked: test-agent asked for 2 steps',
    'judged: Judged: approve (rule)',
    'ran: Ran step 1: test.tool',
    'card: Looked at the targets for version 1 of the plan',
    'problem: Asked to cancel',
    'undone: Undo of step 1 (test.tool): It was taken back.',
    'closed: Closed as cancelled: The request was cancelled.',
  ],
  drifted: [
    'asked: test-agent asked for 1 step',
    'judged: Judged: approve (rule)',
    'card: Looked at the targets for version 1 of the plan',
    'decision: A signed decision arrived',
    'decision: platform-1 said approve (1 of 1)',
    'problem: Did not run step 1: It moved',
    'card: Looked at the targets for version 2 of the plan',
    'decision: A signed decision arrived',
    'problem: Refused a decision: Refused: wrong-version',
    'card: Told platform-1 privately',
    'decision: A signed decision arrived',
    'decision: platform-1 said approve (1 of 1)',
    'ran: Ran step 1: test.tool',
    'closed: Closed as executed: The step ran.',
  ],
  withheld: [
    'asked: test-agent asked for 2 steps',
    'judged: Judged: allow (rule)',
    'ran: Ran: test.tool, 2 fields of the result withheld',
    'ran: Ran step 2: test.tool, 1 field of the result withheld',
    'closed: Closed as executed: All 2 steps ran.',
  ],
  'policy-changed': [
    'asked: test-agent asked for 1 step',
    'judged: Judged: approve (rule)',
    'card: Looked at the targets for version 1 of the plan',
    'decision: A signed decision arrived',
    'decision: platform-1 said approve (1 of 1)',
    'problem: Did not run step 1: Policy changed (p-test → p-2): rule "ask-leads" now asks for 1 of leads.',
    'card: Looked at the targets for version 2 of the plan',
    'decision: A signed decision arrived',
    'decision: platform-1 said approve (1 of 2)',
    'decision: A signed decision arrived',
    'decision: leads-1 said approve (2 of 2)',
    'ran: Ran step 1: test.tool',
    'closed: Closed as executed: The step ran.',
  ],
  'read-failed': [
    'asked: test-agent asked for 2 steps',
    'judged: Judged: allow (rule)',
    'ran: Ran step 1: test.tool',
    'problem: Could not run a step: The vendor does not answer',
    'undone: Undo of step 1 (test.tool): It was taken back.',
    'closed: Closed as rolled_back: The vendor does not answer',
  ],
  'rolled-back': [
    'asked: test-agent asked for 4 steps',
    'judged: Judged: allow (rule)',
    'ran: Ran step 1: test.tool',
    'ran: Ran: test.tool',
    'ran: Ran step 3: test.tool',
    'problem: Could not run step 4: The vendor said no',
    'undone: Undo of step 4 (test.tool): It was taken back.',
    'undone: Undo of step 3 (test.tool): It was taken back.',
    'undone: Undo of step 1 (test.tool): It was taken back.',
    'closed: Closed as rolled_back: The vendor said no',
  ],
  'rollback-failed': [
    'asked: test-agent asked for 3 steps',
    'judged: Judged: allow (rule)',
    'ran: Ran step 1: test.tool',
    'ran: Ran step 2: test.tool',
    'problem: Could not run step 3: No',
    'undone: Undo of step 3 (test.tool)',
    'problem: Undo of step 2 (test.tool): Refund cannot be undone.',
    'undone: Undo of step 1 (test.tool): It was taken back.',
    'closed: Closed as rollback_failed: No',
  ],
};

describe('timelineFrom()', () => {
  test.each(Object.entries(STORIES))('tells the story of %s', async (name, story) => {
    const told = timelineFrom(await eventsOf(name)).filter(({ text }) => !DRAWN.test(text));
    expect(told.map(({ kind, text }) => `${kind}: ${text}`)).toEqual(story);
  });

  test('has every recorded history in the tables', () => {
    expect(Object.keys(STORIES).toSorted()).toEqual(NAMES.toSorted());
  });

  test.each(NAMES)('names real events of %s, in order, with readable times and texts', async (name) => {
    const events = await eventsOf(name);
    const ids = events.map(({ eventId }) => Number(eventId));
    const lines = timelineFrom(events);
    const last = lines.map((line) => line.events.at(-1) ?? 0);
    expect(last).toEqual(last.toSorted((a, b) => a - b));
    expect(new Set(last).size).toBe(lines.length);
    expect(lines.map(({ at }) => at)).toEqual(lines.map(({ at }) => at).toSorted());
    for (const line of lines) {
      expect(ids).toEqual(expect.arrayContaining([...line.events]));
      expect(line.at).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(line.text).toMatch(/^\S.*[^\s:]$/);
      expect(line.text).not.toMatch(/undefined|\[object|NaN|null/);
    }
  });

  test.each(NAMES)('tells %s up to wherever it has got to', async (name) => {
    const events = await eventsOf(name);
    const whole = timelineFrom(events);
    for (const [end] of events.entries()) {
      const told = timelineFrom(events.slice(0, end));
      expect(whole.slice(0, told.length)).toEqual(told);
    }
  });
});

type Event = temporal.api.history.v1.IHistoryEvent;

const payloads = (value: unknown) => ({ payloads: [defaultPayloadConverter.toPayload(value) ?? {}] });

/** An activity that was scheduled with `input` and ended badly. */
const failing = (name: string, input: object, message?: string): readonly Event[] => [
  { activityTaskScheduledEventAttributes: { activityType: { name }, input: payloads(input) } },
  message === undefined
    ? { activityTaskTimedOutEventAttributes: { failure: null } }
    : { activityTaskFailedEventAttributes: { failure: { message } } },
];

describe('timelineFrom(), where no recorded history leads,', () => {
  test.each([
    { event: failing('execute', { step: 1 }, 'Cannot refund'), text: 'Could not run step 2: Cannot refund' },
    { event: failing('execute', { step: 0 }), text: 'Could not run step 1: out of time' },
    { event: failing('undo', { step: 0 }, 'It was sent'), text: 'Could not undo step 1: It was sent' },
    {
      event: failing('prepare', { version: 1 }, 'It does not exist'),
      text: 'Could not look at the targets: It does not exist',
    },
    { event: failing('showCard', {}, 'Slack is down'), text: 'Could not show the card: Slack is down' },
    { event: failing('somethingNew', {}, 'why'), text: 'somethingNew failed: why' },
  ])('says "$text"', ({ event: [scheduled, ended], text }) => {
    const at = { eventTime: { seconds: 1 as never, nanos: 0 } };
    const attributes = (ended?.activityTaskFailedEventAttributes ??
      ended?.activityTaskTimedOutEventAttributes) as {
      scheduledEventId?: unknown;
    };
    attributes.scheduledEventId = 5;
    const events = [
      { ...scheduled, ...at, eventId: 5 as never },
      { ...ended, ...at, eventId: 6 as never },
    ];
    expect(timelineFrom(events).map((line) => [line.kind, line.text, line.events])).toEqual([
      ['problem', text, [5, 6]],
    ]);
  });

  test('survives payloads that it cannot read', async () => {
    const events = await eventsOf('approved');
    const broken = JSON.parse(
      JSON.stringify(
        events.map((event) => ({ ...event, eventId: Number(event.eventId) })),
        (key, value) => (key === 'payloads' ? [{ metadata: { encoding: 'unknown' }, data: 'x' }] : value),
      ),
    ) as Event[];
    expect(() => timelineFrom(broken)).not.toThrow();
    expect(timelineFrom(broken).map(({ kind }) => kind)).toContain('asked');
  });

  test('tells of an operator who terminated, and of a story that broke', () => {
    const events: Event[] = [
      { eventId: 1 as never, workflowExecutionTerminatedEventAttributes: {} },
      { eventId: 2 as never, workflowExecutionFailedEventAttributes: { failure: { message: 'a bug' } } },
    ];
    expect(timelineFrom(events).map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'problem: Terminated by an operator; nothing was undone',
      'problem: Broke: a bug',
    ]);
  });

  test('is empty for an empty history', () => {
    expect(timelineFrom([])).toEqual([]);
  });
});
