/**
 * Policy: two Cedar rule sets behind one question, "what about this step?".
 *
 * This room promises that a bundle with any mistake it can know of is refused as a whole, with every mistake named;
 * that nothing is allowed unless a grant matches, no block matches and no rule failed; and that every verdict names
 * its rules. It refuses to read an agent's words or raw arguments, to count votes (that is `approvals/`), and to look
 * at the outside world: facts arrive as arguments. Called by the `judge` and `execute` activities, the dry run and
 * the CLI, through the `Policy` port.
 */
import { canonicalHash } from '../domain/digest.ts';
import { CountersignError, type FieldProblem } from '../domain/errors.ts';
import type { Policy } from '../domain/ports.ts';
import type { Gate } from '../domain/verdict.ts';
import { type Bundle, NOT_GATED } from './ask-engine.ts';
import { checkRules } from './check.ts';
import { policyOf } from './decide.ts';
import { type Engine, loadEngine } from './engine.ts';
import { gatesOf, settleGates } from './gates.ts';
import { generateGrants } from './generate-grants.ts';
import { grantedTools, type MayAsk } from './granted-tools.ts';
import { covers } from './literals.ts';
import type { PermissionLine } from './permissions.schema.ts';
import { accessScopes, checkPermissions, readPermissions } from './permissions.ts';
import { RULES_MAX, type Rule, type RuleSet, type RulesFound, readRules } from './rules.ts';
import { policySchema } from './schema.ts';
import { readScopes } from './scopes.ts';
import { readSource, type Source } from './source.ts';
import { checkTiers, readTiers } from './tiers.ts';
import { validateRules } from './validate.ts';
import { checkVocabulary, type PolicyTool, type Vocabulary } from './vocabulary.ts';

/**
 * The folder of a bundle (`permissions.yaml`, `authority.cedar`, `gates.cedar`, `tiers.yaml`, `scopes.yaml`), and the
 * names its rules may use.
 */
export type PolicySources = Omit<Vocabulary, 'scopes'> & { readonly folder: string };

/** A bundle in force. */
export interface LoadedPolicy extends Policy {
  readonly mayAsk: MayAsk;
  /** The reviewed matrix, in the order of the file. Whether a line has expired is `isExpired`'s answer. */
  readonly permissions: readonly PermissionLine[];
  /** What each approval and notice demands once it fires, in the order of the file. */
  readonly gates: readonly Gate[];
}

interface Files {
  readonly authority: Source;
  readonly gates: Source;
  readonly tiers: Source;
  readonly scopes: Source;
  readonly permissions: Source;
}

interface Checked {
  readonly bundle: Bundle;
  readonly permissions: readonly PermissionLine[];
}

/**
 * Loads and cross-checks a bundle. Rejects with one `misconfigured` error whose `problems` list everything found.
 * Loading another bundle never changes what an earlier Policy answers.
 */
export async function loadPolicy({ folder, ...names }: PolicySources): Promise<LoadedPolicy> {
  const engine = await loadEngine();
  const files = {
    authority: readSource(folder, 'authority.cedar'),
    gates: readSource(folder, 'gates.cedar'),
    tiers: readSource(folder, 'tiers.yaml'),
    scopes: readSource(folder, 'scopes.yaml'),
    permissions: readSource(folder, 'permissions.yaml'),
  };
  const { bundle, permissions } = await checkedBundle(engine, files, names);
  const mayAsk = grantedTools(bundle.rules.values());
  const gates = Object.freeze(gatesOf([...bundle.rules.values()]));
  return Object.freeze({ ...policyOf(engine, bundle), mayAsk, permissions, gates });
}

async function checkedBundle(
  engine: Engine,
  files: Files,
  names: Omit<Vocabulary, 'scopes'>,
): Promise<Checked> {
  const { scopes, problems } = readScopes(files.scopes);
  const read = readPermissions(files.permissions);
  const matrix = checkPermissions(read, { ...names, scopes });
  const vocabulary = { ...names, scopes: [...scopes, ...accessScopes(read.permissions)] };
  const schema = policySchema(vocabulary);
  const grants = await generateGrants(engine, matrix.permissions);
  const blocks = await readRules(engine, 'authority', files.authority);
  const found = [grants, blocks, await readRules(engine, 'gates', files.gates)];
  const raw = found.flatMap((set) => set.raw);
  const { tiers, problems: ofTiers } = readTiers(files.tiers);
  const annotated = found.flatMap((set) => set.rules);
  const { rules, problems: ofGates } = settleGates(annotated, tiers);
  refuse([
    ...problems,
    ...checkVocabulary(vocabulary),
    ...matrix.problems,
    ...tooMany(grants, blocks),
    ...ofTiers,
    ...checkTiers(tiers, names),
    ...found.flatMap((set) => set.problems),
    // Without any tiers the file itself is the problem.
    ...(ofTiers.length > 0 ? [] : ofGates),
    ...checkRules(raw, rules, vocabulary),
    ...(await validateRules(engine, schema, raw)),
  ]);
  const texts = Object.values(files).map(({ text }) => text);
  const bundle = {
    version: versionOf([engine.getCedarSDKVersion(), schema, ...texts]),
    schema,
    policies: {
      authority: textsOf(rules, 'authority'),
      gates: { ...textsOf(rules, 'gates'), [NOT_GATED]: 'permit (principal, action, resource);' },
    },
    rules: new Map(rules.map((rule): [string, Rule] => [rule.annotations.id, rule])),
    tools: new Map(names.tools.map((tool) => [tool.name, tool])),
    gated: gatedTools(rules, names.tools),
    scopes: new Set(vocabulary.scopes),
  };
  return { bundle, permissions: Object.freeze(matrix.permissions.map(({ line }) => line)) };
}

function tooMany(grants: RulesFound, blocks: RulesFound): readonly FieldProblem[] {
  const count = grants.raw.length + blocks.raw.length;
  if (count <= RULES_MAX) return [];
  return [
    {
      field: 'permissions.yaml',
      problem: `makes ${count} rules with the blocks: wanted at most ${RULES_MAX}`,
    },
  ];
}

function gatedTools(rules: readonly Rule[], tools: readonly PolicyTool[]): ReadonlySet<string> {
  const gates = rules.filter(({ set }) => set === 'gates');
  const gated = tools.filter((tool) => gates.some(({ json }) => covers(json.action, tool)));
  return new Set(gated.map(({ name }) => name));
}

function refuse(found: readonly FieldProblem[]): void {
  // The engine repeats a finding for every kind of request it concerns.
  const problems = [...new Map(found.map((one) => [`${one.field} ${one.problem}`, one])).values()];
  if (problems.length === 0) return;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const [first] = problems;
  throw new CountersignError(
    'misconfigured',
    `Cannot load policy: ${count}, first "${first?.field} ${first?.problem}"`,
    {
      problems,
    },
  );
}

function textsOf(rules: readonly Rule[], set: RuleSet): Readonly<Record<string, string>> {
  return Object.fromEntries(
    rules.filter((rule) => rule.set === set).map((rule) => [rule.annotations.id, rule.text]),
  );
}

/** Short enough to read aloud, long enough (64 bits) that two bundles of one organisation never share it. */
function versionOf(parts: readonly unknown[]): string {
  return `p-${canonicalHash(parts).slice(0, 16)}`;
}
