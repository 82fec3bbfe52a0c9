import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';

/** Runs one activity in a real activity context, silent below errors. */
interface Surroundings {
  readonly attempt?: number;
  readonly logger?: DefaultLogger;
}

export function inActivity<Input, Output>(
  activity: (input: Input) => Promise<Output>,
  input: Input,
  { logger = new DefaultLogger('ERROR', () => undefined), ...info }: Surroundings = {},
): Promise<Output> {
  const timely = { startToCloseTimeoutMs: 30_000, ...info };
  return new MockActivityEnvironment(timely, { logger }).run(activity, input);
}
