/**
 * The Cedar schema, made from the tool list.
 *
 * One action per tool, each in the group of its effect (`read`, `draft`, `write`, `delete`, `money`, `message`), and in
 * `change` when it leaves something behind that others see (all but reads and drafts). Which changes are routine is the
 * organisation's judgement, so it stands in gates.cedar as a list of tools and not here. There are no string
 * attributes on purpose: every constant a rule can compare with is an enum entity, so that a misspelt one is an error.
 * `context.input` holds the arguments that the tool's own schema marks as facts, so it differs from action to action.
 */
import type { SchemaJson, TypeOfAttribute } from '@cedar-policy/cedar-wasm/nodejs';
import type { Reversibility, TargetTrait, ToolEffect } from '../domain/ask.ts';
import type { Environment } from '../domain/facts.ts';
import type { Recent, Tally } from '../domain/usage.ts';
import { type InputFact, inputEnum } from './input-facts.ts';
import type { PolicyTool, Vocabulary } from './vocabulary.ts';

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
  Effect: members(EFFECTS),
  Environment: members(ENVIRONMENTS),
  Reversibility: members(REVERSIBILITIES),
  Trait: members(TRAITS),
};

function members<Name extends string>(record: Record<Name, boolean>): Name[] {
  // Sound: the records above are literals of exactly these types.
  return Object.keys(record) as Name[];
}

/** The groups that a tool's action is in. */
export function actionGroups(effect: ToolEffect): readonly string[] {
  return EFFECTS[effect] ? [effect, CHANGE] : [effect];
}

type Attribute = TypeOfAttribute<string>;
type Attributes = Record<string, Attribute>;

const entity = (name: string): Attribute => ({ type: 'EntityOrCommon', name });
const extension = (name: string): Attribute => ({ type: 'Extension', name });
const record = (attributes: Attributes) => ({ type: 'Record' as const, attributes });
const LONG: Attribute = { type: 'Long' };
const BOOL: Attribute = { type: 'Boolean' };

const TALLY = record({ steps: LONG, denied: LONG, cents: LONG } satisfies Record<keyof Tally, Attribute>);
const RECENT: Record<keyof Recent, Attribute> = {
  agentHour: TALLY,
  agentDay: TALLY,
  toolHour: TALLY,
  toolDay: TALLY,
  targetHour: TALLY,
  targetDay: TALLY,
  readTier: LONG,
};

const CONTEXT: Attributes = {
  environment: entity('Environment'),
  effect: entity('Effect'),
  reversibility: entity('Reversibility'),
  confidence: extension('decimal'),
  amountCents: LONG,
  stepCount: LONG,
  changeFreeze: BOOL,
  now: extension('datetime'),
  businessHours: BOOL,
  holiday: BOOL,
  behalf: BOOL,
  behalfGroups: { type: 'Set', element: entity('Group') },
  elevated: BOOL,
  task: record({ declared: BOOL, outside: BOOL }),
  recent: record(RECENT),
};

/** The schema both rule sets are validated against and every request is checked with. */
export function policySchema({
  tools,
  profiles,
  groups,
}: Pick<Vocabulary, 'tools' | 'profiles' | 'groups'>): SchemaJson<string> {
  const enums = Object.entries({ ...ENUMS, Profile: [...profiles], Group: [...groups] });
  const verbs = ACTION_GROUPS.map((name) => [name, {}] as const);
  const actions = tools.map((tool) => [tool.name, actionOf(tool)] as const);
  return {
    '': {
      entityTypes: {
        ...Object.fromEntries(
          [...enums, ...tools.flatMap(inputEnums)].map(([name, members]) => [name, { enum: members }]),
        ),
        ...ENTITIES,
      },
      actions: Object.fromEntries([...verbs, ...actions]),
    },
  };
}

function actionOf({ name, effect, policyFacts }: PolicyTool) {
  const input = Object.entries(policyFacts).map(
    ([field, fact]) => [field, inputType(name, field, fact)] as const,
  );
  return {
    memberOf: actionGroups(effect).map((id) => ({ id })),
    appliesTo: {
      principalTypes: ['Agent'],
      resourceTypes: ['Target'],
      context: record({ ...CONTEXT, input: record(Object.fromEntries(input)) }),
    },
  };
}

function inputType(tool: string, field: string, fact: InputFact): Attribute {
  if (fact === 'long') return LONG;
  return fact === 'bool' ? BOOL : entity(inputEnum(tool, field));
}

function inputEnums({ name, policyFacts }: PolicyTool): readonly [string, string[]][] {
  return Object.entries(policyFacts).flatMap(([field, fact]) =>
    typeof fact === 'string' ? [] : [[inputEnum(name, field), [...fact]] as [string, string[]]],
  );
}

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
