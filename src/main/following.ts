/** What a process is told while it runs: policies and keys that changed, and those that are wrong and changed nothing. */
import type { Loggers } from '../process/logger.ts';
import type { Settings } from '../process/settings.ts';
import type { KeyAlarm } from './fresh-files.ts';
import type { InstallationOptions } from './installation.ts';

/** How this process opens its installation. A refused policy is an alarm in the security log. */
export function installationOptions(
  { environment, shadowPolicyFolder }: Pick<Settings, 'environment' | 'shadowPolicyFolder'>,
  { log, security }: Loggers,
): InstallationOptions {
  return {
    environment,
    shadowFolder: shadowPolicyFolder,
    news: {
      loaded: (which, { version }) => log.info({ version }, `a changed ${which} is in force`),
      refused: (which, problems) =>
        security.error({ problems }, `a changed ${which} is wrong; the one before stays in force`),
    },
  };
}

/** Says that changed keys are wrong. The error speaks of fields, never of a key. */
export function keyAlarm({ security }: Loggers): KeyAlarm {
  return ({ what, error }) =>
    security.error({ what, err: error }, 'changed keys are wrong; the ones before stay in force');
}
