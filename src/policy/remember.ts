/**
 * Answers a bundle has given. The engine is a pure function of bundle and question, and each step is judged at least
 * twice (before anything runs, and right before it does), mostly with the same facts: then the answer is known.
 *
 * An answer is found again by the whole question as the engine is asked it: every attribute, every parent and what the
 * rules read of the context. Where they read the time, which is always another, nothing is remembered. What could not
 * be judged is not remembered either: it is asked again.
 */
import { askSet, type Bundle, narrowed, type SetAnswer } from './ask-engine.ts';
import type { Engine } from './engine.ts';
import type { Question } from './entities.ts';
import type { RuleSet } from './rules.ts';

/** More different questions than this, and the oldest answer is forgotten. */
export const ANSWERS_MAX = 1_000;

export type Ask = (set: RuleSet, question: Question) => SetAnswer;

/** `askSet` for one bundle, which answers from a memory of its own where it can. Throws as `askSet` does. */
export function rememberingAsk(engine: Engine, bundle: Bundle): Ask {
  const answers = new Map<string, SetAnswer>();
  return (set, question) => {
    const asked = narrowed(bundle, set, question);
    if ('now' in asked.context) return askSet(engine, bundle, set, asked);
    const key = JSON.stringify([set, asked]);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = Object.freeze(askSet(engine, bundle, set, asked));
    const [oldest] = answers.size < ANSWERS_MAX ? [] : answers.keys();
    if (oldest !== undefined) answers.delete(oldest);
    answers.set(key, answer);
    return answer;
  };
}
