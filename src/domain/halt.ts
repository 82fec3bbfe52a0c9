/** A halt stops everything, an agent, a tool or a provider. Kept as a fact with who, why and until when. */

export type HaltScope = 'everything' | 'agent' | 'tool' | 'provider';

export interface Halt {
  readonly id: string;
  readonly scope: HaltScope;
  /** The agent, tool or provider; `*` for everything. */
  readonly subject: string;
  readonly reason: string;
  readonly by: string;
  readonly at: string;
  readonly until?: string;
}

/** The first halt that forbids this agent to run this tool now, if any. A tool's provider is its name up to the dot. */
export function haltFor(
  halts: readonly Halt[],
  { agent, tool, now }: { readonly agent: string; readonly tool: string; readonly now: Date },
): Halt | undefined {
  const provider = tool.split('.')[0];
  return halts.find((halt) => {
    if (halt.until !== undefined && new Date(halt.until) <= now) return false;
    if (halt.scope === 'everything') return true;
    if (halt.scope === 'agent') return halt.subject === agent;
    return halt.scope === 'tool' ? halt.subject === tool : halt.subject === provider;
  });
}
