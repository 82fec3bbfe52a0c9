/** What the engine does not check about a bundle: that nobody grants by hand, and the names rules use. */
import type { FieldProblem } from '../domain/errors.ts';
import type { ApprovalAnnotations } from './annotations.ts';
import { checkHint } from './hint.ts';
import { entitiesIn, scopedTools } from './literals.ts';
import { nameOf, type RawRule, type Rule } from './rules.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Every problem of the rules themselves. `raw` are all that parse, `rules` those whose annotations are right. */
export function checkRules(
  raw: readonly RawRule[],
  rules: readonly Rule[],
  vocabulary: Vocabulary,
): readonly FieldProblem[] {
  return [
    ...raw.flatMap((rule) =>
      named(rule, [...checkShape(rule), ...checkNames(rule, vocabulary), ...checkHint(rule)]),
    ),
    ...rules.flatMap((rule) =>
      named(rule, [...checkOwner(rule, vocabulary), ...checkReferences(rule, vocabulary)]),
    ),
    ...repeatedIds(raw),
  ];
}

function named(rule: RawRule, problems: readonly string[]): readonly FieldProblem[] {
  return problems.map((problem) => ({ field: rule.place, problem: `${nameOf(rule)} ${problem}` }));
}

function checkShape({ set, json, fromLine }: RawRule): readonly string[] {
  if (json.effect === 'forbid' || fromLine !== undefined) return [];
  return set === 'gates'
    ? ['permits: wanted only forbids in gates.cedar']
    : ['permits: wanted only blocks here, grants are lines of permissions.yaml'];
}

function checkNames(rule: RawRule, { scopes, agents }: Vocabulary): readonly string[] {
  return entitiesIn(rule.json).flatMap(({ type, id }) => {
    // Without any scope the list itself is the problem, reported on its own.
    if (type === 'Scope' && scopes.length > 0 && !scopes.includes(id))
      return [`names the scope "${id}": wanted one listed in scopes.yaml`];
    if (type === 'Agent' && !agents.includes(id)) return [`names the agent "${id}": wanted a known agent`];
    if (type === 'Target') return [`names the single target "${id}": wanted a scope`];
    return [];
  });
}

function checkOwner({ annotations: { owner } }: Rule, { people, groups }: Vocabulary): readonly string[] {
  const known = people.includes(owner) || groups.includes(owner);
  return unless(known, `is owned by "${owner}": wanted a known person or group`);
}

function checkReferences(
  { annotations, json }: Rule,
  { groups, channels, tools }: Vocabulary,
): readonly string[] {
  switch (annotations.gate) {
    case 'approval':
      return checkGroups(annotations, groups);
    case 'notify':
      return unless(
        channels.includes(annotations.channel),
        `announces to "${annotations.channel}": wanted a known channel`,
      );
    case 'downscope':
      return checkDownscope(annotations.to, scopedTools(json.action), tools);
    default:
      return [];
  }
}

/** Every group must be there, and none may be asked twice: it would not bring anybody new. */
function checkGroups(
  { approvers, escalate = [], fallback }: ApprovalAnnotations,
  groups: readonly string[],
): readonly string[] {
  const later = escalate.map(({ group }) => group);
  const named = [...approvers, ...later];
  const known = (says: string) => (group: string) =>
    unless(groups.includes(group), `${says} "${group}": wanted a known group`);
  return [
    ...approvers.flatMap(known('asks the group')),
    ...later.flatMap(known('escalates to')),
    ...later.flatMap((group, index) =>
      unless(
        named.indexOf(group) === approvers.length + index,
        `escalates to "${group}", which it asks already: wanted another group`,
      ),
    ),
    ...(fallback === undefined ? [] : known('falls back to')(fallback)),
    ...unless(
      fallback === undefined || !named.includes(fallback),
      `falls back to "${fallback}", which it asks already: wanted another group`,
    ),
  ];
}

function checkDownscope(
  to: string,
  gated: readonly string[] | undefined,
  tools: Vocabulary['tools'],
): readonly string[] {
  if (!tools.some((tool) => tool.name === to)) return [`reduces to "${to}": wanted a known tool`];
  if (gated === undefined) return ['reduces a group of actions: wanted the tools by name'];
  return gated
    .filter((name) => !tools.find((tool) => tool.name === name)?.smaller.includes(to))
    .map((name) => `reduces "${name}" to "${to}": wanted a tool that it lists as smaller`);
}

function repeatedIds(rules: readonly RawRule[]): readonly FieldProblem[] {
  const seen = new Set<string>();
  return rules.flatMap((rule) => {
    const id = rule.json.annotations?.id;
    if (id === undefined) return [];
    if (seen.has(id))
      return [{ field: rule.place, problem: `${nameOf(rule)} is there twice: wanted an id of its own` }];
    seen.add(id);
    return [];
  });
}

function unless(right: boolean, problem: string): readonly string[] {
  return right ? [] : [problem];
}
