/**
 * What the engine is told of a step: of the context only what the rules at hand read. Reading the context, and checking
 * it against the schema, is most of what a question costs. Should a rule read what was left out, it fails, and a rule
 * that fails denies.
 */
import type { SchemaJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Question } from './entities.ts';

/** Names of context attributes; undefined for all. */
type Reads = ReadonlySet<string> | undefined;

/** The question with that part of the context. */
export function narrowQuestion(question: Question, reads: Reads): Question {
  return { ...question, context: picked(question.context, reads) };
}

/** The schema with the tool's action as the only one that can be asked about, its context narrowed likewise. */
export function narrowSchema(schema: SchemaJson<string>, tool: string, reads: Reads): SchemaJson<string> {
  const namespaces = Object.entries(schema).map(([name, { actions, ...rest }]) => {
    const kept = Object.entries(actions)
      .filter(([action, { appliesTo }]) => action === tool || appliesTo === undefined)
      .map(([action, spec]) => [action, narrowAction(spec, reads)]);
    return [name, { ...rest, actions: Object.fromEntries(kept) }];
  });
  return Object.fromEntries(namespaces);
}

type Action = SchemaJson<string>[string]['actions'][string];

function narrowAction(action: Action, reads: Reads): Action {
  const context = action.appliesTo?.context;
  if (action.appliesTo === undefined || context === undefined || !('attributes' in context)) return action;
  const narrowed = { ...context, attributes: picked(context.attributes, reads) };
  return { ...action, appliesTo: { ...action.appliesTo, context: narrowed } };
}

function picked<Value>(fields: Record<string, Value>, reads: Reads): Record<string, Value> {
  if (reads === undefined) return fields;
  return Object.fromEntries(Object.entries(fields).filter(([name]) => reads.has(name)));
}
