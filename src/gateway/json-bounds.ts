/** Bounds on the shape of a JSON body that no schema states: depth, size, and text that later parts can store. */
import { CountersignError, type FieldProblem } from '../domain/errors.ts';

/** Nesting of objects and arrays, the body itself being 1. */
export const DEPTH_MAX = 16;
/** Values of any kind in one body. */
export const VALUES_MAX = 10_000;
/** Characters of an object key. */
export const KEY_LENGTH_MAX = 200;

// PostgreSQL's jsonb holds neither NUL nor half a surrogate pair, and RFC 8785 refuses the latter.
const UNSTORABLE = /\0|\p{Surrogate}/u;

interface Visit {
  readonly value: unknown;
  readonly pointer: string;
  readonly depth: number;
}

/** Throws `invalid-field` at the first value out of bounds. Iterative: a hostile depth must not exhaust the stack. */
export function boundJson(body: unknown): void {
  const open: Visit[] = [{ value: body, pointer: '', depth: 1 }];
  let seen = 0;
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    seen += 1;
    if (seen > VALUES_MAX) refuse({ field: '', problem: `must hold at most ${VALUES_MAX} values` });
    checkLeaf(visit);
    if (typeof visit.value !== 'object' || visit.value === null) continue;
    if (visit.depth > DEPTH_MAX)
      refuse({ field: visit.pointer, problem: `must nest at most ${DEPTH_MAX} deep` });
    open.push(...childrenOf(visit.value, visit));
  }
}

function checkLeaf({ value, pointer }: Visit): void {
  if (typeof value === 'string' && UNSTORABLE.test(value)) {
    refuse({ field: pointer, problem: 'must hold no NUL and no lone surrogate' });
  }
  if (typeof value === 'number' && !Number.isFinite(value))
    refuse({ field: pointer, problem: 'must be finite' });
}

function childrenOf(value: object, { pointer, depth }: Visit): readonly Visit[] {
  const entries = Object.entries(value);
  if (entries.length > VALUES_MAX)
    refuse({ field: pointer, problem: `must hold at most ${VALUES_MAX} values` });
  return entries.map(([key, child]) => {
    if (key.length > KEY_LENGTH_MAX || UNSTORABLE.test(key)) {
      refuse({ field: pointer, problem: `must have keys of at most ${KEY_LENGTH_MAX} storable characters` });
    }
    return { value: child, pointer: `${pointer}/${escapePointer(key)}`, depth: depth + 1 };
  });
}

/** One reference token of a JSON pointer (RFC 6901). */
export function escapePointer(key: string | number): string {
  return String(key).replaceAll('~', '~0').replaceAll('/', '~1');
}

function refuse(problem: FieldProblem): never {
  throw new CountersignError('invalid-field', `Cannot read body: "${problem.field}" ${problem.problem}`, {
    problems: [problem],
  });
}
