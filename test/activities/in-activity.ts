import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';

/** Runs one activity in a real activity context, silent below errors. */
export function inActivity<Input, Output>(
  activity: (input: Input) => Promise<Output>,
  input: Input,
  logger = new DefaultLogger('ERROR', () => undefined),
): Promise<Output> {
  return new MockActivityEnvironment({}, { logger }).run(activity, input);
}
