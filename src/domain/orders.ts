/**
 * Standing orders: what operators (and tripped alarms) have said must not happen now: halts, revoked credentials and
 * switched-off tools. Read together, at most half a second old, by every process that lets something through.
 */
import type { ToolEffect } from './ask.ts';
import type { Environment } from './facts.ts';
import type { Halt } from './halt.ts';

/**
 * Credentials that count no more. A token is named by its `jti`, a session by its id, an agent by its id. Requests that
 * wait and steps about to run under them are denied. Only an agent can be reinstated.
 */
export interface Revocation {
  readonly kind: 'token' | 'session' | 'agent';
  readonly subject: string;
  readonly reason: string;
  readonly by: string;
  readonly at: string;
}

/** `read-only` lets a provider's reads through; for a tool that changes something it means `off`. */
export type SwitchState = 'off' | 'read-only';

/** A tool (`github.delete_branch`) or a provider (`github`) switched off in one environment, or in all. */
export interface ToolSwitch {
  readonly subject: string;
  readonly state: SwitchState;
  readonly environment: Environment | 'all';
  readonly reason: string;
  readonly by: string;
  readonly at: string;
}

export interface Orders {
  readonly halts: readonly Halt[];
  readonly revocations: readonly Revocation[];
  readonly switches: readonly ToolSwitch[];
}

/** Whose credentials a request stands on. */
export interface Credentials {
  readonly agent: string;
  readonly session: string | null;
  readonly token: string | null;
}

/** The first revocation that concerns these credentials, if any. */
export function revocationFor(
  revocations: readonly Revocation[],
  { agent, session, token }: Credentials,
): Revocation | undefined {
  return revocations.find(({ kind, subject }) => {
    if (kind === 'agent') return subject === agent;
    return kind === 'session' ? subject === session : subject === token;
  });
}

/** The first switch that forbids this tool there, if any. A tool's provider is its name up to the dot. */
export function switchFor(
  switches: readonly ToolSwitch[],
  {
    tool,
    effect,
    environment,
  }: { readonly tool: string; readonly effect: ToolEffect; readonly environment: Environment },
): ToolSwitch | undefined {
  const provider = tool.split('.')[0];
  return switches.find((one) => {
    if (one.environment !== 'all' && one.environment !== environment) return false;
    if (one.subject !== tool && one.subject !== provider) return false;
    return one.state === 'off' || effect !== 'read';
  });
}
