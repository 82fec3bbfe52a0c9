/** The names that rules may use. A rule naming anything else is a mistake found at load, not a rule that never fires. */
import type { Reversibility, ToolEffect } from '../domain/ask.ts';
import type { FieldProblem } from '../domain/errors.ts';

/** What policy knows of a tool. `smaller` are the tools a downscope gate may replace it by. */
export interface PolicyTool {
  readonly name: string;
  readonly effect: ToolEffect;
  readonly reversibility: Reversibility;
  readonly smaller: readonly string[];
}

/** Everything a bundle is checked against. */
export interface Vocabulary {
  /** The whole catalogue, tools that are switched off too: rules about those stay right. */
  readonly tools: readonly PolicyTool[];
  /** Groups of people, as `@approvers` and `@escalate` name them. */
  readonly groups: readonly string[];
  /** Notice channels, as `@channel` names them. */
  readonly channels: readonly string[];
  /** Agent profiles, as grants name them. */
  readonly profiles: readonly string[];
  /** Agents, for rules about a single one. */
  readonly agents: readonly string[];
  /** Scopes with all their parents, e.g. `github`, `github/acme`, `github/acme/webshop`. */
  readonly scopes: readonly string[];
}

/** Tools as their room defines them, with the part that policy needs. */
export function policyTools(
  tools: readonly (Omit<PolicyTool, 'smaller'> & { readonly smaller?: Readonly<Record<string, unknown>> })[],
): readonly PolicyTool[] {
  return tools.map(({ name, effect, reversibility, smaller = {} }) => ({
    name,
    effect,
    reversibility,
    smaller: Object.keys(smaller),
  }));
}

const TOOL_NAME = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/;

/** Mistakes in the names themselves, which would make the schema ambiguous. */
export function checkVocabulary({ tools, profiles }: Vocabulary): readonly FieldProblem[] {
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
