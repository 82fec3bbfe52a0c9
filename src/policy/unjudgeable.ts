/** A question that got no answer. */

/** The question could not be judged. `sentence` is for people; it repeats no outside text. */
export class Unjudgeable extends Error {
  readonly sentence: string;

  constructor(sentence: string, cause?: unknown) {
    super(sentence, { cause });
    this.name = 'Unjudgeable';
    this.sentence = sentence;
  }
}
