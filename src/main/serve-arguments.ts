/** The command line of `npm run serve`. */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { ROLES, type Role, rolesNeed } from '../process/setting-table.ts';
import { EXIT } from '../process/shutdown.ts';

const HELP = `
Each process needs the settings of its roles, and refuses to start with a secret of another. A secret may come from a
file: NAME_FILE instead of NAME.

${ROLES.map((role) => `  ${role.padEnd(10)} ${rolesNeed(role).join(', ')}`).join('\n')}

Exit codes: 0 stopped as asked, 1 something it needs is out of reach or broke, 2 misconfigured.`;

/** The roles asked for, or the exit code to end with at once: help was shown, or the command line was wrong. */
export function readServeArguments(
  args: readonly string[],
  out: { readonly writeOut?: (text: string) => void; readonly writeErr?: (text: string) => void } = {},
): readonly Role[] | number {
  const program = new Command('npm run serve --')
    .description('Play some or all roles of Countersign in this process')
    .requiredOption('--roles <list>', `separated by commas: ${ROLES.join(',')}`, readRoles)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput(out)
    .addHelpText('after', HELP);
  try {
    return program.parse([...args], { from: 'user' }).opts<{ roles: readonly Role[] }>().roles;
  } catch (error) {
    // Commander has already said what was wrong; asked for help it ends with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.clean : EXIT.misconfigured;
    throw error;
  }
}

function readRoles(list: string): readonly Role[] {
  const asked = list.split(',').map((name) => name.trim());
  const unknown = asked.filter((name) => !ROLES.some((role) => role === name));
  if (unknown.length > 0) {
    const names = unknown.map((name) => `"${name}"`).join(', ');
    throw new InvalidArgumentError(`No such role: ${names}, want one or more of ${ROLES.join(', ')}.`);
  }
  return ROLES.filter((role) => asked.includes(role));
}
