/** The words of deciding: `login`, `logout`, `whoami` and `decide`. */
import { type Command, InvalidArgumentError } from 'commander';
import { decideCommand } from './decide-command.ts';
import { loginCommand, logoutCommand, whoamiCommand } from './login-commands.ts';
import { type Run, USAGE, wholeNumber, withJson } from './options.ts';

interface DecideOptions {
  readonly json?: boolean;
  readonly approve?: boolean;
  readonly deny?: boolean;
  readonly reason?: string;
  readonly target?: string;
  readonly version?: number;
  readonly key?: string;
}

/** Adds what an approver uses. */
export function addDecideCommands(program: Command, run: Run): void {
  withJson(program.command('login'))
    .description('sign in to decide from here, for 15 minutes; you allow it on a page in your browser')
    .action(run(loginCommand));
  withJson(program.command('logout'))
    .description('end the sign-in, also where its file cannot be used any more')
    .action(run(logoutCommand));
  withJson(program.command('whoami'))
    .description('say who is signed in here, and until when')
    .action(run(whoamiCommand));
  withJson(program.command('decide'))
    .argument('<request>', 'its id', requestId)
    .description('approve or deny a request as the person signed in; critical ones only on their page')
    .option('--approve', 'let it happen')
    .option('--deny', 'stop it')
    .option('--reason <why>', 'kept with the decision; needed to deny, and to approve what is of high risk')
    .option('--target <text>', 'what a request of high risk is about, typed by hand')
    .option(
      '--version <n>',
      'decide this version and no other; needed once it was edited',
      wholeNumber(1, 9_999),
    )
    .option('--key <key>', 'idempotency key: repeating the command cannot decide twice')
    .action(async (request: string, options: DecideOptions, command: Command) => {
      const { approve = false, deny = false, reason, target, version, key } = options;
      if (approve === deny) command.error("error: give either '--approve' or '--deny'", USAGE);
      if (deny && (reason ?? '').trim() === '')
        command.error("error: '--deny' goes with '--reason': the agent and its owner are told why", USAGE);
      const answer = approve ? 'approve' : 'deny';
      const said = { request, answer, reason, target, version, key } as const;
      await run((context) => decideCommand(said, context))(options);
    });
}

function requestId(text: string): string {
  if (/^[A-Za-z0-9_-]{1,100}$/.test(text)) return text;
  throw new InvalidArgumentError('Want the id of a request, as show and pending print it.');
}
