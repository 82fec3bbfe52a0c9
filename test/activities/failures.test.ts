import { CancelledFailure, DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { DefaultLogger, type LogEntry } from '@temporalio/worker';
import { describe, expect, test } from 'vitest';
import { sorted } from '../../activities/failures.ts';
import { CountersignError, type ErrorCode } from '../../src/domain/errors.ts';
import { OutsideError } from '../../src/domain/retry.ts';
import { inActivity } from './in-activity.ts';

const INSIDE = 'postgres://countersign:hunter2@db.internal';
const inside = new Error(`connect failed: ${INSIDE}`);

/** What an activity that throws `error` ends with, and what it logs. */
async function failureOf(error: unknown) {
  const logged: LogEntry[] = [];
  const logger = new DefaultLogger('ERROR', (entry) => logged.push(entry));
  const failing = sorted(() => Promise.reject(error));
  const failure = await inActivity(failing, undefined, { logger }).catch((thrown: unknown) => thrown);
  const written = new DefaultFailureConverter().errorToFailure(failure, defaultPayloadConverter);
  return { failure, written: JSON.stringify(written), logged };
}

const code = (name: ErrorCode, nonRetryable: boolean) => ({
  title: `"${name}" of ours`,
  error: new CountersignError(name, 'Cannot do it: for a reason', { cause: inside }),
  expected: { type: name, nonRetryable, message: 'Cannot do it: for a reason' },
});

const outside = (kind: OutsideError['kind'], nonRetryable: boolean) => ({
  title: `"${kind}" of a vendor`,
  error: new OutsideError(kind, 'Cannot refund: Stripe answered 500', { cause: inside }),
  expected: { type: `outside-${kind}`, nonRetryable, message: 'Cannot refund: Stripe answered 500' },
});

const FAILURES: readonly { title: string; error: unknown; expected: object }[] = [
  outside('retryable', false),
  outside('unknown', false),
  outside('final', true),
  code('unavailable', false),
  code('internal', false),
  code('misconfigured', true),
  code('unauthenticated', true),
  code('unknown-tool', true),
  code('unknown-field', true),
  code('invalid-field', true),
  code('not-found', true),
  {
    title: 'an error nobody foresaw',
    error: inside,
    expected: { type: 'internal', nonRetryable: false, message: 'Something broke inside Countersign' },
  },
  {
    title: 'something that is no error',
    error: INSIDE,
    expected: { type: 'internal', nonRetryable: false, message: 'Something broke inside Countersign' },
  },
];

describe('sorted() activities', () => {
  test.each(FAILURES)(
    'fail as wanted on $title and show nothing of its inside',
    async ({ error, expected }) => {
      const { failure, written } = await failureOf(error);
      expect(failure).toMatchObject(expected);
      expect(written).not.toContain('hunter2');
      expect(written).not.toContain('connect failed');
    },
  );

  test('log what nobody foresaw, because the failure does not carry it', async () => {
    const { logged } = await failureOf(inside);
    expect(logged).toMatchObject([{ level: 'ERROR', meta: { error: inside } }]);
  });

  test('log nothing of their own for failures that were sorted before', async () => {
    const { logged } = await failureOf(new OutsideError('final', 'Cannot refund: Stripe answered 400'));
    expect(logged).toEqual([]);
  });

  test('hand on how long a vendor wants to be left alone', async () => {
    const { failure } = await failureOf(
      new OutsideError('retryable', 'Cannot comment: GitHub answered 429', { retryAfterMs: 7_000 }),
    );
    expect(failure).toMatchObject({ nextRetryDelay: 7_000, nonRetryable: false });
  });

  test('leave a cancellation what it is', async () => {
    const cancelled = new CancelledFailure('CANCELLED');
    expect((await failureOf(cancelled)).failure).toBe(cancelled);
  });

  test('hand on what the activity answers', async () => {
    expect(
      await inActivity(
        sorted(async (text: string) => text.length),
        'four',
      ),
    ).toBe(4);
  });
});
