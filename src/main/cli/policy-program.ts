/** The words of working on policy: `policy check`, `explain`, `test`, `mutate`, `matrix`, `simulate` and `shadow`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Exit } from './exit-codes.ts';
import { type Run, wholeNumber, withJson } from './options.ts';
import type { HistoryOptions, PolicyOptions, SimulateOptions } from './policy-options.ts';
import type { CommandContext } from './request-commands.ts';

type NewCommand = (words: string, description: string) => Command;
type Act = <Options extends PolicyOptions>(
  work: (options: Options, context: CommandContext) => Promise<Exit>,
) => (options: Options) => Promise<void>;

const POLICY_EXITS = `
For policy commands:
  1  the policy cannot be loaded, or Temporal or the request cannot be found
  3  explain: the request would be denied
  4  test, mutate: a scenario failed, the matrix differs, or a mutant survived
  5  explain: people would be asked`;

const REQUESTS_MAX = 100_000;

/** Adds the group. */
export function addPolicyCommands(program: Command, run: Run): void {
  const policy = program.command('policy').description('check, test, explain and try out policy');
  const command = (words: string, description: string) =>
    withJson(policy.command(words))
      .description(description)
      .option('--config <folder>', 'the organisation; default: COUNTERSIGN_CONFIG')
      .addHelpText('after', POLICY_EXITS);
  const act = <Options extends PolicyOptions>(
    work: (options: Options, context: CommandContext) => Promise<Exit>,
  ) => {
    return async (options: Options) => run((context) => work(options, within(options, context)))(options);
  };
  addTestCommands(command, act);
  addExplain(command, run);
  addHistoryCommands(command, act);
}

// The files of this group bring tools, engine and Temporal's client with them; halting must not wait for those to load.
const tests = () => import('./policy-test.ts');
const histories = () => import('./policy-history.ts');

function addTestCommands(command: NewCommand, act: Act): void {
  command('check', 'load the policy and say what it is, or every problem it has').action(
    act(async (options, context) => (await import('./policy-check.ts')).policyCheckCommand(options, context)),
  );
  command('test', 'run the scenarios (*.test.yaml) and the golden matrix beside the rules')
    .option('--mutate', 'and then the mutation check')
    .action(
      act(async (options: PolicyOptions & { readonly mutate?: boolean }, context) =>
        (await tests()).policyTestCommand(options, context),
      ),
    );
  command('mutate', 'delete and negate each rule in turn; each must fail at least one scenario').action(
    act(async (options, context) => (await tests()).policyMutateCommand(options, context)),
  );
  command('matrix', 'print the golden matrix: every agent, tool and data tier')
    .option('--write', 'write it beside the rules, to be committed')
    .action(
      act(async (options: PolicyOptions & { readonly write?: boolean }, context) =>
        (await tests()).policyMatrixCommand(options, context),
      ),
    );
}

function addExplain(command: NewCommand, run: Run): void {
  command(
    'explain <what>',
    'why policy answers as it does; what: a request id, or a file (JSON or YAML, - for standard input) with the body of an ask',
  )
    .option('--agent <id>', 'who asks; replaces "agent" in the file')
    .action(async (what: string, options: PolicyOptions & { readonly agent?: string }) => {
      const { policyExplainCommand } = await import('./policy-explain.ts');
      await run((context) => policyExplainCommand(what, options, within(options, context)))(options);
    });
}

function addHistoryCommands(command: NewCommand, act: Act): void {
  const withTime = (one: Command, back: string) =>
    one
      .addOption(
        new Option('--since <time>', 'from when on: a duration back (12h, 30d) or an ISO 8601 time')
          .argParser(sinceTime)
          .default(sinceTime(back), back),
      )
      .option(
        '--limit <count>',
        'at most so many requests: open ones, then those that closed last',
        wholeNumber(1, REQUESTS_MAX),
        10_000,
      );
  withTime(
    command('simulate', 'judge what happened by a candidate policy; nothing is changed').requiredOption(
      '--candidate <folder>',
      "the candidate's rules, or a configuration folder with them",
    ),
    '30d',
  ).action(
    act(async (options: SimulateOptions, context) =>
      (await histories()).policySimulateCommand(options, context),
    ),
  );
  withTime(command('shadow', 'how the candidate policy judged beside the enforced one did'), '7d').action(
    act(async (options: HistoryOptions, context) =>
      (await histories()).policyShadowCommand(options, context),
    ),
  );
}

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads a duration back from now, or a time. */
export function sinceTime(text: string): (now: Date) => Date {
  const [, count, unit] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  if (count !== undefined && (unit === 'm' || unit === 'h' || unit === 'd')) {
    return (now) => new Date(now.getTime() - Number(count) * UNIT_MS[unit]);
  }
  const at = new Date(text);
  if (/^\d{4}-\d\d-\d\d(T\S+(Z|[+-]\d\d:\d\d))?$/.test(text) && !Number.isNaN(at.getTime())) return () => at;
  throw new InvalidArgumentError('Want a duration like 12h or 30d, or an ISO 8601 time.');
}

/** The same context with the organisation that `--config` names. */
function within({ config }: PolicyOptions, context: CommandContext): CommandContext {
  if (config === undefined) return context;
  return { ...context, settings: { ...context.settings, configFolder: config } };
}
