/** The scope tree: where tools act, from wide to narrow, as `scopes.yaml` lists it. */
import { z } from 'zod';
import type { FieldProblem } from '../domain/errors.ts';
import { readYaml, type Source } from './source.ts';

/** One scope: up to six segments as vendors allow them in names, e.g. `github/acme/webshop`. */
export const SCOPE =
  /^(?!\.{1,2}(\/|$))[A-Za-z0-9._-]{1,100}(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._-]{1,100}){0,5}$/;

const scopesFile = z.strictObject({
  scopes: z
    .array(z.string().regex(SCOPE, 'wanted ids separated by "/", from wide to narrow'))
    .min(1)
    .max(2000),
});

/** The scope and all its parents, narrow first: `a/b/c`, `a/b`, `a`. */
export function scopeChain(scope: string): readonly string[] {
  const segments = scope.split('/');
  return segments.map((_, index) => segments.slice(0, segments.length - index).join('/'));
}

/** Reads the list and adds every parent. With problems the list is what could be understood. */
export function readScopes(source: Source): {
  readonly scopes: readonly string[];
  readonly problems: readonly FieldProblem[];
} {
  if (source.problem !== undefined)
    return { scopes: [], problems: [{ field: source.file, problem: source.problem }] };
  const parsed = scopesFile.safeParse(readYaml(source.text));
  if (parsed.success)
    return { scopes: [...new Set(parsed.data.scopes.flatMap(scopeChain))].sort(), problems: [] };
  return {
    scopes: [],
    problems: parsed.error.issues.map((issue) => ({
      field: `${source.file} ${issue.path.join('.')}`.trim(),
      problem: issue.message,
    })),
  };
}
