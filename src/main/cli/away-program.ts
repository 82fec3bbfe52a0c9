/** The words of being away: `absences`, `away` and `back`. */
import type { Command } from 'commander';
import { type AwayOptions, absencesCommand, awayCommand, backCommand } from './away-commands.ts';
import { instant, type Run, withJson } from './options.ts';

/** Adds all of them. */
export function addAwayCommands(program: Command, run: Run): void {
  withJson(program.command('absences'))
    .description('list who is away, and who stands in')
    .option('--all', 'past and ended ones too')
    .action(async (options: { json?: boolean; all?: boolean }) => {
      await run((context) => absencesCommand({ all: options.all === true }, context))(options);
    });
  withJson(program.command('away <person>'))
    .description('say that a person is away, at most 90 days; in Slack people say it themselves')
    .requiredOption('--until <time>', 'ISO 8601 time at which it ends by itself', instant)
    .option('--from <time>', 'ISO 8601 time at which it begins; default: now', instant)
    .option('--delegate <person>', 'who stands in; default: nobody')
    .option('--note <text>', 'what the delegate should know')
    .option('--by <name>', 'who; default: your user name')
    .action(async (person: string, options: AwayOptions & { json?: boolean }) => {
      await run((context) => awayCommand(person, options, context))(options);
    });
  withJson(program.command('back <person>'))
    .description('end all open absences of a person')
    .option('--by <name>', 'who; default: your user name')
    .action(async (person: string, options: { json?: boolean; by?: string }) => {
      await run((context) => backCommand(person, options, context))(options);
    });
}
