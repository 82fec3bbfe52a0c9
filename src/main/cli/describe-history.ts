/** Reports about candidate policies, as tables for people. */
import type { ShadowReport, ShadowVersion } from '../../policy/shadow-report.ts';
import type { SimulationReport, Turned } from '../../policy/simulate.ts';
import { pairs, table } from './print.ts';

/** What a candidate would have changed. */
export function describeSimulation(report: SimulationReport): string {
  const { steps, changes, prompts, unasked, denied } = report;
  return [
    pairs([
      ['candidate', report.candidate],
      ['requests', `${report.requests}, ${report.notJudged} of them never judged`],
      ['steps judged again', `${steps.replayed}, ${steps.changed} of them otherwise`],
      ['steps not replayable', notReplayable(steps)],
    ]),
    section('Verdicts that change, by rule', changes.length, () =>
      table(
        ['steps', 'rule', 'was', 'would be', 'requests'],
        changes.map((one) => [String(one.steps), one.rule, one.was, one.now, one.examples.join(' ')]),
      ),
    ),
    section('Requests that would ask people more (+) or less (-), by day and group', prompts.length, () =>
      table(
        ['day', 'group', '+', '-'],
        prompts.map(({ day, group, added, removed }) => [day, group, String(added), String(removed)]),
      ),
    ),
    turned('Would run without asking anybody', unasked),
    turned('Would be denied', denied),
  ].join('\n');
}

/** How a shadow did, version by version. */
export function describeShadow({ requests, notShadowed, versions }: ShadowReport): string {
  const head = pairs([
    ['requests', String(requests)],
    ['steps without a shadow', String(notShadowed)],
  ]);
  if (versions.length === 0) return `${head}\nNo candidate was judged beside the policy in this time\n`;
  return [head, ...versions.map(describeVersion)].join('\n');
}

function describeVersion({ differences, ...version }: ShadowVersion): string {
  const share = `${(Math.floor(version.agreement * 1000) / 10).toFixed(1)} %`;
  return [
    `Candidate ${version.policyVersion}\n`,
    pairs([
      ['steps', String(version.steps)],
      ['agreed', `${version.agreed} (${share})`],
      ['stricter', String(version.stricter)],
      ['milder', String(version.milder)],
    ]),
    ...(differences.length === 0
      ? []
      : [
          table(
            ['steps', 'rule', 'in force', 'candidate', 'requests'],
            differences.map((one) => [
              String(one.steps),
              one.rule,
              one.enforced,
              one.shadow,
              one.examples.join(' '),
            ]),
          ),
        ]),
  ].join('');
}

function notReplayable({ notReplayable: { noFacts, notGathered } }: SimulationReport['steps']): string {
  return `${noFacts + notGathered}: ${noFacts} without recorded facts, ${notGathered} whose facts the candidate reads and nobody gathered`;
}

function turned(title: string, { count, examples }: Turned): string {
  return section(`${title}: ${count}`, count, () =>
    table(
      ['request', 'step', 'tool', 'was', 'would be'],
      examples.map(({ request, step, tool, was, now }) => [request, String(step + 1), tool, was, now]),
    ),
  );
}

function section(title: string, count: number, body: () => string): string {
  return count === 0 ? `${title.replace(/: 0$/, '')}: none\n` : `${title}\n${body()}`;
}
