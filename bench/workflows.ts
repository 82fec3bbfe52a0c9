/** What Countersign is measured against: workflows with one activity and nothing else. Bundled for themselves. */
import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import type { BareActivities } from './bare-activities.ts';
import { GO_SIGNAL } from './messages.ts';

const activities = proxyActivities<BareActivities>({ startToCloseTimeout: 30_000 });
const go = defineSignal(GO_SIGNAL);

/** One activity that does nothing. */
export async function bare(): Promise<void> {
  await activities.nothing();
}

/** One activity that makes the vendor call a tool makes. */
export async function bareCall(...call: Parameters<BareActivities['callVendor']>): Promise<unknown> {
  return activities.callVendor(...call);
}

/** Waits for a signal, then one activity that does nothing. */
export async function bareSignal(): Promise<void> {
  await signalled();
  await activities.nothing();
}

/** Waits for a signal, then makes the vendor call a tool makes. */
export async function bareSignalCall(...call: Parameters<BareActivities['callVendor']>): Promise<unknown> {
  await signalled();
  return activities.callVendor(...call);
}

async function signalled(): Promise<void> {
  let arrived = false;
  setHandler(go, () => {
    arrived = true;
  });
  await condition(() => arrived);
}
