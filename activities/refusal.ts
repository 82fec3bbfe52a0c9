/**
 * Why a step that policy does not deny may still not run: a halt, another tool in its place, an announcement or
 * approvals that are missing. Stricter wins, whether it was said when people were asked or is said now.
 */
import { haltFor } from '../src/domain/halt.ts';
import type { SealClaims } from '../src/domain/seal.ts';
import { type ApprovalGate, groupsOf, type Verdict } from '../src/domain/verdict.ts';
import { type ConsentDeps, isApproved, type ProvenClaims, whyEditIsVoid } from './consent.ts';
import type { StepInput, StepResult } from './contract.ts';
import { Denied, verdictOf } from './denied.ts';
import { approvalsIn, gatesBeyond, stillHeld, unionOfGates } from './gates.ts';
import type { JudgedAsk } from './judge-step.ts';
import { ordersFor, refuseRevoked, refuseSwitchedOff, type StandingDeps } from './standing.ts';

export type Runnable = Extract<JudgedAsk, { denied: false }>;
export type Refusal = Extract<StepResult, { kind: 'refused' }>;

export function refuse(why: Refusal['why'], sentence: string, verdict?: Verdict): Refusal {
  return { kind: 'refused', why, sentence, ...(verdict === undefined ? {} : { verdict }) };
}

/** Undefined where nothing stands against it. */
export async function refusalOf(
  input: StepInput,
  claims: ProvenClaims,
  judged: Runnable,
  deps: ConsentDeps & StandingDeps,
): Promise<Refusal | undefined> {
  const stop = await stopOf(claims, judged, deps);
  if (stop !== undefined) return stop;
  const back = (sentence: string) => backToPeople(sentence, input, judged.verdict);
  if (judged.tool.name !== input.runs) return back(`Policy puts "${judged.tool.name}" in its place now.`);
  const gates = unionOfGates(judged.verdict.gates, input.judgedGates ?? []);
  if (!gates.every((gate) => gate.kind !== 'notice' || input.announced.includes(gate.channel))) {
    return back('Policy wants this step announced now.');
  }
  const voided = await whyEditIsVoid(input, claims, approvalsIn(gates), deps);
  if (voided !== undefined) return refuse('denied', voided);
  if (await isApproved(input, claims, approvalsIn(gates), deps)) return undefined;
  return back(whyNotEnough(input, judged.verdict));
}

/**
 * A refusal that goes back to people, with its reason first in the chain of the verdict they are asked under. What held
 * before still holds: neither the gates they were asked under nor a smaller tool in place of the one asked for is lost.
 */
export function backToPeople(sentence: string, input: StepInput, fresh: Verdict): Refusal {
  const { ask, runs, judgedGates = [] } = input;
  const verdict = stillHeld(fresh, { asked: ask.tool, runs, gates: judgedGates });
  const explanation = [sentence, ...(fresh.explanation ?? [])];
  return refuse('unapproved', sentence, { ...verdict, explanation });
}

/** What was ordered against a step that was judged, by now; undefined where nothing was. */
export async function stopOf(
  { agent, session = null, token = null }: SealClaims,
  { tool, verdict: { policyVersion } }: Runnable,
  deps: StandingDeps,
): Promise<Refusal | undefined> {
  const orders = await ordersFor(tool.effect, deps);
  const halt = haltFor(orders.halts, { agent, tool: tool.name, now: deps.clock() });
  if (halt !== undefined) return refuse('halted', `Halted by ${halt.by}: ${halt.reason}`);
  try {
    refuseRevoked(orders, { agent, session, token });
    refuseSwitchedOff(orders, tool, deps);
    return undefined;
  } catch (error) {
    if (!(error instanceof Denied)) throw error;
    return refuse('denied', error.message, verdictOf(error, policyVersion));
  }
}

export const GRANT_GONE = 'The standing grant that allowed this no longer does.';

/** Says which rule is new, and whether that is because the policy changed, where people had been asked under another. */
function whyNotEnough(
  { judgedGates, judgedPolicy, judgedUnder }: StepInput,
  { gates, policyVersion }: Verdict,
): string {
  if (judgedUnder !== undefined) return GRANT_GONE;
  const [fresh] = judgedGates === undefined ? [] : gatesBeyond(gates, judgedGates);
  if (fresh === undefined) return 'The approvals at hand do not cover what policy asks now.';
  const asks = `rule "${fresh.rule}" now asks for ${people(fresh)}`;
  if (judgedPolicy === undefined || judgedPolicy === policyVersion) return `Since people looked, ${asks}.`;
  return `Policy changed (${short(judgedPolicy)} → ${short(policyVersion)}): ${asks}.`;
}

function people(gate: ApprovalGate): string {
  const why = gate.needsReason === true ? ', with a reason' : '';
  return `${gate.quorum} of ${groupsOf(gate).join(' or ')}${why}`;
}

/** Enough of a version to tell two apart. */
function short(version: string): string {
  return version.slice(0, 12);
}
