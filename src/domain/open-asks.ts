/** What the agents' door knows of asks that wait for people: so many, and which of them mean the same. */

/** One ask that waits for people, or that was taken for one that does. */
export interface OpenAsk {
  /** The id that the ask's own key makes. */
  readonly id: string;
  /** The request that answers it: itself, or the one it joined. */
  readonly request: string;
  readonly agent: string;
  /** Equal for asks that mean the same. */
  readonly twin: string;
  /** Equal for asks with the same body, which a repeat under the same key must have. */
  readonly body: string;
  readonly at: Date;
}

export interface PressureQuery {
  readonly agent: string;
  /** The id of the ask; absent where it has no key, and can thus be no repeat. */
  readonly id?: string;
  readonly twin: string;
  readonly now: Date;
}

/** What an agent has asked of people lately. */
export interface Pressure {
  /** Requests that wait for people, at most 1,001. */
  readonly waiting: readonly string[];
  /** What people turned down within the last hour. */
  readonly rejected: readonly { readonly request: string; readonly at: Date }[];
  /** What this very ask was noted as before. */
  readonly known?: Pick<OpenAsk, 'request' | 'body'>;
  /** The newest request noted for the same meaning; it may have closed since. */
  readonly twin?: string;
}

/** What the agents' door looks at before it lets an ask in. Rejects when it cannot be read or written. */
export interface OpenAsks {
  look(query: PressureQuery): Promise<Pressure>;
  /** The first note of an id stands. */
  note(ask: OpenAsk): Promise<void>;
}
