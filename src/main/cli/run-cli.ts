/** One run of the command line, from arguments to exit code. */
import { CommanderError } from 'commander';
import { CountersignError } from '../../domain/errors.ts';
import { problemOf, refusalOf } from '../../gateway/problems.ts';
import { EXIT, type Exit } from './exit-codes.ts';
import { json, printable } from './print.ts';
import { buildProgram } from './program.ts';
import type { CliWorld } from './world.ts';

/** Never throws and never ends the process; everything to say is written to the world. */
export async function runCli(args: readonly string[], world: CliWorld): Promise<Exit> {
  let exit: Exit = EXIT.done;
  try {
    await buildProgram(world, (reported) => {
      exit = reported;
    }).parseAsync([...args], { from: 'user' });
    return exit;
  } catch (error) {
    // Commander has already written its message; asked for help it ends with 0, else the command line was wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    world.err(args.includes('--json') ? json(problemOf(refusalOf(error))) : errorText(error));
    return EXIT.error;
  }
}

function errorText(error: unknown): string {
  if (!(error instanceof CountersignError)) {
    return `Cannot finish: ${printable(error instanceof Error ? error.message : String(error))}\n`;
  }
  const problems = error.problems.map(
    ({ field, problem }) => `  ${printable(field)}: ${printable(problem)}\n`,
  );
  return `${printable(error.message)}\n${problems.join('')}`;
}
