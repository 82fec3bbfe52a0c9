import type { Outcome } from '../../../domain/outcome.ts';
import type { RequestStatus, StepStatus } from '../../../domain/request.ts';
import type { VerdictEffect } from '../../../domain/verdict.ts';

export type Tone = 'good' | 'busy' | 'waiting' | 'bad' | 'odd' | 'quiet';

const OUTCOME_TONES: Readonly<Record<Outcome, Tone>> = {
  executed: 'good',
  rejected: 'bad',
  expired: 'quiet',
  denied: 'bad',
  cancelled: 'quiet',
  stale: 'odd',
  halted: 'odd',
  failed: 'bad',
  rolled_back: 'odd',
  rollback_failed: 'bad',
};

const EFFECT_TONES: Readonly<Record<VerdictEffect, Tone>> = {
  allow: 'good',
  notify: 'busy',
  downscope: 'odd',
  approve: 'waiting',
  deny: 'bad',
};

const STATUS_TONES: Readonly<Record<StepStatus | RequestStatus, Tone>> = {
  pending: 'quiet',
  waiting: 'waiting',
  running: 'busy',
  done: 'good',
  failed: 'bad',
  undone: 'odd',
  undo_failed: 'bad',
  skipped: 'quiet',
  closed: 'quiet',
};

/** The colour of a word of ours; quiet for words this page does not know. */
export function toneOf(word: string): Tone {
  const tones: Readonly<Record<string, Tone>> = { ...STATUS_TONES, ...EFFECT_TONES, ...OUTCOME_TONES };
  return tones[word] ?? 'quiet';
}

/** One of our closed-list words with its colour; the word itself carries the meaning. */
export function Chip({ word, title }: { word: string; title?: string }) {
  return (
    <span class={`chip tone-${toneOf(word)}`} {...(title === undefined ? {} : { title })}>
      {word.replaceAll('_', ' ')}
    </span>
  );
}

/** The chip of a request as lists show it: how it ended, or what it is doing. */
export function RequestChip({ status, outcome }: { status: RequestStatus; outcome?: string | undefined }) {
  return <Chip word={outcome ?? status} />;
}
