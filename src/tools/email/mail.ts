/**
 * Mail through Resend: argument fields, who is outside, and the one way to call. Resend's client never throws; its
 * `{data, error}` is taken apart here.
 */
import type { Resend } from 'resend';
import { z } from 'zod';
import type { Target } from '../../domain/ask.ts';
import { canonicalHash } from '../../domain/digest.ts';
import type { Clock } from '../../domain/ports.ts';
import { askVendor } from '../ask-vendor.ts';
import type { ToolContext } from '../define-tool.ts';
import { line, paragraphs } from '../plain-text.ts';
import { sortVendorError, type VendorCall } from '../vendor-errors.ts';

export interface MailSettings {
  /** Sender of everything agents send, e.g. `Acme <agents@acme.example>`; its domain must be verified at Resend. */
  readonly from: string;
  /** The inbox at Resend whose drafts folder takes drafts. */
  readonly draftsInbox: string;
  /** Domains whose mailboxes are ours, in lower case. A subdomain is another domain. */
  readonly internalDomains: readonly string[];
  readonly clock: Clock;
}

/** What drafts and mails have in common. */
export const mailFields = {
  to: z.array(z.email().max(254)).min(1).max(10).describe('Recipients'),
  subject: line(200),
  text: paragraphs(10_000),
};

export interface Mail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** A mail is external when anybody outside would read it. */
export function mailTarget({ to }: Mail, { internalDomains }: MailSettings): Target {
  const external = to.some((address) => !internalDomains.includes(domainOf(address)));
  const others = to.length > 1 ? ` and ${to.length - 1} more` : '';
  return {
    kind: 'mailbox',
    // A hash, because ids travel to places where addresses of people must not.
    id: `mail:to/${canonicalHash(sameRecipients(to)).slice(0, 16)}`,
    label: `mail to ${to[0]}${others}`,
    scope: external ? 'mail/external' : 'mail/internal',
    tier: 2,
    traits: external ? ['external-recipient'] : [],
  };
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

/** Everybody the mail would reach, once each, in lower case. */
export function mailRecipients({ to }: Pick<Mail, 'to'>): readonly string[] {
  return [...new Set(to.map((address) => address.toLowerCase()))];
}

export function mailFacts({ to, subject, text }: Mail, { internalDomains }: MailSettings) {
  const outside = to.filter((address) => !internalDomains.includes(domainOf(address)));
  return [
    { label: 'To', value: to.join(', ') },
    { label: 'Outside the organisation', value: outside.length === 0 ? 'nobody' : outside.join(', ') },
    { label: 'Subject', value: subject },
    { label: 'Text', value: text },
  ];
}

/** Addresses in a form in which two lists of the same people are equal. */
export function sameRecipients(to: readonly string[]): string {
  return [...mailRecipients({ to })].sort().join(',');
}

interface ResendResponse {
  readonly data: unknown;
  readonly error: { readonly name: string; readonly statusCode: number | null } | null;
  readonly headers: Readonly<Record<string, string>> | null;
}

/** Calls Resend and parses the answer's `data`. Rejects with an OutsideError only. */
export function askResend<Answer>(
  { vendors, signal, idempotencyKey }: ToolContext,
  { schema, ...given }: Omit<VendorCall, 'provider'> & { readonly schema: z.ZodType<Answer> },
  run: (
    resend: Resend,
    options: { readonly signal: AbortSignal; readonly idempotencyKey?: string },
  ) => Promise<ResendResponse>,
): Promise<Answer> {
  const call = { provider: 'Resend', ...given } as const;
  return askVendor(call, { signal, schema }, async () => {
    const { data, error, headers } = await run(vendors.resend, {
      signal,
      ...(call.access === 'write' ? { idempotencyKey } : {}),
    });
    if (error !== null) throw sortVendorError({ ...error, headers: headers ?? {} }, call);
    return data;
  });
}
