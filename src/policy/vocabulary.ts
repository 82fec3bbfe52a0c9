/** The names that rules may use. A rule naming anything else is a mistake found at load, not a rule that never fires. */
import type { Reversibility, ToolEffect } from '../domain/ask.ts';
import type { FieldProblem } from '../domain/errors.ts';
import { type InputFact, inputEnum, inputFacts } from './input-facts.ts';

/** What policy knows of a tool. `smaller` are the tools a downscope gate may replace it by. */
export interface PolicyTool {
  readonly name: string;
  readonly effect: ToolEffect;
  readonly reversibility: Reversibility;
  readonly smaller: readonly string[];
  /** Arguments that rules may look at, as `context.input.<name>`. */
  readonly policyFacts: Readonly<Record<string, InputFact>>;
}

/** Everything a bundle is checked against. */
export interface Vocabulary {
  /** The whole catalogue, tools that are switched off too: rules about those stay right. */
  readonly tools: readonly PolicyTool[];
  /** Groups of people, as `@approvers`, `@escalate`, `@fallback`, `@owner` and tiers.yaml name them. */
  readonly groups: readonly string[];
  /** People who may own rules and lines of the matrix. */
  readonly people: readonly string[];
  /** Notice channels, as `@channel` names them. */
  readonly channels: readonly string[];
  /** Agent profiles, as grants name them. */
  readonly profiles: readonly string[];
  /** Agents, for rules about a single one. */
  readonly agents: readonly string[];
  /** Scopes with all their parents, e.g. `github`, `github/acme`, `github/acme/webshop`. */
  readonly scopes: readonly string[];
}

/** A tool as its room defines it, as far as policy looks at it. */
type DefinedTool = Parameters<typeof inputFacts>[0] &
  Pick<PolicyTool, 'effect' | 'reversibility'> & { readonly smaller?: Readonly<Record<string, unknown>> };

/** Tools as their room defines them, with the part that policy needs. Throws `misconfigured` as `inputFacts` does. */
export function policyTools(tools: readonly DefinedTool[]): readonly PolicyTool[] {
  return tools.map((tool) => ({
    name: tool.name,
    effect: tool.effect,
    reversibility: tool.reversibility,
    smaller: Object.keys(tool.smaller ?? {}),
    policyFacts: inputFacts(tool),
  }));
}

const TOOL_NAME = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/;

/** Mistakes in the names themselves, which would make the schema ambiguous. */
export function checkVocabulary({ tools, profiles, groups }: Vocabulary): readonly FieldProblem[] {
  const names = tools.map((tool) => tool.name);
  const problem = (name: string, text: string): FieldProblem => ({
    field: 'tools',
    problem: `"${name}" ${text}`,
  });
  return [
    ...(names.length === 0 ? [{ field: 'tools', problem: 'is empty: wanted at least one tool' }] : []),
    ...(profiles.length === 0
      ? [{ field: 'profiles', problem: 'is empty: wanted at least one profile' }]
      : []),
    ...(groups.length === 0 ? [{ field: 'groups', problem: 'is empty: wanted at least one group' }] : []),
    ...sameEnums(tools),
    ...names
      .filter((name) => !TOOL_NAME.test(name))
      .map((name) => problem(name, 'is no tool name: wanted provider.verb_object')),
    ...names
      .filter((name, index) => names.indexOf(name) < index)
      .map((name) => problem(name, 'is there twice: wanted once')),
    ...tools.flatMap((tool) =>
      tool.smaller
        .filter((smaller) => !names.includes(smaller) || smaller === tool.name)
        .map((smaller) => problem(tool.name, `lists "${smaller}" as smaller: wanted another known tool`)),
    ),
  ];
}

/** Two facts whose enums would get one name in the schema, where the later would silently replace the earlier. */
function sameEnums(tools: readonly PolicyTool[]): readonly FieldProblem[] {
  const enums = tools.flatMap(({ name, policyFacts }) =>
    Object.entries(policyFacts)
      .filter(([, fact]) => typeof fact !== 'string')
      .map(([field]) => ({ field: `${name} ${field}`, type: inputEnum(name, field) })),
  );
  return enums.flatMap(({ field, type }, index) =>
    enums.findIndex((one) => one.type === type) < index &&
    !enums.slice(0, index).some((one) => one.field === field)
      ? [{ field: 'tools', problem: `"${field}" shares "${type}" with another: wanted another name` }]
      : [],
  );
}
