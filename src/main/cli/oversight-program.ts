/** The words of `oversight`. */
import { type Command, Option } from 'commander';
import { REPORT_KEYS } from '../../approvals/oversight-report.ts';
import { type Run, withJson } from './options.ts';
import { type OversightOptions, oversightCommand } from './oversight-command.ts';
import { sinceTime } from './policy-program.ts';

/** Adds it. */
export function addOversightCommand(program: Command, run: Run): void {
  withJson(program.command('oversight'))
    .description('how people decided: how many, how fast, what was refused, and what came of it')
    .addOption(
      new Option('--since <time>', 'from when on: a duration back (12h, 30d) or an ISO 8601 time')
        .argParser(sinceTime)
        .default(sinceTime('30d'), '30d'),
    )
    .addOption(new Option('--by <what>', 'a line for each').choices(REPORT_KEYS).default('rule'))
    .action(async (options: OversightOptions & { readonly json?: boolean }) => {
      await run((context) => oversightCommand(options, context))(options);
    });
}
