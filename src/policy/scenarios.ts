/** Policy tests as an organisation writes them down, read and checked; and facts as such a test gives them. */
import { readdirSync } from 'node:fs';
import type { z } from 'zod';
import { CountersignError, type FieldProblem } from '../domain/errors.ts';
import type { StepFacts } from '../domain/facts.ts';
import type { Recent } from '../domain/usage.ts';
import { type Given, matrixFile, scenariosFile } from './scenarios.schema.ts';
import { readSource, readYaml } from './source.ts';

/** A call with what is given around it: what facts are made from. */
export interface GivenCall {
  readonly agent: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly given: Given;
}

export type Scenario = z.output<typeof scenariosFile>['scenarios'][number] & { readonly file: string };
export type MatrixCall = z.output<typeof matrixFile>['calls'][number];

const FILES_MAX = 100;
const MATRIX_FILE = 'matrix.yaml';

/**
 * The scenarios of every `*.test.yaml` in the folder of a bundle, files in alphabetical order. Throws one
 * `misconfigured` that lists every wrong field; a folder without any is a mistake as well.
 */
export function readScenarios(folder: string): readonly Scenario[] {
  const files = filesOf(folder);
  const found = files.map((file) => readFile(folder, file, scenariosFile));
  refuse('scenarios', [
    ...(files.length === 0 ? [{ field: folder, problem: 'has no *.test.yaml: wanted at least one' }] : []),
    ...(files.length > FILES_MAX
      ? [{ field: folder, problem: `has ${files.length} *.test.yaml: wanted at most ${FILES_MAX}` }]
      : []),
    ...found.flatMap(({ problems }) => problems),
  ]);
  return found.flatMap(({ data }, index) =>
    (data?.scenarios ?? []).map((one) => ({ ...one, file: files[index] ?? '' })),
  );
}

/** The calls of the golden matrix, from `matrix.yaml` in the folder of a bundle. Throws `misconfigured`. */
export function readMatrixCalls(folder: string): readonly MatrixCall[] {
  const { data, problems } = readFile(folder, MATRIX_FILE, matrixFile);
  refuse('matrix', problems);
  return data?.calls ?? [];
}

/** The facts of a call with what is given put over them. Pure. */
export function withGiven(facts: StepFacts, given: Given): StepFacts {
  const { tier, maxTier, suspended, recent, task, ...plain } = given;
  return {
    ...facts,
    ...definedOf(plain),
    agent: { ...facts.agent, ...definedOf({ maxTier, suspended }) },
    target: { ...facts.target, ...definedOf({ tier }) },
    task: { ...facts.task, ...definedOf(task ?? {}) },
    recent: recentOf(facts.recent, recent ?? {}),
  };
}

function recentOf(recent: Recent, given: NonNullable<Given['recent']>): Recent {
  const tally = (name: Exclude<keyof Recent, 'readTier'>) => ({
    ...recent[name],
    ...definedOf(given[name] ?? {}),
  });
  return {
    agentHour: tally('agentHour'),
    agentDay: tally('agentDay'),
    toolHour: tally('toolHour'),
    toolDay: tally('toolDay'),
    targetHour: tally('targetHour'),
    targetDay: tally('targetDay'),
    readTier: given.readTier ?? recent.readTier,
  };
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the keys whose value is undefined, so that they do not cover what stands below. */
function definedOf<T extends object>(partial: T): Defined<T> {
  const kept = Object.entries(partial).filter(([, value]) => value !== undefined);
  // The entries are the object's own, less those that are undefined.
  return Object.fromEntries(kept) as Defined<T>;
}

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.test.yaml'))
      .sort();
  } catch {
    return [];
  }
}

function readFile<T>(
  folder: string,
  file: string,
  schema: z.ZodType<T>,
): { readonly data?: T; readonly problems: readonly FieldProblem[] } {
  const source = readSource(folder, file);
  if (source.problem !== undefined) return { problems: [{ field: file, problem: source.problem }] };
  const parsed = schema.safeParse(readYaml(source.text));
  if (parsed.success) return { data: parsed.data, problems: [] };
  return {
    problems: parsed.error.issues.map(({ path, message }) => ({
      field: `${file}/${path.join('/')}`,
      problem: message,
    })),
  };
}

function refuse(what: string, problems: readonly FieldProblem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  throw new CountersignError(
    'misconfigured',
    `Cannot read ${what}: ${problems.length === 1 ? '1 problem' : `${problems.length} problems`}, first "${first.field} ${first.problem}"`,
    { problems },
  );
}
