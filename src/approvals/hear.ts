/** Whether a signed question is put to the agent: whoever may decide about a request may ask about it, and nobody else. */
import type { QuestionVerifier } from '../domain/ports.ts';
import { type Hearing, QUESTIONS_MAX, type Question } from '../domain/question.ts';
import { standingOf, type Voters } from '../domain/tally.ts';
import type { AdmissionInput } from './admit.ts';
import { groupsInWords } from './refusal.ts';
import { type VoterDeps, votersOf } from './voters.ts';

/** A question dated further ahead of us than this is not believed, whoever signed it. */
const CLOCK_SKEW_MAX_MS = 5 * 60_000;

/** One question and everything it is held against. `asked` are the ids of those put to the agent so far. */
export interface HearingInput extends Omit<AdmissionInput, 'votes'> {
  readonly asked: readonly string[];
}

export interface HearingDeps extends VoterDeps {
  readonly questions: QuestionVerifier;
}

/**
 * In this order: signature, request, stage, version, digest, person, exclusion, group, repetition, number. Never throws
 * for a bad question: each refusal is a value with a sentence for the person. A delivery repeated is refused silently.
 */
export async function hearQuestion(input: HearingInput, deps: HearingDeps): Promise<Hearing> {
  const question = await believed(input.jws, deps);
  if (question === undefined)
    return { heard: false, sentence: 'This question was not asked: its signature could not be verified' };
  const refuse = (sentence: string): Hearing => ({ heard: false, sentence, person: question.person });
  const mismatch = mismatchOf(question, input);
  if (mismatch !== undefined) return refuse(mismatch);
  let voters: Voters;
  try {
    voters = await votersOf([question.person], input.tier, deps);
  } catch {
    return refuse(
      'This question was not asked: the directory of people does not answer; please try again in a minute',
    );
  }
  if (standingOf(voters.get(question.person), input) !== 'eligible')
    return refuse(
      `Only people in ${groupsInWords(input.needs)} who may decide this can ask about it; your question was not asked`,
    );
  if (input.asked.includes(question.id)) return { heard: false, sentence: 'This question was asked already' };
  if (input.asked.length >= QUESTIONS_MAX)
    return refuse(
      `This question was not asked: ${QUESTIONS_MAX} were asked about this request, and no more are taken`,
    );
  return { heard: true, question };
}

async function believed(jws: string, { questions, clock }: HearingDeps): Promise<Question | undefined> {
  try {
    const question = await questions.verify(jws);
    const aheadMs = new Date(question.at).getTime() - clock().getTime();
    return aheadMs <= CLOCK_SKEW_MAX_MS ? question : undefined;
  } catch {
    return undefined;
  }
}

function mismatchOf(question: Question, { expected, stage }: HearingInput): string | undefined {
  if (question.request !== expected.request) return 'This question was not asked: it names another request';
  if (stage !== 'waiting')
    return `This question came too late: the request is ${stage === 'closed' ? 'closed' : 'already running'}`;
  if (question.version !== expected.version || question.digest !== expected.digest)
    return 'The request has changed since you looked; please ask on its newest card';
  return undefined;
}
