/** The command line as commander sees it: words, options, help. What each command does stands in its own file. */
import { Command } from 'commander';
import { addAwayCommands } from './away-program.ts';
import { readCliSettings } from './cli-settings.ts';
import { addDecideCommands } from './decide-program.ts';
import { EXIT_HELP, type Exit } from './exit-codes.ts';
import { addHaltCommands } from './halt-program.ts';
import { addKeyCommands } from './key-program.ts';
import type { Run } from './options.ts';
import { addOrderCommands } from './order-program.ts';
import { addOversightCommand } from './oversight-program.ts';
import { addPolicyCommands } from './policy-program.ts';
import { addRequestCommands, addTokenCommand } from './request-program.ts';
import type { CliWorld } from './world.ts';

const SETTINGS_HELP = `
Settings (environment):
  COUNTERSIGN_GATEWAY_URL    the agents' door, default http://127.0.0.1:8080
  COUNTERSIGN_APPROVALS_URL  the approver pages, https; default: http://localhost:8090
  COUNTERSIGN_TOKEN          an agent's bearer token; without it one is minted with the local issuer key
  COUNTERSIGN_DATA           folder of keys, sign-in, halts and other orders, default .countersign
  COUNTERSIGN_CONFIG         folder of the organisation, default config
  DATABASE_URL               set: orders are written to PostgreSQL, else to files`;

/** Told the exit code of the command that ran. */
type Report = (exit: Exit) => void;

/** Builds the program. It never ends the process: help and usage errors are thrown as commander's own error. */
export function buildProgram(world: CliWorld, report: Report): Command {
  const program = new Command('countersign')
    .description('Ask as an agent, decide as a person, see what waits, stop things')
    // What stands behind a subcommand is the subcommand's, also where its parent has an option of the same name.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: world.out, writeErr: world.err })
    .showHelpAfterError('(countersign --help shows how)')
    .addHelpText('after', `${EXIT_HELP}\n${SETTINGS_HELP}`);
  const run: Run = (work) => async (options) => {
    const settings = readCliSettings(world.env);
    report(await work({ world, settings, asJson: options.json === true }));
  };
  program.commandsGroup('Agents:');
  addTokenCommand(program, run);
  program.commandsGroup('Requests:');
  addRequestCommands(program, run);
  program.commandsGroup('Approvers:');
  addDecideCommands(program, run);
  program.commandsGroup('Operators:');
  addHaltCommands(program, run);
  addOrderCommands(program, run);
  addAwayCommands(program, run);
  addOversightCommand(program, run);
  program.commandsGroup('Policy:');
  addPolicyCommands(program, run);
  program.commandsGroup('Keys and canaries:');
  addKeyCommands(program, run);
  return program;
}
