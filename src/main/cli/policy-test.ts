/** `policy test`, `policy mutate` and `policy matrix`: what an organisation's rules are held against. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  MATRIX_PAGE,
  type MatrixDifference,
  matrixDifferences,
  matrixPage,
  toolsWithoutCall,
} from '../../policy/matrix.ts';
import { checkMutants, type MutantName, type MutationReport } from '../../policy/mutate.ts';
import { failuresOf, prepareScenarios, type ScenarioFailure } from '../../policy/run-scenarios.ts';
import { readMatrixCalls, readScenarios } from '../../policy/scenarios.ts';
import { openPolicyDesk, type PolicyDesk } from '../policy-desk.ts';
import { EXIT, type Exit } from './exit-codes.ts';
import type { PolicyOptions } from './policy-options.ts';
import { json, printable } from './print.ts';
import { progress } from './progress.ts';
import type { CommandContext } from './request-commands.ts';
import type { CliWorld } from './world.ts';

interface TestReport {
  readonly version: string;
  readonly scenarios: number;
  readonly failures: readonly ScenarioFailure[];
  readonly matrix: readonly MatrixDifference[];
  /** Tools that the matrix says nothing about. */
  readonly missing: readonly string[];
}

/** Runs scenarios and golden matrix, and with `mutate` the mutation check once they hold. */
export async function policyTestCommand(
  { mutate = false }: PolicyOptions & { readonly mutate?: boolean },
  { world, settings, asJson }: CommandContext,
): Promise<Exit> {
  const desk = await openPolicyDesk(settings.configFolder);
  const report = await testPolicy(desk);
  const passed = hasPassed(report);
  const mutation = mutate && passed ? await mutatePolicy(desk, world) : undefined;
  if (asJson) world.out(json({ ...report, ...(mutation === undefined ? {} : { mutation }) }));
  else world.out(`${describeTest(report)}${mutation === undefined ? '' : describeMutation(mutation)}`);
  return passed && (mutation?.survived.length ?? 0) === 0 ? EXIT.done : EXIT.failed;
}

/** Runs the mutation check alone; scenarios that fail are printed instead, because then nothing could be concluded. */
export async function policyMutateCommand(
  _: unknown,
  { world, settings, asJson }: CommandContext,
): Promise<Exit> {
  const desk = await openPolicyDesk(settings.configFolder);
  const report = await testPolicy(desk);
  if (report.failures.length > 0) {
    world.out(asJson ? json(report) : describeTest(report));
    return EXIT.failed;
  }
  const mutation = await mutatePolicy(desk, world);
  world.out(asJson ? json(mutation) : describeMutation(mutation));
  return mutation.survived.length === 0 ? EXIT.done : EXIT.failed;
}

/** Prints the golden matrix, or writes it beside the rules. */
export async function policyMatrixCommand(
  { write = false }: PolicyOptions & { readonly write?: boolean },
  { world, settings, asJson }: CommandContext,
): Promise<Exit> {
  const desk = await openPolicyDesk(settings.configFolder);
  const page = await pageOf(desk);
  const file = join(desk.bundleFolder, MATRIX_PAGE);
  if (write) await writeFile(file, page);
  if (asJson) world.out(json(write ? { file } : { page }));
  else world.out(write ? `Written to ${printable(file)}\n` : page);
  return EXIT.done;
}

async function testPolicy(desk: PolicyDesk): Promise<TestReport> {
  const policy = await desk.load();
  const prepared = prepareScenarios(readScenarios(desk.bundleFolder), desk.factsOf);
  const calls = readMatrixCalls(desk.bundleFolder);
  const committed = await readFile(join(desk.bundleFolder, MATRIX_PAGE), 'utf8').catch(() => '');
  return {
    version: policy.version,
    scenarios: prepared.length,
    failures: failuresOf(prepared, policy),
    matrix: matrixDifferences(committed, await pageOf(desk)),
    missing: toolsWithoutCall(desk.registry.all(), calls),
  };
}

async function pageOf(desk: PolicyDesk): Promise<string> {
  const { organisation, factsOf, bundleFolder } = desk;
  const calls = readMatrixCalls(bundleFolder);
  return matrixPage({ agents: organisation.agents, calls, policy: await desk.load(), factsOf });
}

function mutatePolicy(desk: PolicyDesk, world: CliWorld): Promise<MutationReport> {
  const say = progress(world);
  return checkMutants({
    folder: desk.bundleFolder,
    prepared: prepareScenarios(readScenarios(desk.bundleFolder), desk.factsOf),
    load: (folder) => desk.load(folder),
    onProgress: (done, of) => say(`Mutants tried: ${done} of ${of}`),
  });
}

function hasPassed({ failures, matrix, missing }: TestReport): boolean {
  return failures.length + matrix.length + missing.length === 0;
}

function describeTest({ version, scenarios, failures, matrix, missing }: TestReport): string {
  const wrong = failures.map(
    ({ file, scenario, wanted, got }) =>
      `FAIL ${printable(file)}: ${printable(scenario)}\n  wanted ${printable(wanted)}\n  got    ${printable(got)}\n`,
  );
  const changed = matrix.map(
    ({ sign, agent, line }) => `  ${sign} ${printable(agent)}: ${printable(line)}\n`,
  );
  return [
    `Scenarios: ${scenarios - failures.length} of ${scenarios} hold (policy ${version})\n`,
    ...wrong,
    changed.length === 0
      ? 'Golden matrix: as committed\n'
      : `FAIL the golden matrix differs from the committed one; when that is meant: countersign policy matrix --write\n${changed.join('')}`,
    ...missing.map((tool) => `FAIL ${printable(tool)} is not in matrix.yaml\n`),
  ].join('');
}

function describeMutation({ killed, refused, survived }: MutationReport): string {
  const names = (list: readonly MutantName[]) =>
    list.map(({ rule, mutation }) => `  ${printable(rule)} ${mutation}\n`).join('');
  const of = killed + refused.length + survived.length;
  const head = `Mutants: ${of}, noticed by a scenario ${killed}, refused by the loader ${refused.length}, survived ${survived.length}\n`;
  if (survived.length === 0) return head;
  return `${head}No scenario fails when these rules are broken:\n${names(survived)}`;
}
