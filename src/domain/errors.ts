/**
 * The one error class of Countersign and its closed list of codes.
 *
 * A code is a promise to callers: it never changes meaning. The gateway's problem table turns each into an HTTP
 * status; anything that is not a CountersignError is `internal` and shows nothing outside.
 */

/** Every way Countersign refuses or fails. Adding one means adding a row to the gateway's problem table. */
export type ErrorCode =
  | 'bad-json'
  | 'body-too-large'
  | 'invalid-field'
  | 'unknown-field'
  | 'unknown-tool'
  | 'too-many-steps'
  | 'unauthenticated'
  | 'agent-suspended'
  | 'revoked'
  | 'wrong-environment'
  | 'canary-tripped'
  | 'task-declared'
  | 'not-found'
  | 'key-reused'
  | 'already-closed'
  | 'already-answered'
  | 'too-many-open'
  | 'turned-down-often'
  | 'misconfigured'
  | 'unavailable'
  | 'internal';

/** One field that is wrong: where (a JSON pointer or setting name), and what is wanted. */
export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
}

/**
 * A refusal or failure with a stable code. `message` follows the grammar of craft habit 21: capital, action first,
 * colon, current then wanted, values quoted, no final stop. It may be shown to the caller, so it carries no secret.
 */
export class CountersignError extends Error {
  readonly code: ErrorCode;
  readonly problems: readonly FieldProblem[];

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly problems?: readonly FieldProblem[]; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'CountersignError';
    this.code = code;
    this.problems = Object.freeze([...(options.problems ?? [])]);
  }
}

/** Throws for a state the types cannot rule out but the code does; `what` names the broken promise. */
export function impossible(what: string): never {
  throw new CountersignError('internal', `Cannot continue: impossible state "${what}"`);
}
