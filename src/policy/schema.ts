/**
 * The Cedar schema, made from the tool list.
 *
 * One action per tool, each in the group of its effect (`read`, `draft`, `write`, `delete`, `money`, `message`), and in
 * `change` when it leaves something behind that others see (all but reads and drafts). Which changes are routine is the
 * organisation's judgement, so it stands in gates.cedar as a list of tools and not here. There are no string
 * attributes on purpose: every constant a rule can compare with is an enum entity, so that a misspelt one is an error.
 */
import type { SchemaJson, TypeOfAttribute } from '@cedar-policy/cedar-wasm/nodejs';
import type { Reversibility, TargetTrait, ToolEffect } from '../domain/ask.ts';
import type { Environment } from '../domain/facts.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The group of everything but reads and drafts. */
const CHANGE = 'change';

// Records, so that the compiler notices a member that domain adds or drops.
const EFFECTS: Record<ToolEffect, boolean> = {
  read: false,
  draft: false,
  write: true,
  delete: true,
  money: true,
  message: true,
};
const ENVIRONMENTS: Record<Environment, true> = { prod: true, staging: true, dev: true };
const REVERSIBILITIES: Record<Reversibility, true> = { reversible: true, costly: true, irreversible: true };
const TRAITS: Record<TargetTrait, true> = {
  'protected-branch': true,
  'external-recipient': true,
  'admin-permission': true,
  'read-permission': true,
  'personal-data': true,
};

/** The actions that stand for many tools. */
export const ACTION_GROUPS: readonly string[] = [...Object.keys(EFFECTS), CHANGE];

/** The closed lists that facts and rules share. */
export const ENUMS = {
  Effect: Object.keys(EFFECTS),
  Environment: Object.keys(ENVIRONMENTS),
  Reversibility: Object.keys(REVERSIBILITIES),
  Trait: Object.keys(TRAITS),
};

/** The groups that a tool's action is in. */
export function actionGroups(effect: ToolEffect): readonly string[] {
  return EFFECTS[effect] ? [effect, CHANGE] : [effect];
}

const entity = (name: string): TypeOfAttribute<string> => ({ type: 'EntityOrCommon', name });
const extension = (name: string): TypeOfAttribute<string> => ({ type: 'Extension', name });

const CONTEXT: Record<string, TypeOfAttribute<string>> = {
  environment: entity('Environment'),
  effect: entity('Effect'),
  reversibility: entity('Reversibility'),
  confidence: extension('decimal'),
  amountCents: { type: 'Long' },
  stepCount: { type: 'Long' },
  changeFreeze: { type: 'Boolean' },
  now: extension('datetime'),
};

/** The schema both rule sets are validated against and every request is checked with. */
export function policySchema({
  tools,
  profiles,
}: Pick<Vocabulary, 'tools' | 'profiles'>): SchemaJson<string> {
  const groups = ACTION_GROUPS.map((name) => [name, {}] as const);
  const actions = tools.map(
    (tool) =>
      [
        tool.name,
        { memberOf: actionGroups(tool.effect).map((id) => ({ id })), appliesTo: APPLIES_TO },
      ] as const,
  );
  const enums = Object.entries({ ...ENUMS, Profile: [...profiles] });
  return {
    '': {
      entityTypes: {
        ...Object.fromEntries(enums.map(([name, members]) => [name, { enum: members }])),
        ...ENTITIES,
      },
      actions: Object.fromEntries([...groups, ...actions]),
    },
  };
}

const APPLIES_TO = {
  principalTypes: ['Agent'],
  resourceTypes: ['Target'],
  context: { type: 'Record' as const, attributes: CONTEXT },
};

const ENTITIES = {
  Agent: {
    memberOfTypes: ['Profile'],
    shape: {
      type: 'Record' as const,
      attributes: { suspended: { type: 'Boolean' as const }, maxTier: { type: 'Long' as const } },
    },
  },
  Scope: { memberOfTypes: ['Scope'] },
  Target: {
    memberOfTypes: ['Scope'],
    shape: {
      type: 'Record' as const,
      attributes: {
        tier: { type: 'Long' as const },
        traits: { type: 'Set' as const, element: entity('Trait') },
      },
    },
  },
};
