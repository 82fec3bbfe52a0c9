/** Turns what zod found wrong into one refusal that names every field. */
import type { z } from 'zod';
import { CountersignError, type ErrorCode, type FieldProblem } from '../domain/errors.ts';
import { escapePointer } from './json-bounds.ts';

const PROBLEMS_MAX = 20;
const TEXT_MAX = 200;

type Issue = z.core.$ZodIssue;

/**
 * Fields are JSON pointers, or with `named` (headers, parameters) bare names. The code is that of the gravest problem:
 * an unknown field, else too many steps, else an invalid field.
 */
export function schemaRefusal(
  error: z.core.$ZodError,
  { what, named }: { readonly what: string; readonly named: boolean },
): CountersignError {
  const prefix = named ? '' : '/';
  const problems = error.issues.flatMap((issue) => problemsOf(issue, prefix)).slice(0, PROBLEMS_MAX);
  const first = problems[0] ?? { field: '', problem: 'Invalid' };
  const place = first.field === '' ? '' : `field "${first.field}": `;
  return new CountersignError(codeOf(error.issues), `Cannot read ${what}: ${place}${first.problem}`, {
    problems,
  });
}

function codeOf(issues: readonly Issue[]): ErrorCode {
  if (issues.some((issue) => issue.code === 'unrecognized_keys')) return 'unknown-field';
  const tooMany = issues.some(
    ({ code, path }) => code === 'too_big' && path.length === 1 && path[0] === 'steps',
  );
  return tooMany ? 'too-many-steps' : 'invalid-field';
}

function problemsOf(issue: Issue, prefix: string): readonly FieldProblem[] {
  const path = issue.path.map((part) => escapePointer(typeof part === 'symbol' ? String(part) : part));
  if (issue.code !== 'unrecognized_keys') {
    return [{ field: clip(prefix + path.join('/')).replace(/\/$/, ''), problem: clip(issue.message) }];
  }
  return issue.keys.map((key) => ({
    field: clip(prefix + [...path, escapePointer(key)].join('/')),
    problem: 'Unknown field',
  }));
}

function clip(text: string): string {
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 1)}…` : text;
}
