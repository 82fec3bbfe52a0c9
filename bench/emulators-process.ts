/**
 * A process of its own with the vendors' and Slack's emulators: others' work, which must not count as ours. It sends
 * where they are, answers any message with what Slack's emulator counted, and ends with its parent.
 */
import { startEmulators } from '../src/dev/emulators/start-emulators.ts';
import { sandboxSlack } from '../src/main/embedded-slack.ts';
import { openInstallation } from '../src/main/installation.ts';
import type { SlackAccess } from '../src/main/slack-access.ts';
import type { VendorSettings } from '../src/tools/vendors.ts';

export interface Outside {
  readonly vendors: VendorSettings;
  readonly slack: SlackAccess;
}

/** `strict`: Slack's limits hold. */
const [configFolder = '', dataFolder = '', strict = ''] = process.argv.slice(2);
const { organisation } = await openInstallation(configFolder);
const emulators = await startEmulators({ dataDir: dataFolder });
// Nobody clicks: the bench hands signed decisions to the orchestrator itself.
const { emulator, ...slack } = await sandboxSlack(organisation, {
  dataFolder,
  boltUrl: () => 'http://127.0.0.1:9/slack/events',
  strict: strict === 'strict',
});
process.on('message', () => process.send?.(emulator.traffic()));
process.on('disconnect', async () => {
  await Promise.all([emulators.close(), emulator.close()]);
  process.exit(0);
});
process.send?.({ vendors: emulators.settings, slack } satisfies Outside);
