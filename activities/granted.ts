/**
 * Standing grants in judging: where policy asks for one person's approval, a grant in force may stand in for it. Looked
 * up only then, so that no other step pays for it. Whatever cannot be read or proven goes to people.
 */
import { log } from '@temporalio/activity';
import { granterName } from '../src/approvals/granters.ts';
import { askDigest } from '../src/domain/digest.ts';
import type { Directory, StandingGrants } from '../src/domain/ports.ts';
import {
  coversCall,
  type GatedCall,
  type GrantStanding,
  mayBeGranted,
  usesLeft,
} from '../src/domain/standing-grant.ts';
import type { Verdict } from '../src/domain/verdict.ts';
import { approvalsIn } from './gates.ts';
import type { StepToJudge } from './judge-step.ts';
import type { Question } from './look-up.ts';

export interface GrantedDeps {
  readonly grants: Pick<StandingGrants, 'inForce'>;
  readonly directory: Pick<Directory, 'person'>;
  /** Whether the grant is what its granter signed. Executors ask; who only judges takes the row for it. */
  readonly isProven?: (grant: GrantStanding) => Promise<boolean>;
}

/** A verdict under which nobody is asked any more, and the grant it stands on. */
export interface Granted {
  readonly verdict: Verdict;
  readonly grant: GrantStanding;
}

type Asked = Question & Pick<StepToJudge, 'ask' | 'stepCount' | 'requestedBy'>;

/** Undefined where people have to be asked. Never rejects. */
export async function granted(
  question: Asked,
  verdict: Verdict,
  deps: GrantedDeps,
): Promise<Granted | undefined> {
  if (verdict.effect !== 'approve') return undefined;
  const call = gatedCall(question, verdict);
  if (!mayBeGranted(call)) return undefined;
  const { request, step, now, agent } = question;
  try {
    const query = { agent: agent.id, tool: call.tool, request, step, now };
    for (const grant of await deps.grants.inForce(query)) {
      if (!coversCall(grant, call, now)) continue;
      const name = await granterName(grant.grantedBy, call.gates, question, deps.directory);
      if (name === undefined || (await deps.isProven?.(grant)) === false) continue;
      return { grant, verdict: verdictUnder(grant, name, verdict) };
    }
  } catch (error) {
    log.warn('Could not read standing grants; people are asked', { request, step, error });
  }
  return undefined;
}

/** A call as grants are held against it, under policy's own verdict. */
export function gatedCall({ agent, call, ask, stepCount }: Asked, { gates }: Verdict): GatedCall {
  const { tool, target, amountCents } = call;
  return {
    agent: agent.id,
    tool: tool.name,
    reversibility: tool.reversibility,
    target,
    ask: askDigest(ask),
    amountCents,
    stepCount,
    gates: approvalsIn(gates),
  };
}

function verdictUnder(grant: GrantStanding, name: string, verdict: Verdict): Verdict {
  const gates = verdict.gates.filter(({ kind }) => kind === 'notice');
  const effect = gates.length === 0 ? 'allow' : 'notify';
  const rules = grant.rules.join(', ');
  return {
    ...verdict,
    ...{ effect, gates },
    rules: [...verdict.rules, { id: 'standing-grant', sentence: sentenceOf(grant, name) }],
    under: { grant: grant.id, by: grant.grantedBy, gates: approvalsIn(verdict.gates) },
    explanation: [
      ...(verdict.explanation ?? []),
      bounded(`${effect}: standing grant ${grant.id} by ${grant.grantedBy} stands in for ${rules}`, 200),
    ],
  };
}

const NAME_CHARS_MAX = 40;

/** At most 160 characters, like every rule's. */
function sentenceOf(grant: GrantStanding, name: string): string {
  const { until, usesMax, centsMax, cents, id } = grant;
  const sum = centsMax === undefined ? '' : ` and ${money(centsMax - cents)} of ${money(centsMax)}`;
  const left = `${usesLeft(grant)} of ${usesMax} uses${sum} left`;
  return `${bounded(name, NAME_CHARS_MAX)} allowed this until ${minute(until)}, ${left} (${id}).`;
}

function minute(instant: string): string {
  return `${instant.slice(0, 16).replace('T', ' ')} UTC`;
}

function money(cents: number): string {
  return (cents / 100).toFixed(2);
}

function bounded(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : `${text.slice(0, charsMax - 1)}…`;
}
