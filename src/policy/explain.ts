/**
 * A verdict in words: the chain from the question to the answer. The lines name what our configuration names (agents,
 * tools, listed scopes, rules, groups), and repeat nothing that an agent or the outside world wrote.
 */
import type { StepFacts } from '../domain/facts.ts';
import type { Gate, Verdict } from '../domain/verdict.ts';
import type { SetAnswer } from './ask-engine.ts';
import { durationText } from './duration.ts';
import { peopleOf, termsOf } from './phrase.ts';
import type { Rule } from './rules.ts';
import { scopeChain } from './scopes.ts';

const LINE_CHARACTERS_MAX = 200;
const LINES_MAX = 30;
const OUR_WORD = /^[\w.-]{1,64}$/;

/** Lines of a chain that are not bounded yet. */
export type Chain = readonly string[];

/** Who asks what, where. */
export function askedLine({ agent, tool, target }: StepFacts, scopes: ReadonlySet<string>): string {
  const { id, profile, maxTier } = agent;
  const who = `${agentName(id)} (profile ${OUR_WORD.test(profile) ? profile : 'unknown'}, tier ${maxTier})`;
  return `${who} asks ${tool} ${placeOf(target.scope, scopes)}`;
}

/** The words for a scope: itself where it is listed; else only the nearest listed one above it. */
export function placeOf(scope: string, scopes: ReadonlySet<string>): string {
  if (scopes.has(scope)) return `on ${scope}`;
  const parent = scopeChain(scope).find((one) => scopes.has(one));
  return parent === undefined ? 'outside the listed scopes' : `below ${parent}`;
}

/** Agents come from our directory; a name that could not be one of ours is not repeated. */
export function agentName(id: string): string {
  return OUR_WORD.test(id) ? id : 'an agent';
}

/** What authority said: the grants and that no block fired, or the blocks, or that no grant matched. */
export function authorityChain({ allowed, rules }: SetAnswer, about: readonly Rule[]): Chain {
  const looked = (effect: string) => about.filter(({ json }) => json.effect === effect).length;
  const named = rules.map((rule) => ruleLine(allowed ? 'grant' : 'block', rule));
  if (allowed) return [...named, `no block fired (${looked('forbid')} looked at)`];
  return rules.length > 0 ? named : [`no grant matched (${looked('permit')} looked at)`];
}

/** The gates that fired, each with what it demands. */
export function gateChain(open: readonly Rule[], about: readonly Rule[]): Chain {
  if (open.length === 0) return [`no gate fired (${about.length} looked at)`];
  return open.map((rule) => ruleLine('gate', rule, ` → ${demandOf(rule)}`));
}

/** The chain as it is kept: bounded lines, the last of them the effect. */
export function explanationOf(chain: Chain, effect: Verdict['effect']): readonly string[] {
  const shown = chain.length < LINES_MAX ? chain : chain.slice(0, LINES_MAX - 2);
  const left = chain.length - shown.length;
  const more = left === 0 ? [] : [`… and ${left} lines more`];
  return Object.freeze(
    [...shown, ...more, `verdict: ${effect}`].map((line) => cut(line, LINE_CHARACTERS_MAX)),
  );
}

/** For the CLI and logs: the effect and the policy, then the chain; for an old verdict what it holds. */
export function explain(verdict: Verdict): string[] {
  const { effect, policyVersion, explanation = toldOf(verdict) } = verdict;
  return [`${effect} by policy ${policyVersion}`, ...explanation.map((line) => `  ${line}`)];
}

function toldOf({ rules, gates, downscopeTo }: Verdict): readonly string[] {
  return [
    ...rules.map(({ id, sentence }) => `${id}: ${sentence}`),
    ...(downscopeTo === undefined ? [] : [`runs ${downscopeTo} instead`]),
    ...gates.map((gate) => `${gate.rule} → ${obligation(gate)}`),
  ];
}

function ruleLine(what: 'grant' | 'block' | 'gate', { annotations }: Rule, tail = ''): string {
  const { id, owner, reason } = annotations;
  return `${cut(`${what} ${id} (owner ${owner}): ${reason}`, LINE_CHARACTERS_MAX - tail.length)}${tail}`;
}

function demandOf({ gate, annotations }: Rule): string {
  if (gate !== undefined) return obligation(gate);
  return annotations.gate === 'downscope' ? `downscope to ${annotations.to}` : 'nothing';
}

function obligation(gate: Gate): string {
  if (gate.kind === 'notice') return `notice to ${gate.channel}`;
  const terms = [gate.tier, ...termsOf(gate)].join(', ');
  return `approval: ${peopleOf(gate, durationText)} within ${durationText(gate.ttlMs)} (${terms})`;
}

function cut(text: string, charactersMax: number): string {
  return text.length <= charactersMax ? text : `${text.slice(0, Math.max(0, charactersMax - 1))}…`;
}
