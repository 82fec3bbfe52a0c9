/**
 * Access on request: a permission an agent lacks, asked for with `access.request`, given by people on its card for a
 * while, and gone by itself. The reviewed matrix says which permissions may be asked for at all.
 */

/** One time-boxed grant. It never goes beyond the agent's clearance, and every gate still holds. */
export interface AccessGrant {
  /** The idempotency key of the step that made it. */
  readonly id: string;
  readonly agent: string;
  readonly tool: string;
  /** Covers this scope and everything below it. */
  readonly scope: string;
  readonly reason: string;
  /** The request whose approvals gave it. */
  readonly request: string;
  readonly from: string;
  readonly until: string;
  readonly revokedAt?: string;
  readonly revokedBy?: string;
}

/** Whether one of the grants, all in force, covers the tool there. */
export function covers(
  grants: readonly AccessGrant[],
  { tool, scope }: { readonly tool: string; readonly scope: string },
): boolean {
  return grants.some(
    (grant) => grant.tool === tool && (scope === grant.scope || scope.startsWith(`${grant.scope}/`)),
  );
}

/** The policy scope of asking for a tool there: what the matrix grants `access.request` on. */
export function accessScope(tool: string, scope: string): string {
  return `access/${tool}/${scope}`;
}
