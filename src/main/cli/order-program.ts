/**
 * The words of standing orders that are no halts: revoking, switching tools, access that was given for a while, and what
 * was allowed in advance.
 */
import { Argument, type Command, Option } from 'commander';
import { grantsCommand, revokeGrantCommand } from './access-commands.ts';
import { allowancesCommand, revokeAllowanceCommand } from './allowance-commands.ts';
import { type Run, USAGE, withJson } from './options.ts';
import {
  parseRevocationSubject,
  reinstateCommand,
  revocationsCommand,
  revokeCommand,
} from './revocation-commands.ts';
import { type SwitchOptions, switchCommand, switchesCommand } from './switch-commands.ts';

interface By {
  readonly json?: boolean;
  readonly by?: string;
}

/** Adds all of them. */
export function addOrderCommands(program: Command, run: Run): void {
  addRevocations(program, run);
  addSwitches(program, run);
  addGrants(program, run);
  addAllowances(program, run);
}

function addRevocations(program: Command, run: Run): void {
  by(program.command('revoke <what>'))
    .description('make token:<jti>, session:<id> or agent:<id> count no more, also for what already waits')
    .requiredOption('--reason <text>', 'why, for whoever finds it revoked')
    .action(async (text: string, options: By & { reason: string }, command: Command) => {
      const what = parseRevocationSubject(text);
      if (what === undefined) command.error('error: want token:<jti>, session:<id> or agent:<id>', USAGE);
      else await run((context) => revokeCommand(what, options, context))(options);
    });
  by(program.command('reinstate <agent>'))
    .description('let a revoked agent:<id> ask again; tokens and sessions never come back')
    .action(async (text: string, options: By, command: Command) => {
      const what = parseRevocationSubject(text);
      if (what?.kind !== 'agent')
        command.error('error: want agent:<id>; tokens and sessions never come back', USAGE);
      else await run((context) => reinstateCommand(what.subject, options, context))(options);
    });
  withJson(program.command('revocations'))
    .description('list what is revoked')
    .option('--all', 'what was lifted or ran out too')
    .action(async (options: { json?: boolean; all?: boolean }) => {
      await run((context) => revocationsCommand({ all: options.all === true }, context))(options);
    });
}

type SwitchWords = By & { readonly environment: SwitchOptions['environment']; readonly reason?: string };

function addSwitches(program: Command, run: Run): void {
  by(program.command('switch <tool>'))
    .description('switch a tool, or all tools of a provider, off, to read-only or on again')
    .addArgument(new Argument('<state>').choices(['off', 'read-only', 'on']))
    .addOption(
      new Option('--environment <name>', 'where').choices(['all', 'prod', 'staging', 'dev']).default('all'),
    )
    .option('--reason <text>', 'why, for whoever finds it switched; wanted for off and read-only')
    .action(async (subject: string, state: SwitchOptions['state'], words: SwitchWords, command: Command) => {
      const { environment, reason, by: who } = words;
      const common = { environment, ...(who === undefined ? {} : { by: who }) };
      if (state === 'on')
        await run((context) => switchCommand(subject, { ...common, state }, context))(words);
      else if (reason === undefined) command.error(`error: '--reason' is wanted for "${state}"`, USAGE);
      else await run((context) => switchCommand(subject, { ...common, state, reason }, context))(words);
    });
  withJson(program.command('switches'))
    .description('list the switches of the configuration and of run time; the stricter of both holds')
    .action(run(switchesCommand));
}

function addGrants(program: Command, run: Run): void {
  const grants = withJson(program.command('grants'))
    .enablePositionalOptions()
    .description('list access that people gave agents for a while')
    .option('--agent <id>', 'of this agent; default: of all')
    .option('--all', 'what ended or was revoked too')
    .action(async (options: { json?: boolean; agent?: string; all?: boolean }) => {
      const { agent, all = false } = options;
      await run((context) => grantsCommand({ agent, all }, context))(options);
    });
  by(grants.command('revoke <id>'))
    .description('take access back before its end')
    .action(async (id: string, options: By) => {
      await run((context) => revokeGrantCommand(id, options, context))(options);
    });
}

function addAllowances(program: Command, run: Run): void {
  const allowances = withJson(program.command('allowances'))
    .enablePositionalOptions()
    .description('list what approvers allowed in advance from a card, with the uses left of each')
    .option('--agent <id>', 'for this agent; default: for all')
    .option('--granted-by <person>', 'by this person; default: by all')
    .option('--all', 'what ended or was revoked too')
    .action(async (options: { json?: boolean; agent?: string; grantedBy?: string; all?: boolean }) => {
      const { agent, grantedBy, all = false } = options;
      await run((context) => allowancesCommand({ agent, grantedBy, all }, context))(options);
    });
  by(allowances.command('revoke <id>'))
    .description('take one back before its end: what it would let pass goes to people again')
    .action(async (id: string, options: By) => {
      await run((context) => revokeAllowanceCommand(id, options, context))(options);
    });
}

function by(command: Command): Command {
  return withJson(command).option('--by <name>', 'who; default: your user name');
}
