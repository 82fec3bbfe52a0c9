/** The words of what is done through the agents' door: `token`, `ask`, `show` and `pending`. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Speaker } from './credentials.ts';
import { pendingCommand, showCommand } from './look-commands.ts';
import { type Run, USAGE, wholeNumber, withJson } from './options.ts';
import {
  type AnswerOptions,
  type AskOptions,
  answerCommand,
  askCommand,
  type TokenOptions,
  tokenCommand,
} from './request-commands.ts';

const WAIT_SECONDS_MAX = 86_400;

/** Adds `token`. */
export function addTokenCommand(program: Command, run: Run): void {
  withJson(program.command('token <agent>'))
    .description("mint a short-lived bearer token with the embedded default's issuer key")
    .option('--ttl <seconds>', 'lifetime, 1 to 3600', wholeNumber(1, 3600), 900)
    .option('--session <name>', 'of this session; default: a new one', session)
    .option('--no-session', 'of no session: it sees all requests of its agent')
    .action(async (agent: string, options: TokenOptions & { json?: boolean }) => {
      await run((context) => tokenCommand(agent, options, context))(options);
    });
}

/** Adds what an agent, or somebody in its place, asks with. */
export function addRequestCommands(program: Command, run: Run): void {
  addAsk(program, run);
  addAnswer(program, run);
  withJson(program.command('show <id>'))
    .description('show a request; the exit code says how it stands')
    .option('--agent <id>', 'look as this agent; default: all active agents')
    .option('--session <name>', 'only what this session asked', session)
    .action(async (id: string, options: Speaker & { json?: boolean }) => {
      await run((context) => showCommand(id, options, context))(options);
    });
  withJson(program.command('pending'))
    .description('list what waits for people')
    .option('--agent <id>', 'of this agent; default: all active agents')
    .option('--session <name>', 'only what this session asked', session)
    .action(async (options: Speaker & { json?: boolean }) => {
      await run((context) => pendingCommand(options, context))(options);
    });
}

function addAnswer(program: Command, run: Run): void {
  withJson(program.command('answer <id>'))
    .description('answer a question that an approver asked about a request, as its agent')
    .requiredOption('--question <id>', 'the question, as show prints it')
    .requiredOption('--text <text>', 'the answer; people see it as unverified')
    .option('--agent <id>', 'answer as this agent, with a freshly minted token')
    .option('--session <name>', 'within this session of the agent', session)
    .action(async (id: string, options: AnswerOptions & { json?: boolean }) => {
      await run((context) => answerCommand(id, options, context))(options);
    });
}

function addAsk(program: Command, run: Run): void {
  withJson(program.command('ask [file]'))
    .description('ask for something to be done; file holds the JSON body, - reads standard input')
    .option('--tool <name>', 'one step: the tool, instead of a file')
    .option('--args <json>', 'one step: its arguments as a JSON object')
    .option('--reason <text>', "why, for the people who may have to approve; replaces the file's")
    .option('--on-behalf-of <person>', 'whom it is for')
    .option('--requested-by <person>', 'who prompted the agent to ask')
    .option('--agent <id>', 'ask as this agent, with a freshly minted token')
    .option('--session <name>', 'ask within this session of the agent', session)
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

function session(text: string): string {
  if (/^[A-Za-z0-9._-]{1,100}$/.test(text)) return text;
  throw new InvalidArgumentError('Want 1 to 100 letters, digits, dots, dashes and underscores.');
}
