/** Earlier decisions in words, the same on every surface: our words, ids and names of the organisation, a line each. */
import type { EarlierDecision } from '../domain/oversight.ts';
import type { Names } from './names.ts';
import { outsideLine } from './outside-text.ts';
import { OUTCOME_WORDS } from './wording.ts';

/** One decision in one line; for plain text only, since a scope is made of outside names. */
export function earlierWords(one: EarlierDecision, names: Names): string {
  const when = `${one.at.slice(0, 16).replace('T', ' ')} UTC`;
  return `${when}: ${fateWords(one, names)}. ${similarWords(one)}, asked by ${outsideLine(names.agent(one.agent), 80)} (${one.request})`;
}

function fateWords({ fate, outcome, answers }: EarlierDecision, names: Names): string {
  const by = (answer: 'approve' | 'deny') =>
    answers
      .filter((given) => given.answer === answer)
      .map(({ person }) => outsideLine(names.person(person), 80))
      .join(' and ') || 'nobody still known';
  const ended = outcome === undefined ? 'not over yet' : lower(OUTCOME_WORDS[outcome]);
  const words = {
    approved: () => `approved by ${by('approve')}; ${ended}`,
    rejected: () => `rejected by ${by('deny')}`,
    edited: () => 'edited into another version',
    expired: () => 'nobody decided in time',
    ended: () => ended,
  };
  return words[fate]();
}

function similarWords({ similar, tool, scope }: EarlierDecision): string {
  if (similar === 'target') return `The same target (${tool})`;
  const where = `${tool} in ${outsideLine(scope, 80)}`;
  return similar === 'scope' ? `The same scope (${where})` : `The same agent and tool (${where})`;
}

function lower(text: string): string {
  return `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
}
