/** How a wait for people is divided: remind at 50 %, escalate at 75 %, expire at the end (design §3.4). */

export interface WaitStage {
  readonly lastsMs: number;
  /** What happens when the stage ends unanswered. */
  readonly endsWith: 'remind' | 'escalate' | 'expire';
  /** Shown at the timer in the Temporal UI. */
  readonly summary: string;
}

/** The stages of a wait of `ttlMs` milliseconds; their lengths add up to it exactly. */
export function waitStages(ttlMs: number): readonly WaitStage[] {
  const half = Math.floor(ttlMs / 2);
  const quarter = Math.floor(ttlMs / 4);
  return [
    { lastsMs: half, endsWith: 'remind', summary: 'until people are reminded' },
    { lastsMs: quarter, endsWith: 'escalate', summary: 'until the next group is asked' },
    { lastsMs: ttlMs - half - quarter, endsWith: 'expire', summary: 'until the request expires' },
  ];
}
