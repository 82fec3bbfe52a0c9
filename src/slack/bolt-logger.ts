/** Bolt's and the Web API client's log, made harmless: words only, no payloads, tokens, response URLs or triggers. */
import { type Logger, LogLevel } from '@slack/bolt';
import type { Log } from '../domain/ports.ts';

const LINE_CHARS_MAX = 300;

/** What must never be logged: tokens, URLs that can post, trigger ids. */
const SECRETS = [
  /\bxox[a-z]-[\w-]+/gi,
  /\bxapp-[\w-]+/gi,
  /https?:\/\/\S+/gi,
  /\b\d{6,}\.\d{6,}\.[0-9a-z]{8,}/gi,
];

/**
 * Passes warnings and errors on as one redacted line. Debug and info are dropped: Bolt writes whole payloads there.
 * Objects are reduced to an error's name and message; `setLevel` is ignored so that nobody can turn payloads on.
 */
export function boltLogger(log: Log): Logger {
  const silent = () => undefined;
  return {
    debug: silent,
    info: silent,
    warn: (...parts) => log.warn({ from: 'bolt' }, redacted(parts)),
    error: (...parts) => log.error({ from: 'bolt' }, redacted(parts)),
    setLevel: silent,
    getLevel: () => LogLevel.WARN,
    setName: silent,
  };
}

/** One line without secrets, from anything a library may log. */
export function redacted(parts: readonly unknown[]): string {
  const words = parts.map((part) => {
    if (part instanceof Error) return `${part.name}: ${part.message}`;
    return typeof part === 'string' || typeof part === 'number' ? String(part) : '(object)';
  });
  const line = SECRETS.reduce((text, secret) => text.replace(secret, '(redacted)'), words.join(' '));
  return line.replace(/\s+/g, ' ').slice(0, LINE_CHARS_MAX);
}
