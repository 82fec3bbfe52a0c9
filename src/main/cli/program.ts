/** The command line as commander sees it: words, options, help. What each command does stands in its own file. */
import { Command, InvalidArgumentError } from 'commander';
import { readCliSettings } from './cli-settings.ts';
import { EXIT_HELP, type Exit } from './exit-codes.ts';
import { haltCommand, haltsCommand, parseHaltSubject, resumeCommand } from './halt-commands.ts';
import { keysCommand } from './keys-command.ts';
import {
  type AskOptions,
  askCommand,
  type CommandContext,
  pendingCommand,
  showCommand,
  tokenCommand,
} from './request-commands.ts';
import type { CliWorld } from './world.ts';

const SETTINGS_HELP = `
Settings (environment):
  COUNTERSIGN_GATEWAY_URL  the agents' door, default http://127.0.0.1:8080
  COUNTERSIGN_TOKEN        an agent's bearer token; without it one is minted with the local issuer key
  COUNTERSIGN_DATA         folder of keys and halt files, default .countersign
  COUNTERSIGN_CONFIG       folder of the organisation, default config
  DATABASE_URL             set: halts are written to PostgreSQL, else to files`;

const WAIT_SECONDS_MAX = 86_400;

/** Told the exit code of the command that ran. */
type Report = (exit: Exit) => void;
type Run = (
  work: (context: CommandContext) => Promise<Exit>,
) => (options: { readonly json?: boolean }) => Promise<void>;

/** Builds the program. It never ends the process: help and usage errors are thrown as commander's own error. */
export function buildProgram(world: CliWorld, report: Report): Command {
  const program = new Command('countersign')
    .description('Ask as an agent, see what waits, stop things')
    .exitOverride()
    .configureOutput({ writeOut: world.out, writeErr: world.err })
    .showHelpAfterError('(countersign --help shows how)')
    .addHelpText('after', `${EXIT_HELP}\n${SETTINGS_HELP}`);
  const run: Run = (work) => async (options) => {
    const settings = readCliSettings(world.env);
    report(await work({ world, settings, asJson: options.json === true }));
  };
  addRequestCommands(program, run);
  addHaltCommands(program, run);
  withJson(program.command('keys'))
    .description('print fresh keys for production, as the settings of each role; writes nothing')
    .action(run(keysCommand));
  return program;
}

function addRequestCommands(program: Command, run: Run): void {
  withJson(program.command('token <agent>'))
    .description("mint a short-lived bearer token with the embedded default's issuer key")
    .option('--ttl <seconds>', 'lifetime, 1 to 3600', wholeNumber(1, 3600), 900)
    .action(async (agent: string, options: { json?: boolean; ttl: number }) => {
      await run((context) => tokenCommand(agent, options.ttl, context))(options);
    });
  addAsk(program, run);
  withJson(program.command('show <id>'))
    .description('show a request; the exit code says how it stands')
    .option('--agent <id>', 'look as this agent; default: all active agents')
    .action(async (id: string, options: { json?: boolean; agent?: string }) => {
      await run((context) => showCommand(id, options, context))(options);
    });
  withJson(program.command('pending'))
    .description('list what waits for people')
    .option('--agent <id>', 'of this agent; default: all active agents')
    .action(async (options: { json?: boolean; agent?: string }) => {
      await run((context) => pendingCommand(options, context))(options);
    });
}

function addAsk(program: Command, run: Run): void {
  withJson(program.command('ask [file]'))
    .description('ask for something to be done; file holds the JSON body, - reads standard input')
    .option('--tool <name>', 'one step: the tool, instead of a file')
    .option('--args <json>', 'one step: its arguments as a JSON object')
    .option('--reason <text>', "why, for the people who may have to approve; replaces the file's")
    .option('--on-behalf-of <person>', 'whom it is for')
    .option('--agent <id>', 'ask as this agent, with a freshly minted token')
    .option('--key <key>', 'idempotency key: repeating the command cannot ask twice')
    .option('--wait <seconds>', 'how long to wait for the outcome', wholeNumber(0, WAIT_SECONDS_MAX), 5)
    .option('--dry-run', 'only say what policy would')
    .action(
      async (
        file: string | undefined,
        options: Omit<AskOptions, 'file'> & { json?: boolean },
        command: Command,
      ) => {
        if ((file === undefined) === (options.tool === undefined))
          command.error("error: give either a file or '--tool'", USAGE);
        if (file !== undefined && options.args !== undefined)
          command.error("error: '--args' goes with '--tool'", USAGE);
        await run((context) => askCommand({ ...options, file }, context))(options);
      },
    );
}

function addHaltCommands(program: Command, run: Run): void {
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

const USAGE = { code: 'countersign.usage', exitCode: 2 } as const;

function withJson(command: Command): Command {
  return command.option('--json', 'print JSON').addHelpText('after', EXIT_HELP);
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,6}$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Want a whole number from ${min} to ${max}.`);
  };
}

function instant(text: string): Date {
  const date = new Date(text);
  if (/^\d{4}-\d\d-\d\dT\S+(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(date.getTime())) return date;
  throw new InvalidArgumentError('Want an ISO 8601 time with its zone, like 2026-11-21T18:00:00Z.');
}
