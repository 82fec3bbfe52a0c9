/**
 * Whether a signed edit may be taken up: signed by the approvals role, of exactly what is asked now, by somebody who may
 * decide it now. Whoever may approve may correct; whether policy lets the corrected step be asked for comes after.
 */
import type { Amendment } from '../domain/amendment.ts';
import type { Ask, JsonObject } from '../domain/ask.ts';
import type { DecisionRefusal } from '../domain/decision.ts';
import { askDigest } from '../domain/digest.ts';
import type { AmendmentVerifier, Directory } from '../domain/ports.ts';
import { standingOf } from '../domain/tally.ts';
import type { Electorate, Expected } from './admit.ts';
import { type RefusalContext, refusalSentence } from './refusal.ts';
import { type VoterDeps, votersOf } from './voters.ts';

/** An edit dated further ahead of us than this is not believed, whoever signed it. */
const CLOCK_SKEW_MAX_MS = 5 * 60_000;

/** One edit and everything it is held against. `steps` are the asks as they are now; those before `from` ran. */
export interface AmendmentInput
  extends Pick<Electorate, 'needs' | 'excluded' | 'tier'>,
    Pick<RefusalContext, 'owner' | 'onBehalfOf' | 'editor' | 'requestedBy' | 'stage'> {
  readonly jws: string;
  /** The edited arguments: believed only as far as the signature names their digest. */
  readonly args: JsonObject;
  readonly expected: Expected;
  /** An edit made later never counts, however late it is looked at. */
  readonly expiresAt?: string;
  readonly steps: readonly Ask[];
  readonly from: number;
}

export interface AmendmentDeps extends VoterDeps {
  readonly amendments: AmendmentVerifier;
  readonly directory: Directory;
}

export type AmendmentAdmission =
  | { readonly admitted: true; readonly amendment: Amendment; readonly ask: Ask }
  | { readonly admitted: false; readonly sentence: string; readonly person?: string };

/** The signed claims of an edit; undefined for what nobody of ours signed. */
export async function believedAmendment(
  jws: string,
  { amendments, clock }: Pick<AmendmentDeps, 'amendments' | 'clock'>,
): Promise<Amendment | undefined> {
  try {
    const amendment = await amendments.verify(jws);
    return Date.parse(amendment.at) - clock().getTime() <= CLOCK_SKEW_MAX_MS ? amendment : undefined;
  } catch {
    return undefined;
  }
}

/**
 * In this order: signature, request, stage, time, version, digest, step, arguments, person, exclusion, group. Never throws for
 * a bad edit: each refusal is a value with a sentence for whoever made it.
 */
export async function admitAmendment(
  input: AmendmentInput,
  deps: AmendmentDeps,
): Promise<AmendmentAdmission> {
  const amendment = await believedAmendment(input.jws, deps);
  if (amendment === undefined)
    return { admitted: false, sentence: 'This edit was not taken up: its signature could not be verified' };
  const refuse = (sentence: string): AmendmentAdmission => ({
    admitted: false,
    sentence,
    person: amendment.person,
  });
  const mismatch = mismatchOf(amendment, input);
  if (mismatch !== undefined) return refuse(mismatch);
  const ask = editedAsk(amendment, input);
  if (ask === undefined) return refuse('This edit was not taken up: it is not the one that was signed');
  try {
    const why = await standingNow(amendment, input, deps);
    return why === undefined ? { admitted: true, amendment, ask } : refuse(why);
  } catch {
    return refuse(
      'This edit was not taken up: the directory of people does not answer; please try again in a minute',
    );
  }
}

function mismatchOf(amendment: Amendment, input: AmendmentInput): string | undefined {
  const { expected, stage, steps, from } = input;
  const { request, version, digest, step } = amendment;
  if (request !== expected.request) return 'This edit was not taken up: it names another request';
  if (stage !== 'waiting')
    return `This edit came too late: the request is ${stage === 'closed' ? 'closed' : 'already running'}`;
  if (input.expiresAt !== undefined && Date.parse(amendment.at) > Date.parse(input.expiresAt))
    return 'This edit came too late: the time to decide was over';
  if (version !== expected.version || digest !== expected.digest)
    return 'The request has changed since you looked; please edit it on its newest card';
  if (step < from || step >= steps.length)
    return 'This edit was not taken up: the step can no longer be edited';
  return undefined;
}

/** The step as it was edited; undefined where the arguments beside the signature, or the step before, are others. */
function editedAsk({ step, was, ask }: Amendment, { steps, args }: AmendmentInput): Ask | undefined {
  const now = steps[step];
  if (now === undefined || askDigest(now) !== was) return undefined;
  const edited = { tool: now.tool, args };
  return askDigest(edited) === ask ? edited : undefined;
}

async function standingNow(
  { person: id }: Amendment,
  input: AmendmentInput,
  deps: AmendmentDeps,
): Promise<string | undefined> {
  const voters = await votersOf([id], input.tier, deps);
  const standing: DecisionRefusal | 'eligible' = standingOf(voters.get(id), input);
  if (standing === 'eligible') return undefined;
  const person = await deps.directory.person(id);
  return refusalSentence(standing, { ...input, person, doing: 'edit' });
}
