/**
 * Who is signed in at the approver pages, with what, and what was handed out to be used once. Secrets (session ids,
 * tickets) never stand here: only their hashes do, so that nobody who reads the database can be somebody.
 */
import type { JsonValue } from './ask.ts';

/** How an identity provider names a person. Nothing else of theirs identifies anybody. */
export interface OutsideIdentity {
  readonly issuer: string;
  readonly subject: string;
}

/** A person's browser or command line. `cli` sessions are bearer tokens and never open a page. */
export interface PageSession {
  /** SHA-256 of the secret id, in hex. */
  readonly hash: string;
  readonly kind: 'page' | 'cli';
  readonly person: string;
  readonly identity: OutsideIdentity;
  /** When the identity provider last saw the person themselves; absent where it does not say. */
  readonly authenticatedAt?: string;
  readonly startedAt: string;
  readonly seenAt: string;
  readonly endsAt: string;
}

/** A WebAuthn credential. */
export interface Passkey {
  /** The credential's id, base64url. */
  readonly id: string;
  readonly person: string;
  /** COSE key, base64url. */
  readonly publicKey: string;
  readonly counter: number;
  readonly transports: readonly string[];
  /** What the person calls it. */
  readonly label: string;
  readonly createdAt: string;
  readonly usedAt?: string;
}

/** What a ticket lets its holder do, once. */
export const TICKET_KINDS = ['link', 'device', 'device-answer', 'ceremony'] as const;
export type TicketKind = (typeof TICKET_KINDS)[number];

export interface Ticket {
  readonly kind: TicketKind;
  /** SHA-256 of the secret, in hex. */
  readonly hash: string;
  readonly body: JsonValue;
  readonly expiresAt: string;
}

/** Sessions of people. Rejects when unreachable; nobody is then signed in. */
export interface PageSessions {
  open(session: PageSession): Promise<void>;
  /** Undefined when it ended, or was not seen for `idleMs`. Marks it seen. */
  seen(hash: string, now: Date, idleMs: number): Promise<PageSession | undefined>;
  /** Repeating it is harmless. */
  end(hash: string): Promise<void>;
}

/** Passkeys of people. Rejects when unreachable; no ceremony then succeeds. */
export interface Passkeys {
  /** Oldest first. */
  of(person: string): Promise<readonly Passkey[]>;
  /** False, and nothing changed, when the credential is known already (whosever it is) or the person has `max`. */
  add(passkey: Passkey, max: number): Promise<boolean>;
  /** Notes a use. False when the counter did not grow: a copy of the authenticator may exist. */
  used(id: string, counter: number, now: Date): Promise<boolean>;
  /** False when the person has no such passkey. */
  remove(person: string, id: string): Promise<boolean>;
}

/** Single-use tickets. Rejects when unreachable. */
export interface Tickets {
  issue(ticket: Ticket, now: Date): Promise<void>;
  /** The body of a ticket that can still be used; uses nothing up. */
  look(kind: TicketKind, hash: string, now: Date): Promise<JsonValue | undefined>;
  /** As `look`, and to exactly one caller: the ticket is used up. */
  take(kind: TicketKind, hash: string, now: Date): Promise<JsonValue | undefined>;
}
