/** Words what is wrong with blocks the way Slack does, so that what is learnt in the sandbox holds there. */
import type { z } from 'zod';

const PROBLEMS_MAX = 20;

/** At most twenty messages like `[ERROR] must be less than 76 characters [json-pointer:/blocks/0/text/text]`. */
export function blockProblems(error: z.ZodError, root: string): readonly string[] {
  return error.issues.slice(0, PROBLEMS_MAX).map((issue) => {
    const missing =
      (issue.code === 'invalid_type' || issue.code === 'invalid_value') && issue.input === undefined;
    const path = missing ? issue.path.slice(0, -1) : issue.path;
    const said = missing
      ? `missing required field: ${String(issue.path.at(-1) ?? root.slice(1))}`
      : worded(issue);
    return `[ERROR] ${said} [json-pointer:${[root, ...path.map(String)].join('/')}]`;
  });
}

function worded(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_big':
      return `must be less than ${Number(issue.maximum) + 1} ${unitOf(issue.origin)}`;
    case 'too_small':
      return `must be more than ${Number(issue.minimum) - 1} ${unitOf(issue.origin)}`;
    case 'unrecognized_keys':
      return `invalid additional property: ${issue.keys.join(', ')}`;
    case 'invalid_union':
      return `unsupported type: ${String((issue.input as { type?: unknown } | undefined)?.type)}`;
    default:
      return issue.message;
  }
}

function unitOf(origin: string): string {
  return origin === 'string' ? 'characters' : 'items';
}
