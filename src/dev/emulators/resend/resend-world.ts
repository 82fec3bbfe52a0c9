/** What the Resend emulator knows: mails on their way, and one inbox with drafts. */
import type { Clock } from '../../../domain/ports.ts';
import type { Journal, Table } from '../journal.ts';

export interface Mail {
  readonly id: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string | null;
  readonly tags: readonly { readonly name: string; readonly value: string }[];
  readonly scheduledAt: string | null;
  readonly canceledAt: string | null;
  readonly createdAt: string;
}

export interface Draft {
  readonly id: string;
  readonly inbox: string;
  readonly to: readonly string[];
  readonly subject: string | null;
  readonly text: string | null;
  readonly updatedAt: string;
}

export interface Replay {
  readonly request: string;
  readonly body: unknown;
}

export interface ResendWorld {
  readonly inbox: string;
  readonly domain: string;
  readonly mails: Table<Mail>;
  readonly drafts: Table<Draft>;
  readonly replays: Table<Replay>;
  readonly clock: Clock;
}

export function openResendWorld(journal: Journal, clock: Clock): ResendWorld {
  return {
    inbox: 'agents@acme.example',
    domain: 'acme.example',
    mails: journal.table('mails'),
    drafts: journal.table('drafts'),
    replays: journal.table('replays'),
    clock,
  };
}

/** A mail leaves when its time has come; nothing needs to run for that. */
export function lastEvent(
  { canceledAt, scheduledAt }: Mail,
  now: Date,
): 'canceled' | 'scheduled' | 'delivered' {
  if (canceledAt !== null) return 'canceled';
  return scheduledAt !== null && new Date(scheduledAt) > now ? 'scheduled' : 'delivered';
}
