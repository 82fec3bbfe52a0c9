/** What an organisation says about its tools, from `tools.yaml`: which are switched off where, and how mail is sent. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CountersignError, type FieldProblem } from '../domain/errors.ts';
import type { ToolSwitch } from '../domain/orders.ts';
import { readSource, readYaml } from '../policy/source.ts';
import { createCatalogue } from '../tools/catalogue.ts';
import type { MailSettings } from '../tools/email/mail.ts';

const FILE = 'tools.yaml';
const ADDRESS_CHARS_MAX = 254;

/** The name as Resend takes it unquoted: what means something in a mail header would make it another sender. */
const SENDER_NAME = /^[^\p{C}\p{Zl}\p{Zp}<>"@,;:\\()[\]]{1,100}$/u;
const DOMAIN = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

const address = z.email('wanted an address such as agents@acme.example').max(ADDRESS_CHARS_MAX);

const SWITCHES_MAX = 500;

/** Names do not depend on how mail is sent. */
const NO_MAIL: MailSettings = { from: '', draftsInbox: '', internalDomains: [], clock: () => new Date() };
const SUBJECTS: ReadonlySet<string> = new Set(
  createCatalogue({ mail: NO_MAIL }).flatMap(({ name }) => [name, name.split('.')[0] ?? name]),
);

const switchLine = z.strictObject({
  subject: z.string().refine(isSwitchable, 'is no tool and no provider'),
  state: z.enum(['off', 'read-only'], 'wanted off or read-only'),
  environment: z.enum(['all', 'prod', 'staging', 'dev'], 'wanted all, prod, staging or dev').default('all'),
  reason: z.string().min(1, 'is empty').max(160, 'is longer than 160 characters'),
});

const toolsFile = z.strictObject({
  disabled: z.array(z.string().max(100)).max(500),
  switches: z
    .array(switchLine)
    .max(SWITCHES_MAX)
    .refine(
      (lines) =>
        new Set(lines.map(({ subject, environment }) => `${environment} ${subject}`)).size === lines.length,
      'names a subject twice for one environment',
    )
    .default([]),
  mail: z.strictObject({
    from: z.string().refine(isSender, 'wanted a sender such as Acme agents <agents@acme.example>'),
    draftsInbox: address,
    internalDomains: z
      .array(z.string().regex(DOMAIN, 'wanted a domain in lower case such as acme.example'))
      .max(100),
  }),
});

export interface ToolSettings {
  /** Names of tools that are switched off. */
  readonly disabled: readonly string[];
  /** Switched off by configuration, by somebody called "configuration", since the file was last written. */
  readonly switches: readonly ToolSwitch[];
  readonly mail: Omit<MailSettings, 'clock'>;
}

/** Reads `tools.yaml` in the configuration folder. Throws `misconfigured` naming every wrong field. */
export function readToolSettings(folder: string): ToolSettings {
  const source = readSource(folder, FILE);
  if (source.problem !== undefined) throw misconfigured([{ field: FILE, problem: source.problem }]);
  const parsed = toolsFile.safeParse(readYaml(source.text));
  if (parsed.success) {
    const at = statSync(join(folder, FILE)).mtime.toISOString();
    const { switches, ...rest } = parsed.data;
    return { ...rest, switches: switches.map((line) => ({ ...line, by: 'configuration', at })) };
  }
  throw misconfigured(
    parsed.error.issues.map(({ path, message }) => ({
      field: `${FILE} ${path.join('.')}`.trim(),
      problem: message,
    })),
  );
}

/** Whether a switch may name it: a tool of the catalogue, or a provider of one. A mistyped one would switch nothing. */
export function isSwitchable(subject: string): boolean {
  return SUBJECTS.has(subject);
}

/** An address, bare or behind a name. */
function isSender(text: string): boolean {
  const named = /^(.*) <([^<>]*)>$/.exec(text);
  if (named === null) return address.safeParse(text).success;
  const [, name = '', of] = named;
  return SENDER_NAME.test(name) && name.trim() === name && address.safeParse(of).success;
}

function misconfigured(problems: readonly FieldProblem[]): CountersignError {
  const first = `${problems[0]?.field} ${problems[0]?.problem}`;
  return new CountersignError('misconfigured', `Cannot read tools: ${first}`, { problems });
}
