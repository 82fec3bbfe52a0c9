/** What an organisation says about its tools, from `tools.yaml`: which are switched off, and how mail is sent. */
import { z } from 'zod';
import { CountersignError, type FieldProblem } from '../domain/errors.ts';
import { readSource, readYaml } from '../policy/source.ts';
import type { MailSettings } from '../tools/email/mail.ts';

const FILE = 'tools.yaml';
const ADDRESS_CHARS_MAX = 254;

/** The name as Resend takes it unquoted: what means something in a mail header would make it another sender. */
const SENDER_NAME = /^[^\p{C}\p{Zl}\p{Zp}<>"@,;:\\()[\]]{1,100}$/u;
const DOMAIN = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

const address = z.email('wanted an address such as agents@acme.example').max(ADDRESS_CHARS_MAX);

const toolsFile = z.strictObject({
  disabled: z.array(z.string().max(100)).max(500),
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
  readonly mail: Omit<MailSettings, 'clock'>;
}

/** Reads `tools.yaml` in the configuration folder. Throws `misconfigured` naming every wrong field. */
export function readToolSettings(folder: string): ToolSettings {
  const source = readSource(folder, FILE);
  if (source.problem !== undefined) throw misconfigured([{ field: FILE, problem: source.problem }]);
  const parsed = toolsFile.safeParse(readYaml(source.text));
  if (parsed.success) return parsed.data;
  throw misconfigured(
    parsed.error.issues.map(({ path, message }) => ({
      field: `${FILE} ${path.join('.')}`.trim(),
      problem: message,
    })),
  );
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
