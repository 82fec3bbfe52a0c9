/** Requests and dry runs as people read them in a terminal. */
import type { DryRunAnswer, RequestAnswer } from './answers.schema.ts';
import { exitOfRequest, exitOfVerdict } from './exit-codes.ts';
import { coloured, pairs, printable, table } from './print.ts';
import type { CliWorld } from './world.ts';

/** One request: how it stands, what it waits for, each step with its verdict and why. */
export function describeRequest(request: RequestAnswer, world: Pick<CliWorld, 'colours'>): string {
  const stands = coloured(request.outcome ?? request.status, exitOfRequest(request), world);
  const head = `${printable(request.id)}  ${stands}\n`;
  const facts = pairs([
    ['message', request.message],
    ['effects', request.effects],
    ['agent', request.agent],
    ['waiting for', waitingText(request.waitingFor)],
    ['version', String(request.version)],
    ['digest', request.digest],
    ['policy', request.policyVersion],
    ['received', request.receivedAt],
    ['closed', request.closedAt],
    ['history', request.links?.history],
  ]);
  const steps = table(
    ['step', 'tool', 'status', 'verdict', 'why'],
    request.steps.map((step, index) => [
      String(index + 1),
      toolText(step),
      step.status,
      step.verdict?.effect ?? '-',
      step.error ?? whyText(step),
    ]),
  );
  return `${head}${facts}\n${steps}${questionsText(request)}${editsText(request)}${resultsText(request)}`;
}

/** What a dry run says. */
export function describeDryRun(dryRun: DryRunAnswer, world: Pick<CliWorld, 'colours'>): string {
  const head = `dry run  ${coloured(dryRun.effect, exitOfVerdict(dryRun.effect), world)}\n`;
  const facts = pairs([
    ['would wait for', waitingText(dryRun.waitingFor)],
    ['policy', dryRun.policyVersion],
  ]);
  const rows = dryRun.steps.map((step, index) => [
    String(index + 1),
    toolText(step),
    step.verdict?.effect ?? '-',
    whyText(step),
  ]);
  return `${head}${facts}\n${table(['step', 'tool', 'verdict', 'why'], rows)}`;
}

type Step = DryRunAnswer['steps'][number];

function toolText({ tool, askedFor }: Step): string {
  return askedFor === undefined ? tool : `${tool} (for ${askedFor})`;
}

function whyText({ verdict }: Step): string {
  return verdict?.rules.map(({ sentence }) => sentence).join(' ') ?? '';
}

function waitingText(waiting: RequestAnswer['waitingFor']): string | undefined {
  if (waiting === undefined) return undefined;
  const { need, have, groups, expiresAt } = waiting;
  return `${need} of ${groups.join(', ')} (${have} so far), until ${expiresAt}`;
}

function questionsText({ questions = [] }: RequestAnswer): string {
  const lines = questions.map(({ id, by, text, answer }) => {
    const asked = `\n${printable(by)} asks (${printable(id)}): ${printable(text)}\n`;
    return `${asked}  ${answer === undefined ? 'not answered yet' : `the agent, unverified: ${printable(answer)}`}\n`;
  });
  return lines.join('');
}

/** What runs is not what was asked: who changed it, why, and what it is now. */
function editsText({ steps }: RequestAnswer): string {
  const edits = steps.flatMap(({ edited }, index) =>
    edited === undefined
      ? []
      : [
          `\nstep ${index + 1} was edited by ${printable(edited.by)}: ${printable(edited.reason)}\n`,
          `  arguments now: ${printable(JSON.stringify(edited.args))}\n`,
        ],
  );
  return edits.join('');
}

function resultsText({ steps }: RequestAnswer): string {
  const results = steps.flatMap(({ result, tool, withheld = [] }) =>
    result === undefined || result === null
      ? []
      : [
          `\n${printable(tool)}: ${printable(JSON.stringify(result))}\n`,
          ...withheld.map(({ field, what }) => `  withheld ${printable(field)}: ${printable(what)}\n`),
        ],
  );
  return results.join('');
}
