/**
 * `npm run serve -- --roles …`: production. One process plays the roles it is told, with their settings only; Temporal,
 * PostgreSQL, Slack and the vendors are outside. Logs are JSON lines on standard output.
 */
import { CountersignError } from '../domain/errors.ts';
import { createLoggers } from '../process/logger.ts';
import type { Role } from '../process/setting-table.ts';
import { readSettings } from '../process/settings.ts';
import { createShutdown, EXIT } from '../process/shutdown.ts';
import { installRuntime } from '../process/telemetry.ts';
import { readServeArguments } from './serve-arguments.ts';
import { startRoles } from './start-roles.ts';
import { printProblem } from './terminal.ts';

const asked = readServeArguments(process.argv.slice(2));
if (typeof asked === 'number') process.exitCode = asked;
else await serve(asked);

async function serve(roles: readonly Role[]): Promise<void> {
  try {
    const settings = readSettings(process.env, { roles });
    const loggers = createLoggers({ level: settings.logLevel, secrets: settings.secrets });
    const { log } = loggers;
    const shutdown = createShutdown({ log });
    process.on('uncaughtException', (err) => {
      log.fatal({ err }, 'broke unexpectedly');
      void shutdown.end('it broke unexpectedly', EXIT.failed);
    });
    const { metricsAddress } = settings.temporal;
    installRuntime({ log, ...(metricsAddress === undefined ? {} : { metricsAddress }) });
    try {
      const doors = await startRoles({ roles, settings, loggers, shutdown });
      log.info({ roles, ...doors }, 'serving');
    } catch (error) {
      printProblem(error);
      await shutdown.end('the start failed', exitOf(error));
    }
  } catch (error) {
    printProblem(error);
    process.exitCode = exitOf(error);
  }
}

/** Starting again may help against everything but wrong settings. */
function exitOf(error: unknown): number {
  return error instanceof CountersignError && error.code === 'misconfigured'
    ? EXIT.misconfigured
    : EXIT.failed;
}
