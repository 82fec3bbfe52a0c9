/** What a reviewer types by hand to show that they know what they approve: the same on every surface. */
import type { CardStep, CardView } from '../domain/card.ts';
import { shortDigest } from '../domain/digest.ts';
import { outsideLine } from './outside-text.ts';

const PHRASE_CHARS_MAX = 60;

/** The steps people are asked about; all where policy asks for none (a card then only reports). */
export function askedSteps({ steps }: Pick<CardView, 'steps'>): readonly CardStep[] {
  const asked = steps.filter((step) => step.verdict === 'approve');
  return asked.length === 0 ? steps : asked;
}

/**
 * What a reviewer types: the target of the first step they are asked about, or the request's short code where that
 * target is too long or contains what cannot be typed.
 */
export function phraseToType(view: Pick<CardView, 'steps' | 'digest'>): string {
  const label = askedSteps(view)[0]?.target.label.trim().replace(/\s+/g, ' ') ?? '';
  const typable = label !== '' && label.length <= PHRASE_CHARS_MAX && outsideLine(label, 200) === label;
  return typable ? label : shortDigest(view.digest);
}

/** Whether `typed` is the wanted phrase. Spaces and composed characters may differ between keyboards; nothing else may. */
export function isTyped(typed: string, wanted: string): boolean {
  return folded(typed) === folded(wanted);
}

function folded(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}
