/** What the words of all commands share: `--json`, the exit codes' help, and options that are checked as they are read. */
import { type Command, InvalidArgumentError } from 'commander';
import { EXIT_HELP, type Exit } from './exit-codes.ts';
import type { CommandContext } from './request-commands.ts';

/** Turns the work of a command into its action: settings read, `--json` told, exit code reported. */
export type Run = (
  work: (context: CommandContext) => Promise<Exit>,
) => (options: { readonly json?: boolean }) => Promise<void>;

/** How a wrong combination of options ends: `command.error(text, USAGE)`. */
export const USAGE = { code: 'countersign.usage', exitCode: 2 } as const;

/** A command with `--json` and the exit codes under its help. */
export function withJson(command: Command): Command {
  return command.option('--json', 'print JSON').addHelpText('after', EXIT_HELP);
}

/** Reads a whole number of at most six digits between the bounds, both allowed. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,6}$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Want a whole number from ${min} to ${max}.`);
  };
}

/** Reads an ISO 8601 time with its zone. */
export function instant(text: string): Date {
  const date = new Date(text);
  if (/^\d{4}-\d\d-\d\dT\S+(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(date.getTime())) return date;
  throw new InvalidArgumentError('Want an ISO 8601 time with its zone, like 2026-11-21T18:00:00Z.');
}
