/** What was decided on similar requests before, for whoever reviews this one. */
import type { KnownBlock } from '@slack/types';
import { earlierWords } from '../../approvals/earlier-words.ts';
import type { Names } from '../../approvals/names.ts';
import { outside } from '../../approvals/outside-text.ts';
import type { EarlierDecision } from '../../domain/oversight.ts';
import { context, section } from './blocks.ts';

const CHARS_MAX = 2_500;

/** Exactly one block; undefined where the records cannot be read, and it says so. */
export function earlierBlock(earlier: readonly EarlierDecision[] | undefined, names: Names): KnownBlock {
  if (earlier === undefined)
    return context('Earlier decisions on similar requests cannot be read at the moment.');
  if (earlier.length === 0) return context('Nothing similar was decided before.');
  const lines = earlier.map((one) => `- ${earlierWords(one, names)}`);
  return section(
    outside(['Earlier decisions on similar requests:', ...lines].join('\n'), { charsMax: CHARS_MAX }),
  );
}
