/**
 * The permission matrix, `permissions.yaml`: the only place where anything is granted.
 *
 * Each line is checked against the names in force, so that a line nobody could review (a wildcard, a whole provider,
 * several kinds of change at once) never becomes a grant. Grants are then generated from the lines.
 */
import { LineCounter, parseDocument } from 'yaml';
import { accessScope } from '../domain/access.ts';
import type { FieldProblem } from '../domain/errors.ts';
import { type PermissionLine, permissionLine, permissionsFile } from './permissions.schema.ts';
import { SCOPE, scopeChain } from './scopes.ts';
import type { Source } from './source.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The tool by which agents ask for the permissions of `on: request` lines. */
export const ACCESS_TOOL = 'access.request';

/** A line with where it stands: `place` for people, `position` for the order. */
export interface Permission {
  readonly line: PermissionLine;
  readonly place: string;
  readonly position: number;
}

export interface PermissionsFound {
  readonly permissions: readonly Permission[];
  readonly problems: readonly FieldProblem[];
}

/** The lines of the file, and a problem for everything in it that is no line. */
export function readPermissions(source: Source): PermissionsFound {
  if (source.problem !== undefined) return refused(source.file, source.problem);
  const counter = new LineCounter();
  const document = parseDocument(source.text, { lineCounter: counter });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = counter.linePos(error.pos[0]);
    return refused(`${source.file}:${line}`, `is no YAML: ${error.message.split('\n')[0]}`);
  }
  const file = permissionsFile.safeParse(plainValue(document));
  if (!file.success) {
    const problems = file.error.issues.map(({ path, message }) => ({
      field: `${source.file} ${path.join('.')}`.trim(),
      problem: message,
    }));
    return { permissions: [], problems };
  }
  const found = file.data.permissions.map((value, index) => {
    const place = `${source.file}:${counter.linePos(startOf(document, index)).line}`;
    return readLine(value, place, index);
  });
  return {
    permissions: found.flatMap(({ permissions }) => permissions),
    problems: found.flatMap(({ problems }) => problems),
  };
}

function refused(field: string, problem: string): PermissionsFound {
  return { permissions: [], problems: [{ field, problem }] };
}

type Parsed = ReturnType<typeof parseDocument>;

function plainValue(document: Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    return undefined;
  }
}

function startOf(document: Parsed, index: number): number {
  const node: unknown = document.getIn(['permissions', index], true);
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : 0;
}

function readLine(value: unknown, place: string, index: number): PermissionsFound {
  const parsed = permissionLine.safeParse(value);
  if (parsed.success) {
    return { permissions: [{ line: parsed.data, place, position: 2 * index }], problems: [] };
  }
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;
  const name = typeof id === 'string' ? `line "${id.slice(0, 64)}"` : 'line without id';
  const problems = parsed.error.issues.map((issue) => {
    const what =
      issue.code === 'unrecognized_keys'
        ? `has "${issue.keys.join('", "')}": wanted no such field`
        : `has a wrong "${issue.path.join('.')}": ${issue.message}`;
    return { field: place, problem: `${name} ${what}` };
  });
  return { permissions: [], problems };
}

/** Splits the lines into those that may become grants and the problems of the others. */
export function checkPermissions(
  { permissions, problems }: PermissionsFound,
  vocabulary: Vocabulary,
): PermissionsFound {
  const checked = permissions.map((permission) => ({
    permission,
    problems: lineProblems(permission.line, vocabulary).map((problem) => ({
      field: permission.place,
      problem: `line "${permission.line.id}" ${problem}`,
    })),
  }));
  const all = [...problems, ...checked.flatMap((one) => one.problems)];
  const right = checked.filter((one) => one.problems.length === 0).map(({ permission }) => permission);
  // A misspelt line is missing where it belongs; saying that too would point its author to two places.
  return { permissions: right, problems: all.length > 0 ? all : profilesWithout(right, vocabulary) };
}

function profilesWithout(
  permissions: readonly Permission[],
  { profiles }: Vocabulary,
): readonly FieldProblem[] {
  const having = new Set(permissions.map(({ line }) => line.profile));
  return profiles
    .filter((profile) => !having.has(profile))
    .map((profile) => ({ field: 'permissions.yaml', problem: `has no line for "${profile}": wanted one` }));
}

function lineProblems(line: PermissionLine, vocabulary: Vocabulary): readonly string[] {
  const wild = [line.profile, line.scope, ...line.tools].filter((name) => name.includes('*'));
  if (wild.length > 0) return [`grants "${wild[0]}": wanted names, never a wildcard`];
  return [
    ...unless(
      vocabulary.profiles.includes(line.profile),
      `is for the profile "${line.profile}": wanted a known profile`,
    ),
    ...unless(vocabulary.people.includes(line.owner), `is owned by "${line.owner}": wanted a known person`),
    ...scopeProblems(line.scope, vocabulary),
    ...line.tools.flatMap((tool, index) => toolProblems(line, tool, { index, vocabulary })),
    ...(line.onRequest === undefined ? [] : requestProblems(line, vocabulary)),
  ];
}

function scopeProblems(scope: string, { scopes }: Vocabulary): readonly string[] {
  // Without any scope the list itself is the problem, reported on its own.
  if (scopes.length > 0 && !scopes.includes(scope))
    return [`names the scope "${scope}": wanted one listed in scopes.yaml`];
  const narrower = scopes.find((one) => one.startsWith(`${scope}/`));
  const whole = !scope.includes('/') && narrower !== undefined;
  return whole ? [`grants on all of "${scope}": wanted a narrower scope such as "${narrower}"`] : [];
}

function toolProblems(
  { tools, effect }: PermissionLine,
  name: string,
  { index, vocabulary }: { readonly index: number; readonly vocabulary: Vocabulary },
): readonly string[] {
  if (tools.indexOf(name) < index) return [`names "${name}" twice: wanted once`];
  if (name === ACCESS_TOOL) return [`grants "${name}": wanted "on: request" on the line it is about`];
  const tool = vocabulary.tools.find((one) => one.name === name);
  if (tool === undefined) return [`names the tool "${name}": wanted a known tool`];
  return unless(
    tool.effect === effect,
    `is for "${effect}" but "${name}" is "${tool.effect}": wanted a line of its own for each effect`,
  );
}

function requestProblems({ tools, scope }: PermissionLine, vocabulary: Vocabulary): readonly string[] {
  const [tool = ''] = tools;
  return [
    ...unless(
      vocabulary.tools.some(({ name }) => name === ACCESS_TOOL),
      `is on request: no tool ${ACCESS_TOOL}`,
    ),
    ...unless(
      tools.length === 1,
      `is on request for ${tools.length} tools: wanted one, as agents ask for one`,
    ),
    ...unless(SCOPE.test(accessScope(tool, scope)), `is on request on "${scope}": wanted a shorter scope`),
  ];
}

function unless(right: boolean, problem: string): readonly string[] {
  return right ? [] : [problem];
}

/** The scopes that asking for access is judged on, with all their parents: rules may name them like any listed one. */
export function accessScopes(permissions: readonly Permission[]): readonly string[] {
  const chains = permissions.flatMap(({ line }) =>
    line.onRequest === undefined
      ? []
      : line.tools.flatMap((tool) => scopeChain(accessScope(tool, line.scope))),
  );
  return [...new Set(chains)];
}

/** Whether the line's `until` has passed: it stands in the matrix and grants nothing. */
export function isExpired({ until }: PermissionLine, now: Date): boolean {
  return until !== undefined && until <= now;
}
