/** Finds what a rule names: the entities in its scope and conditions, and the tools it is about. */
import type { ActionConstraint, EntityUidJson, PolicyJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import { ACTION_GROUPS, actionGroups } from './schema.ts';
import type { PolicyTool } from './vocabulary.ts';

/** Every entity a rule names, wherever it stands, once each. */
export function entitiesIn(json: PolicyJson): readonly TypeAndId[] {
  const found = new Map<string, TypeAndId>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('type' in value && 'id' in value && typeof value.type === 'string' && typeof value.id === 'string') {
      found.set(`${value.type} ${value.id}`, { type: value.type, id: value.id });
    }
    for (const inner of Object.values(value)) visit(inner);
  };
  visit([json.principal, json.action, json.resource, json.conditions]);
  return [...found.values()];
}

/** The tools a rule's action names one by one; undefined when it names a group or every action. */
export function scopedTools(action: ActionConstraint): readonly string[] | undefined {
  const names = scopedActions(action);
  return names === undefined || names.some((name) => ACTION_GROUPS.includes(name)) ? undefined : names;
}

/** The actions a rule's action names, tools and groups alike; undefined for every action. */
export function scopedActions(action: ActionConstraint): readonly string[] | undefined {
  if (action.op === 'All' || 'slot' in action) return undefined;
  return ('entities' in action ? action.entities : [action.entity]).map((entity) => uidOf(entity).id);
}

/** Whether a rule's action covers a tool, by name or by group. Its conditions may still say no. */
export function covers(action: ActionConstraint, { name, effect }: PolicyTool): boolean {
  const names = scopedActions(action);
  return names === undefined || [name, ...actionGroups(effect)].some((one) => names.includes(one));
}

/** Cedar writes an entity in either of two forms. */
export function uidOf(entity: EntityUidJson): TypeAndId {
  return '__entity' in entity ? entity.__entity : entity;
}
