/** People and agents as the organisation's configuration names them. */
import type { Environment } from './facts.ts';
import type { Hours } from './working-time.ts';

export interface SlackIdentity {
  readonly team: string;
  readonly user: string;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly active: boolean;
  readonly timeZone: string;
  readonly slack?: SlackIdentity;
  /** How the organisation's identity provider names this person. Nobody is ever matched by e-mail or name. */
  readonly identities?: readonly { readonly issuer: string; readonly subject: string }[];
  /** Where they are told when Slack cannot deliver. Identifies nobody. */
  readonly email?: string;
  /** In the group that people.yaml names as operators: may stop anything, and end anybody's absence. */
  readonly operator?: boolean;
  /** When they may be disturbed, in their own time zone; absent: at any time. */
  readonly hours?: readonly Hours[];
  /** Reached outside their hours too. */
  readonly onCall?: boolean;
}

export interface Agent {
  readonly id: string;
  readonly title: string;
  readonly owner: string;
  /** Who changed the agent's configuration last: like its owner they never decide about it. */
  readonly editor?: string;
  readonly profile: string;
  readonly environment: Environment;
  readonly maxTier: 1 | 2 | 3 | 4;
  readonly suspended: boolean;
  /** Whom the agent works for; counts and limits are kept apart by tenant. */
  readonly tenant: string;
  /** How other issuers than our own name this agent. */
  readonly identities: readonly { readonly issuer: string; readonly subject: string }[];
}

export interface Group {
  readonly id: string;
  readonly title: string;
}
