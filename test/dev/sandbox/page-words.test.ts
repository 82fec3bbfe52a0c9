/** The page's pure parts: dates, forms, bodies, and what it reads in a snapshot. */
import type { AnyBlock } from '@slack/types';
import { describe, expect, it } from 'vitest';
import { checkBody } from '../../../src/dev/pages/ask/body-check.ts';
import { collectValues } from '../../../src/dev/pages/blocks/form-values.ts';
import { dayName, slackDate } from '../../../src/dev/pages/blocks/slack-date.ts';
import { askedBy, everybody, requestOf, threadsOf } from '../../../src/dev/pages/slack/workspace-words.ts';
import { timeLeft } from '../../../src/dev/pages/ui/span.ts';
import type { SlackMessage } from '../../../src/dev/slack-emulator/contract.ts';
import { denyModal, exampleCard, REQUEST_ID, waitingRequest } from './example-card.ts';
import { USERS, WORLD } from './example-world.ts';

const AT = Date.UTC(2026, 10, 21, 23, 30) / 1000;
const berlin = { timeZone: 'Europe/Berlin', now: new Date('2026-11-21T12:00:00Z') };

describe('slackDate()', () => {
  it.each([
    ['{date_num} {time_secs}', '2026-11-22 00:30:00'],
    ['{date_short} at {time}', 'Nov 22, 2026 at 00:30'],
    ['{date_pretty}', 'tomorrow'],
    ['{date_long}', 'Sunday, November 22, 2026'],
    ['{ago}', 'in 11 hours'],
    ['no token', 'no token'],
  ])('fills %j in the time zone of the reader', (format, wanted) => {
    expect(slackDate(AT, format, berlin)).toBe(wanted);
  });

  it.each(['{unknown}', '{date} {oops}'])('gives way to the fallback for %j', (format) => {
    expect(slackDate(AT, format, berlin)).toBeUndefined();
  });

  it('gives way to the fallback for a time that is none', () => {
    expect(slackDate(1e15, '{date}', berlin)).toBeUndefined();
  });
});

describe('dayName()', () => {
  it.each([
    ['2026-11-21T22:59:00Z', 'Today'],
    ['2026-11-21T23:01:00Z', 'Tomorrow'],
    ['2026-11-20T12:00:00Z', 'Yesterday'],
    ['2026-11-18T12:00:00Z', 'Wednesday, November 18, 2026'],
  ])('names the day of %s', (at, wanted) => {
    expect(dayName(new Date(at), berlin)).toBe(wanted);
  });
});

describe('timeLeft()', () => {
  const now = new Date('2026-11-21T12:00:00Z');
  it.each([
    [-5, '0 s'],
    [59, '59 s'],
    [3599, '59 min'],
    [14_399, '3 h 59 min'],
    [259_200, '3 days'],
  ])('says %d seconds in words', (seconds, wanted) => {
    expect(timeLeft(new Date(now.getTime() + seconds * 1000), now)).toBe(wanted);
  });
});

describe('checkBody()', () => {
  it.each([
    ['', 'Write a request, or choose a prepared one.'],
    ['[]', /JSON object is wanted/],
    ['{"a": }', /^Not JSON: Unexpected token '}'/],
    ['{\n  "a": 1', /^Not JSON: .*line 2, column 9/],
  ])('refuses %j', (text, problem) => {
    const checked = checkBody(text);
    expect(checked.ok).toBe(false);
    expect(checked.ok ? '' : checked.problem).toMatch(problem);
  });

  it.each([
    [{ tool: 'a.b', args: {}, reason: 'r' }, []],
    [{ steps: [{ tool: 'a.b', args: {} }], reason: 'r' }, []],
    [{ tool: 'a.b', args: {} }, ['“reason” is missing']],
    [{ reason: 'r' }, ['“tool” with “args”, or “steps”, is missing']],
    [
      { tool: 'a.b', args: {}, steps: [], reason: 'r' },
      ['either “tool” or “steps”, not both', '“steps” has 0 entries: 1 to 20 wanted'],
    ],
    [{ steps: 7, reason: 'r' }, ['“steps” is no list']],
    [
      { steps: [{ args: {} }, { tool: 'a.b' }], reason: 'r' },
      ['step 1 names no “tool”', 'step 2 has no “args” object'],
    ],
  ])('lets %j be sent and says what the door may refuse', (request, doubts) => {
    expect(checkBody(JSON.stringify(request))).toEqual({ ok: true, request, doubts });
  });
});

describe('collectValues()', () => {
  it('takes what was typed, else what the field started with', () => {
    const blocks: AnyBlock[] = [
      ...denyModal().blocks,
      {
        type: 'input',
        block_id: 'ticks',
        label: { type: 'plain_text', text: 'Ticks' },
        element: {
          type: 'checkboxes',
          action_id: 'all',
          options: [],
          initial_options: ['a', 'b'].map((value) => ({ text: { type: 'plain_text', text: value }, value })),
        },
      } as AnyBlock,
    ];
    expect(collectValues(blocks, { reason: { text: 'No' } })).toEqual({
      reason: { text: 'No' },
      again: { choice: '' },
      ticks: { all: 'a,b' },
    });
  });
});

describe('workspace words', () => {
  const message = (ts: string, more: Partial<SlackMessage> = {}): SlackMessage => ({
    channel: 'C0APPROVALS',
    ts,
    author: { id: 'U0COUNTERSIGN', name: 'Countersign', bot: true },
    text: ts,
    blocks: [],
    edited: false,
    ...more,
  });

  it('threadsOf() puts answers beneath what they answer, oldest first, and keeps orphans', () => {
    const threads = threadsOf([
      message('3.0', { threadTs: '1.0' }),
      message('1.0', { threadTs: '1.0' }),
      message('2.0', { threadTs: '1.0' }),
      message('4.0', { threadTs: '0.5' }),
    ]);
    expect(threads.map(({ parent, replies }) => [parent.ts, ...replies.map(({ ts }) => ts)])).toEqual([
      ['1.0', '2.0', '3.0'],
      ['4.0'],
    ]);
  });

  it('requestOf() reads the pointer in the blocks, or the metadata, or nothing', () => {
    expect(requestOf(message('1.0', { blocks: exampleCard() }))).toBe(REQUEST_ID);
    const metadata = { event_type: 'countersign_card', event_payload: { request: 'req_9', version: 1 } };
    expect(requestOf(message('1.0', { metadata }))).toBe('req_9');
    expect(requestOf(message('1.0'))).toBeUndefined();
  });

  it('everybody() names groups, owned agents, people who left and guests', () => {
    const roles = Object.fromEntries(everybody(WORLD, USERS).map(({ slackUser, role }) => [slackUser, role]));
    expect(roles).toMatchObject({
      U0DANA: 'platform · owner of release-agent',
      U0IVAN: 'platform · left',
      U0GUEST: 'guest · not in the directory',
    });
    expect(roles).not.toHaveProperty('U0COUNTERSIGN');
  });

  it('askedBy() leaves out the owner of the agent and people who left', () => {
    expect(askedBy(waitingRequest(), WORLD, USERS)).toEqual(['U0ALICE', 'U0BOB']);
    expect(askedBy(undefined, WORLD, USERS)).toEqual([]);
  });
});
