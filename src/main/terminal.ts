/** What the embedded default says on the terminal: progress while starting, then where everything is. */
import { CountersignError } from '../domain/errors.ts';

export interface Addresses {
  readonly gateway: string;
  /** Where people decide, enrol passkeys and link themselves. */
  readonly pages: string;
  readonly temporalUi: string;
  /** Absent with a real Slack workspace. */
  readonly sandbox?: string;
}

/** One line of progress. */
export function progress(line: string): void {
  console.log(`  ${line}`);
}

export function printBanner({
  gateway,
  pages,
  temporalUi,
  sandbox,
  tookMs,
  logFolder,
}: Addresses & { readonly tookMs: number; readonly logFolder: string }): void {
  const lines = [
    '',
    `Countersign is ready (${(tookMs / 1000).toFixed(1)} s)`,
    '',
    ...(sandbox === undefined ? [] : [`  Sandbox page   ${sandbox}`]),
    `  Approver pages ${pages}`,
    `  Agents' door   ${gateway}`,
    `  Temporal UI    ${temporalUi}`,
    `  Logs           ${logFolder}`,
    '',
    'Try, in another terminal:',
    '',
    '  npx countersign ask --agent release-agent --tool github.list_branches \\',
    `    --args '{"repository":"acme/webshop"}' --reason 'What is there?'`,
    '  npx countersign ask --agent release-agent --tool github.delete_branch --wait 0 \\',
    `    --args '{"repository":"acme/webshop","branch":"old-checkout"}' --reason 'Merged in May'`,
    '  npx countersign pending',
    '',
    'Ctrl-C stops it; nothing is lost.',
    '',
  ];
  console.log(lines.join('\n'));
}

/** A failed start: our own errors with every problem on a line of its own, anything else with its stack. */
export function printProblem(error: unknown): void {
  if (!(error instanceof CountersignError)) {
    console.error(error);
    return;
  }
  console.error(`\n${error.message}`);
  for (const { field, problem } of error.problems) console.error(`  - ${field}: ${problem}`);
}
