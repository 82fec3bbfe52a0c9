/**
 * What an agent asks for, as plain data: one tool with its arguments, and what the tool would touch.
 * Imported by workflow code, so this file stays free of zod and of Node built-ins.
 */

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

/** What kind of change a tool makes, from harmless to not. `read` never changes anything outside. */
export type ToolEffect = 'read' | 'draft' | 'write' | 'delete' | 'money' | 'message';

/** Whether an effect can be taken back: fully, at a price or in part, or not at all. */
export type Reversibility = 'reversible' | 'costly' | 'irreversible';

/** One step as the agent asked for it. `args` are the tool's parsed arguments; unknown keys were refused at the door. */
export interface Ask {
  readonly tool: string;
  readonly args: JsonObject;
}

/** What policy may know about a target beyond its id. Computed by the tool, never taken from the agent's words. */
export type TargetTrait =
  | 'protected-branch'
  | 'external-recipient'
  | 'admin-permission'
  /** Lets somebody look but change nothing (pull, triage). Absent means: it may change things. */
  | 'read-permission'
  | 'personal-data';

/** The real thing a step touches. */
export interface Target {
  /** e.g. `branch`, `customer`, `mailbox`. */
  readonly kind: string;
  /** Stable id, e.g. `github:acme/webshop#heads/old-checkout`; after `prepare` it includes the immutable part (commit). */
  readonly id: string;
  /** For people, e.g. `acme/webshop branch old-checkout`. Contains outside text: show as plain text only. */
  readonly label: string;
  /** Policy scope, `/`-separated from wide to narrow, e.g. `github/acme/webshop`. */
  readonly scope: string;
  /** Data tier 1 (public) to 4 (secret). */
  readonly tier: 1 | 2 | 3 | 4;
  readonly traits: readonly TargetTrait[];
}
