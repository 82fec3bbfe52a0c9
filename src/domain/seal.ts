/**
 * The seal: the gateway's signature over what an authenticated agent asked. Executors believe it, not the history,
 * so that somebody who can write to the Temporal namespace can't have an unasked step run (design §5).
 */

/** The claims inside a seal's JWS (EdDSA). `asks` are `askDigest` of each step, in order. */
export interface SealClaims {
  readonly request: string;
  readonly agent: string;
  readonly onBehalfOf: string | null;
  readonly confidence: number | null;
  readonly asks: readonly string[];
  readonly receivedAt: string;
  /** The session and the token (`jti`) that asked, so that revoking them reaches a request that waits. Absent in old seals. */
  readonly session?: string | null;
  readonly token?: string | null;
  /** Who prompted the agent, so that they can't decide about it. Absent in old seals. */
  readonly requestedBy?: string | null;
}
