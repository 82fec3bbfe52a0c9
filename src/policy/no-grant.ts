/** What a refusal says when no grant matched, and whether people could give what is missing. */
import type { StepFacts } from '../domain/facts.ts';
import type { RuleHit } from '../domain/verdict.ts';
import type { Bundle } from './ask-engine.ts';
import { agentName, placeOf } from './explain.ts';
import { uidOf } from './literals.ts';
import { contextReads } from './mentions.ts';
import type { Rule } from './rules.ts';
import { scopeChain } from './scopes.ts';
import { toolRules } from './tool-rules.ts';

const SENTENCE_CHARACTERS_MAX = 160;
/** The tool by which an agent asks for what it lacks. */
const ASKING = 'access.request';

/** The rule of a deny that no rule made: who lacks a grant for what, where, and how it may be had. */
export function noGrant(bundle: Bundle, facts: StepFacts): RuleHit {
  const { agent, tool, target } = facts;
  const hint = mayBeAskedFor(bundle, facts) ? `; it may be asked for with ${ASKING}` : '';
  const sentence = `No grant lets ${agentName(agent.id)} use ${tool} ${placeOf(target.scope, bundle.scopes)}${hint}.`;
  const short = `No grant lets this agent use ${tool} there${hint}.`;
  return { id: 'no-grant', sentence: sentence.length <= SENTENCE_CHARACTERS_MAX ? sentence : short };
}

/** Whether a line of the matrix for this agent's profile covers the tool there once people have given access. */
function mayBeAskedFor(bundle: Bundle, { agent, tool, target, elevated }: StepFacts): boolean {
  if (elevated || !bundle.tools.has(ASKING)) return false;
  const scopes = scopeChain(target.scope);
  return (toolRules(bundle, tool)?.authority ?? []).some(
    (rule) =>
      isFor(rule, 'principal', [agent.profile]) && isFor(rule, 'resource', scopes) && isOnRequest(rule),
  );
}

function isOnRequest({ json }: Rule): boolean {
  return json.effect === 'permit' && contextReads(json)?.has('elevated') === true;
}

function isFor({ json }: Rule, part: 'principal' | 'resource', names: readonly string[]): boolean {
  const constraint = json[part];
  return constraint.op === 'in' && 'entity' in constraint && names.includes(uidOf(constraint.entity).id);
}
