/** Cedar grants from the lines of the permission matrix: one permit per line, and one more to ask for it on request. */
import { accessScope } from '../domain/access.ts';
import type { Engine } from './engine.ts';
import { inTurns } from './in-turns.ts';
import type { PermissionLine } from './permissions.schema.ts';
import { ACCESS_TOOL, type Permission } from './permissions.ts';
import { type RulesFound, rawRule, withAnnotations } from './rules.ts';

/**
 * The grants as rules of the set `authority`, with the id, reason and owner of their line; the one to ask has the id
 * `<line>-ask`. The lines must be checked. What their words still have wrong (id, reason) is among the problems.
 */
export async function generateGrants(
  engine: Engine,
  permissions: readonly Permission[],
): Promise<RulesFound> {
  const raw = await inTurns(permissions, (some) =>
    some.flatMap(({ line, place, position }) =>
      grantTexts(line).map((text, index) =>
        rawRule(engine, { set: 'authority', place, position: position + index, text, fromLine: line.id }),
      ),
    ),
  );
  return withAnnotations(raw, []);
}

/** The text of a line's grants: what it permits, then (on request) the permit to ask for it. */
export function grantTexts(line: PermissionLine): readonly string[] {
  const { tools, scope, maxTier, until, onRequest } = line;
  const grant = permit(line, {
    id: line.id,
    tools,
    scope,
    conditions: [
      `resource.tier <= ${maxTier}`,
      ...inTime(until),
      ...(onRequest === undefined ? [] : ['context.elevated']),
    ],
  });
  if (onRequest === undefined) return [grant];
  const asks = tools.map((tool) =>
    permit(line, {
      id: `${line.id}-ask`,
      tools: [ACCESS_TOOL],
      scope: accessScope(tool, scope),
      conditions: [`context.input.minutes <= ${onRequest.atMostMinutes}`, ...inTime(until)],
    }),
  );
  return [grant, ...asks];
}

function inTime(until: Date | undefined): readonly string[] {
  return until === undefined ? [] : [`context.now < datetime(${quoted(until.toISOString())})`];
}

interface Grant {
  readonly id: string;
  readonly tools: readonly string[];
  readonly scope: string;
  readonly conditions: readonly string[];
}

function permit({ profile, owner, reason }: PermissionLine, { id, tools, scope, conditions }: Grant): string {
  const actions = tools.map((tool) => `Action::${quoted(tool)}`).join(', ');
  return `@id(${quoted(id)}) @owner(${quoted(owner)})
@reason(${quoted(reason)})
permit (
  principal in Profile::${quoted(profile)},
  action in [${actions}],
  resource in Scope::${quoted(scope)}
)
when { ${conditions.join(' && ')} };`;
}

/** As Cedar writes text: everything that is not plain is spelt out, so that no word of a line can end its quotes. */
function quoted(text: string): string {
  const plain = /^[\p{L}\p{N}\p{P}\p{S} ]$/u;
  const spelt = [...text].map((one) =>
    plain.test(one) && one !== '"' && one !== '\\' ? one : `\\u{${one.codePointAt(0)?.toString(16)}}`,
  );
  return `"${spelt.join('')}"`;
}
