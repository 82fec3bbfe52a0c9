/**
 * `npm start`: everything in one process, with nothing installed but Node: the Temporal dev server, the vendors' and
 * Slack's sandboxes, all four roles, and the page to try them. State is in `.countersign/`; a restart loses nothing.
 */

import { createLoggers } from '../process/logger.ts';
import { readSettings } from '../process/settings.ts';
import { createShutdown, EXIT } from '../process/shutdown.ts';
import { installRuntime } from '../process/telemetry.ts';
import { startEmbedded } from './embedded.ts';
import { openLogFiles } from './log-files.ts';
import { printBanner, printProblem, progress } from './terminal.ts';

const startedAt = Date.now();
try {
  const settings = readSettings(process.env);
  const files = await openLogFiles(settings.dataFolder);
  const loggers = createLoggers({ level: settings.logLevel, ...files, secrets: settings.secrets });
  const shutdown = createShutdown({ log: loggers.log });
  installRuntime({ log: loggers.log });
  try {
    const addresses = await startEmbedded({ settings, loggers, shutdown, progress });
    printBanner({ ...addresses, tookMs: Date.now() - startedAt, logFolder: files.folder });
  } catch (error) {
    printProblem(error);
    await shutdown.end('the start failed', EXIT.misconfigured);
  }
} catch (error) {
  printProblem(error);
  process.exitCode = EXIT.misconfigured;
}
