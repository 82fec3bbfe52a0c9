/** Carries interactions to Bolt, signed, as Slack's servers would. */
import { signatureHeaders } from './signing.ts';

/** Bolt's answer to one interaction; 504 when none came in time, 502 when Bolt could not be reached. */
export interface Delivered {
  readonly status: number;
  readonly body: string;
}

/**
 * Makes the function that posts one form to Bolt. That never rejects: an unreachable app is something the clicker
 * sees. `ackWithinMs` is Slack's three seconds; the whole answer counts, not just its headers.
 */
export function deliverer(options: {
  readonly url: () => string;
  readonly secret: string;
  readonly now: () => Date;
  readonly ackWithinMs: number;
}): (form: Readonly<Record<string, string>>) => Promise<Delivered> {
  return async (form) => {
    const body = new URLSearchParams(form).toString();
    const signature = signatureHeaders(options.secret, body, options.now());
    const headers = { 'content-type': 'application/x-www-form-urlencoded', ...signature };
    const signal = AbortSignal.timeout(options.ackWithinMs);
    try {
      const response = await fetch(options.url(), {
        method: 'POST',
        headers,
        body,
        signal,
        redirect: 'error',
      });
      return { status: response.status, body: await response.text() };
    } catch {
      return { status: signal.aborted ? 504 : 502, body: '' };
    }
  };
}

/** An ack that is a JSON object; undefined for plain text. */
export function readAck(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
