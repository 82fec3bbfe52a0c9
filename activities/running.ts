/** A step that runs, and what running it stands on. */
import type { Effect } from '../src/domain/effect.ts';
import type { AccessBook, StandingGrants } from '../src/domain/ports.ts';
import type { SealClaims } from '../src/domain/seal.ts';
import type { ConsentDeps } from './consent.ts';
import type { StepInput } from './contract.ts';
import type { FateDeps } from './fate.ts';
import type { JudgingDeps } from './judge-step.ts';
import type { Runnable } from './refusal.ts';

/** What running a step stands on. */
export interface ExecuteDeps extends JudgingDeps, ConsentDeps, FateDeps {
  readonly access: AccessBook;
  readonly grants: Pick<StandingGrants, 'inForce' | 'mint' | 'proofOf' | 'use'>;
}

/** A step that may run. `effect` is the row of an earlier attempt that is known not to have happened. */
export interface Running {
  readonly input: StepInput;
  readonly claims: SealClaims;
  readonly judged: Runnable;
  readonly effect: Effect | undefined;
}
