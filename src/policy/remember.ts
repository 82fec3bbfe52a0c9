/**
 * Answers a bundle has given. The engine is a pure function of bundle and question, and each step is judged at least
 * twice (before anything runs, and right before it does), mostly with the same facts: then the answer is known.
 *
 * The time is part of every question and always another, so it is left out where no rule of the bundle reads it;
 * where one does, nothing is remembered. Only plain answers are: what could not be judged is asked again.
 */
import { askSet, type Bundle, type SetAnswer } from './ask-engine.ts';
import type { Engine } from './engine.ts';
import type { Question } from './entities.ts';
import type { RuleSet } from './rules.ts';

/** More different questions than this, and the oldest answer is forgotten. */
export const ANSWERS_MAX = 1_000;

export type Ask = (set: RuleSet, question: Question) => SetAnswer;

/** `askSet` for one bundle, which answers from memory where it can. Throws as `askSet` does. */
export function rememberingAsk(engine: Engine, bundle: Bundle): Ask {
  const ask: Ask = (set, question) => askSet(engine, bundle, set, question);
  return readsTime(bundle) ? ask : remembering(ask);
}

/** By the engine's own reading of the rules, where a name is a name however it was written. */
function readsTime({ rules }: Bundle): boolean {
  return [...rules.values()].some(({ json }) => JSON.stringify(json).includes('"now"'));
}

function remembering(ask: Ask): Ask {
  const answers = new Map<string, SetAnswer>();
  return (set, question) => {
    const key = JSON.stringify([set, { ...question, context: { ...question.context, now: null } }]);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = Object.freeze(ask(set, question));
    const [oldest] = answers.size < ANSWERS_MAX ? [] : answers.keys();
    if (oldest !== undefined) answers.delete(oldest);
    answers.set(key, answer);
    return answer;
  };
}
