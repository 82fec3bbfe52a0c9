/** The words of the stop: `halt`, `resume` and `halts`. */
import type { Command } from 'commander';
import { haltCommand, haltsCommand, parseHaltSubject, resumeCommand } from './halt-commands.ts';
import { instant, type Run, USAGE, withJson } from './options.ts';

/** Adds the stop. */
export function addHaltCommands(program: Command, run: Run): void {
  withJson(program.command('halt <what>'))
    .description(
      'stop everything, agent:<id>, tool:<name> or provider:<name>; works with everything else down',
    )
    .requiredOption('--reason <text>', 'why, for whoever finds it stopped')
    .option('--until <time>', 'ISO 8601 time at which it ends by itself', instant)
    .option('--by <name>', 'who; default: your user name')
    .action(
      async (
        text: string,
        options: { json?: boolean; reason: string; until?: Date; by?: string },
        command: Command,
      ) => {
        const what = parseHaltSubject(text);
        if (what === undefined)
          command.error('error: want everything, agent:<id>, tool:<name> or provider:<name>', USAGE);
        else await run((context) => haltCommand(what, options, context))(options);
      },
    );
  withJson(program.command('resume [id]'))
    .description('lift one halt, or all in force')
    .option('--all', 'lift every halt in force')
    .option('--by <name>', 'who; default: your user name')
    .action(
      async (
        id: string | undefined,
        options: { json?: boolean; all?: boolean; by?: string },
        command: Command,
      ) => {
        const all = options.all === true;
        if ((id !== undefined) === all) command.error("error: give either an id or '--all'", USAGE);
        await run((context) => resumeCommand({ ...options, id, all }, context))(options);
      },
    );
  withJson(program.command('halts'))
    .description('list the halts in force')
    .option('--all', 'lifted and expired ones too')
    .action(async (options: { json?: boolean; all?: boolean }) => {
      await run((context) => haltsCommand({ all: options.all === true }, context))(options);
    });
}
