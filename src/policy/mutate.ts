/**
 * The mutation check: each mutant of a bundle must fail at least one scenario. Those that fail none survive, and each
 * survivor is a rule that somebody could break without any test noticing.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CountersignError } from '../domain/errors.ts';
import type { Policy } from '../domain/ports.ts';
import { loadEngine } from './engine.ts';
import { type Mutant, mutantsOf } from './mutants.ts';
import { failureOf, type PreparedScenario } from './run-scenarios.ts';

/** What a check needs. `load` loads the bundle in a folder and rejects with `misconfigured` for a wrong one. */
export interface MutationCheck {
  readonly folder: string;
  readonly prepared: readonly PreparedScenario[];
  readonly load: (folder: string) => Promise<Pick<Policy, 'decide'>>;
  /** Told after each mutant how many of all are done. */
  readonly onProgress?: (done: number, of: number) => void;
}

/**
 * - `killed`: a scenario failed.
 * - `refused`: the loader refuses the mutant, so that it could never be in force.
 * - `survived`: nothing noticed.
 */
export interface MutationReport {
  readonly killed: number;
  readonly refused: readonly MutantName[];
  readonly survived: readonly MutantName[];
}

export type MutantName = Pick<Mutant, 'rule' | 'mutation'>;

/** More mutants than this and the check refuses to begin: it would run for minutes. */
export const MUTANTS_MAX = 2_000;

/**
 * Runs every mutant; the scenarios must hold on the bundle itself. Works on a copy of the folder, which is gone
 * afterwards. Rejects with `misconfigured` for a bundle that can't be read or has too many rules.
 */
export async function checkMutants({
  folder,
  prepared,
  load,
  onProgress,
}: MutationCheck): Promise<MutationReport> {
  const mutants = mutantsOf(await loadEngine(), folder);
  if (mutants.length > MUTANTS_MAX) {
    throw new CountersignError(
      'misconfigured',
      `Cannot mutate policy: ${mutants.length} mutants, wanted at most ${MUTANTS_MAX}`,
    );
  }
  const copy = await mkdtemp(join(tmpdir(), 'countersign-mutants-'));
  const found: { readonly fate: Fate; readonly mutant: Mutant }[] = [];
  try {
    await cp(folder, copy, { recursive: true });
    for (const mutant of mutants) {
      found.push({ fate: await fateOf(mutant, { folder: copy, prepared, load }), mutant });
      onProgress?.(found.length, mutants.length);
    }
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
  const named = (wanted: Fate) =>
    found.filter(({ fate }) => fate === wanted).map(({ mutant: { rule, mutation } }) => ({ rule, mutation }));
  return { killed: named('killed').length, refused: named('refused'), survived: named('survived') };
}

type Fate = 'killed' | 'refused' | 'survived';

async function fateOf(
  { rule, file, text }: Mutant,
  { folder, prepared, load }: Omit<MutationCheck, 'onProgress'>,
): Promise<Fate> {
  const path = join(folder, file);
  const original = await readFile(path, 'utf8');
  await writeFile(path, text);
  try {
    const policy = await load(folder);
    return likeliestFirst(prepared, rule).some((one) => failureOf(one, policy) !== undefined)
      ? 'killed'
      : 'survived';
  } catch (error) {
    if (error instanceof CountersignError && error.code === 'misconfigured') return 'refused';
    throw error;
  } finally {
    await writeFile(path, original);
  }
}

/** A scenario that names the rule is the likeliest to notice, so that the others mostly need not be asked. */
function likeliestFirst(prepared: readonly PreparedScenario[], rule: string): readonly PreparedScenario[] {
  const names = ({ scenario }: PreparedScenario) => scenario.expect.rules.includes(rule);
  return [...prepared.filter(names), ...prepared.filter((one) => !names(one))];
}
