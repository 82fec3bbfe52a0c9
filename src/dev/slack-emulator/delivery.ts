/** Carries interactions to Bolt, signed, as Slack's servers would. */
import { signatureHeaders } from './signing.ts';

/** Bolt's answer to one interaction; 504 when none came in time, 502 when Bolt could not be reached. */
export interface Delivered {
  readonly status: number;
  readonly body: string;
}

/** Posts to Bolt: interactions and commands as forms, events as JSON, once each. */
export interface Deliverer {
  readonly form: (form: Readonly<Record<string, string>>) => Promise<Delivered>;
  readonly event: (envelope: Readonly<Record<string, unknown>>) => Promise<Delivered>;
}

/**
 * Makes what posts to Bolt. That never rejects: an unreachable app is something the clicker
 * sees. `ackWithinMs` is Slack's three seconds; the whole answer counts, not just its headers.
 */
export function deliverer(options: {
  readonly url: () => string;
  readonly secret: string;
  readonly now: () => Date;
  readonly ackWithinMs: number;
}): Deliverer {
  const post = async (body: string, type: string): Promise<Delivered> => {
    const headers = { 'content-type': type, ...signatureHeaders(options.secret, body, options.now()) };
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
  return {
    form: (form) => post(new URLSearchParams(form).toString(), 'application/x-www-form-urlencoded'),
    event: (envelope) => post(JSON.stringify(envelope), 'application/json'),
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
