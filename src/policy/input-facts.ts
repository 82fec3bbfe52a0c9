/**
 * Which arguments of a tool rules may look at: the fields its schema marks with `.meta({ policyFact: true })`.
 *
 * Only whole numbers, booleans and members of an enum can be facts. Text never can: whatever an agent writes must not
 * be able to decide about itself, and a rule about free text would be one that a synonym walks around.
 */
import { z } from 'zod';
import { CountersignError, type FieldProblem } from '../domain/errors.ts';

/** A fact's type: a whole number, a boolean, or the members of an enum. */
export type InputFact = 'long' | 'bool' | readonly string[];

/** What an optional enum field is for rules when the agent did not give it; numbers are then 0, booleans false. */
export const ABSENT = 'absent';

/** Facts stay far below where sums in rules could overflow. */
const NUMBER_MAX = 1_000_000_000_000;
const MEMBERS_MAX = 50;

interface Node {
  readonly policyFact?: unknown;
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
}

/** Facts by field name. Throws `misconfigured` naming every marked field that cannot be one. */
export function inputFacts(tool: {
  readonly name: string;
  readonly input: z.ZodType;
}): Readonly<Record<string, InputFact>> {
  const root = z.toJSONSchema(tool.input, { io: 'input', unrepresentable: 'any' }) as Node;
  const fields = Object.entries(root.properties ?? {});
  const problems: FieldProblem[] = [];
  const facts = fields.flatMap(([name, node]): readonly (readonly [string, InputFact])[] => {
    const field = `${tool.name} ${name}`;
    if (marksInside(node)) problems.push({ field, problem: 'marks a fact inside: wanted it at the top' });
    if (node.policyFact !== true) return [];
    const fact = factOf(node, { optional: !(root.required ?? []).includes(name) });
    if (fact !== undefined) return [[name, fact]];
    problems.push({ field, problem: `is a fact for policy: wanted ${WANTED}` });
    return [];
  });
  if (problems.length > 0) refuse(tool.name, problems);
  return Object.freeze(Object.fromEntries(facts));
}

const WANTED = `an enum of at most ${MEMBERS_MAX}, a whole number within ±${NUMBER_MAX} or a boolean`;

function factOf(node: Node, { optional }: { readonly optional: boolean }): InputFact | undefined {
  if (node.type === 'boolean') return 'bool';
  if (node.type === 'integer') return isBounded(node) ? 'long' : undefined;
  const members = (node.enum ?? []).filter((member) => typeof member === 'string');
  const own = members.length === node.enum?.length && !members.includes(ABSENT);
  if (!own || members.length === 0 || members.length > MEMBERS_MAX) return undefined;
  return optional ? [...members, ABSENT] : members;
}

function isBounded({ minimum = -Infinity, maximum = Infinity }: Node): boolean {
  return minimum >= -NUMBER_MAX && maximum <= NUMBER_MAX;
}

/** A mark on a part of a field would read as a fact and be none. */
function marksInside(node: Node): boolean {
  return Object.values(node).some(
    (part) => typeof part === 'object' && part !== null && ('policyFact' in part || marksInside({ ...part })),
  );
}

function refuse(tool: string, problems: readonly FieldProblem[]): never {
  const [first] = problems;
  throw new CountersignError(
    'misconfigured',
    `Cannot read facts of "${tool}": "${first?.field}" ${first?.problem}`,
    { problems },
  );
}

/** The entity type of an enum fact: `github.add_collaborator`, `permission` → `InputGithubAddCollaboratorPermission`. */
export function inputEnum(tool: string, field: string): string {
  const words = [...tool.split(/[._]/), field];
  return `Input${words.map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`).join('')}`;
}
