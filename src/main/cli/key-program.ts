/** The words of keys and canaries. */
import { Argument, type Command, InvalidArgumentError } from 'commander';
import { canaryCommand } from './canary-command.ts';
import { keysCommand } from './keys-command.ts';
import { type Run, wholeNumber, withJson } from './options.ts';
import { rotateIssuerCommand } from './rotate-command.ts';

const KEEP_HOURS_MAX = 168;

/** Adds `keys`, `keys rotate` and `canary new`. */
export function addKeyCommands(program: Command, run: Run): void {
  const keys = withJson(program.command('keys'))
    .enablePositionalOptions()
    .description('print fresh keys for production, as the settings of each role; writes nothing')
    .action(run(keysCommand));
  withJson(keys.command('rotate'))
    .description("replace the key that agents' tokens are signed with; nothing needs a restart")
    .addArgument(new Argument('<what>').choices(['issuer']))
    .option(
      '--keep <hours>',
      'how long tokens of the old key are believed, 0 to 168; 0 stops those that are out at once',
      wholeNumber(0, KEEP_HOURS_MAX),
      24,
    )
    .action(async (_what: string, options: { json?: boolean; keep: number }) => {
      await run((context) => rotateIssuerCommand({ keepHours: options.keep }, context))(options);
    });
  const canary = program.command('canary').description('values that show who does what its data told it');
  withJson(canary.command('new'))
    .description('print a canary once, and the line for canaries.yaml that knows it; writes nothing')
    .requiredOption('--id <name>', 'how alarms call it', canaryId)
    .requiredOption('--planted <where>', 'where you plant it, for whoever reads the alarm', planted)
    .action(async (options: { json?: boolean; id: string; planted: string }) => {
      await run((context) => canaryCommand(options, context))(options);
    });
}

function canaryId(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(text)) return text;
  throw new InvalidArgumentError('Want lower-case letters, digits and dashes, 63 at most.');
}

function planted(text: string): string {
  if (text.length >= 1 && text.length <= 200) return text;
  throw new InvalidArgumentError('Want 1 to 200 characters.');
}
