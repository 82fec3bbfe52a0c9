/**
 * A question is one eligible person's signed question on one version of a request. The agent's answer is its own
 * words: unverified, and no reason to decide in itself. Asking stops no clock and decides nothing.
 * Imported by workflow code, so this file stays free of zod and of Node built-ins.
 */
import type { Decision } from './decision.ts';

/** Questions taken on one request; further ones are refused. */
export const QUESTIONS_MAX = 10;
/** Characters of a question. */
export const QUESTION_CHARS_MAX = 1_000;
/** Characters of an agent's answer. */
export const ANSWER_CHARS_MAX = 4_000;

/** The claims inside a question's JWS. `id` is derived from the click, so that a repeated delivery repeats the id. */
export interface Question {
  readonly id: string;
  readonly request: string;
  readonly version: number;
  readonly digest: string;
  readonly person: string;
  readonly text: string;
  readonly surface: Decision['surface'];
  readonly at: string;
}

/** A question as the request shows it. `answer` is the agent's own text, unverified. */
export interface QuestionView {
  readonly id: string;
  readonly by: string;
  readonly text: string;
  readonly at: string;
  readonly answer?: string;
  readonly answeredAt?: string;
}

/** What an agent says to one question. */
export interface QuestionAnswer {
  readonly question: string;
  readonly text: string;
}

/** What became of one question. Kept in the history either way; `sentence` is for the person. */
export type Hearing =
  | { readonly heard: true; readonly question: Question }
  | { readonly heard: false; readonly sentence: string; readonly person?: string };
