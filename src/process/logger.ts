/** Logs: JSON lines by pino, the security log apart from the operational one, and no secret in either. */
import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from './settings.ts';

export type { Logger } from 'pino';

/** `log` is for operators; `security` records who was refused or allowed what, and no level silences it. */
export interface Loggers {
  readonly log: Logger;
  readonly security: Logger;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Where lines go; standard output when absent. */
  readonly destination?: DestinationStream;
  /** Where security lines go; beside the operational ones, marked `stream: "security"`, when absent. */
  readonly securityDestination?: DestinationStream;
  /** Exact secrets in force (`Settings.secrets`), blanked wherever they turn up in a line. */
  readonly secrets?: readonly string[];
}

const blank = '[redacted]';
const secretFields = [
  'authorization',
  'cookie',
  'password',
  'privateKey',
  'secret',
  'signingSecret',
  'token',
  'botToken',
  'appToken',
  'apiKey',
  'databaseUrl',
  'response_url',
];
/** pino's paths name a depth each; three levels cover `req.headers.authorization`. */
const redactPaths = secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`, `*.*.*.${field}`]);

/** Shapes of credentials that vendors put into texts we did not write: error messages, URLs, stacks. */
const credentialShapes = new RegExp(
  [
    'x(?:ox[a-z]|app)-[A-Za-z0-9-]{8,}',
    'gh[a-z]_[A-Za-z0-9]{16,}',
    'github_pat_[A-Za-z0-9_]{16,}',
    '(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{8,}',
    're_[A-Za-z0-9]{6,}_[A-Za-z0-9_]{12,}',
    'eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}',
    '(?<=://[^\\s:/@"]{0,100}:)[^\\s@"/]{1,200}(?=@)',
    '-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----',
  ].join('|'),
  'g',
);

/** Both loggers. Any field named like a secret and any text shaped like one is written as "[redacted]". */
export function createLoggers({
  level,
  destination,
  securityDestination,
  secrets = [],
}: LoggerOptions): Loggers {
  const options = {
    redact: { paths: redactPaths, censor: blank },
    hooks: { streamWrite: (line: string) => scrub(line, secrets) },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  const ordinary = destination ?? pino.destination({ fd: 1, sync: true });
  return Object.freeze({
    log: pino({ ...options, level }, ordinary),
    security: pino(
      { ...options, level: 'info', base: { stream: 'security' } },
      securityDestination ?? ordinary,
    ),
  });
}

/** A text with every known secret and every credential-shaped run replaced. */
export function scrub(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    clean = clean.replaceAll(secret, blank);
    // Inside a JSON line a multi-line key stands with its line ends escaped.
    clean = clean.replaceAll(JSON.stringify(secret).slice(1, -1), blank);
  }
  return clean.replace(credentialShapes, blank);
}
