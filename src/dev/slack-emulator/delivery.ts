/** Carries interactions to Bolt, signed, as Slack's servers would. */
import { signatureHeaders } from './signing.ts';

const ANSWER_BYTES_MAX = 300_000;

/** Bolt's answer to one interaction; 504 when none came in time, 502 when Bolt could not be reached. */
export interface Delivered {
  readonly status: number;
  readonly body: string;
}

/** Posts one form to Bolt. Never rejects: an unreachable app is something the clicker sees. */
export type Deliver = (form: Readonly<Record<string, string>>) => Promise<Delivered>;

/** `ackWithinMs` is Slack's three seconds; the whole answer counts, not just its headers. */
export function deliverer(options: {
  readonly url: () => string;
  readonly secret: string;
  readonly now: () => Date;
  readonly ackWithinMs: number;
}): Deliver {
  return async (form) => {
    const body = new URLSearchParams(form).toString();
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      ...signatureHeaders(options.secret, body, options.now()),
    };
    const signal = AbortSignal.timeout(options.ackWithinMs);
    try {
      const response = await fetch(options.url(), {
        method: 'POST',
        headers,
        body,
        signal,
        redirect: 'error',
      });
      const text = await response.text();
      return text.length > ANSWER_BYTES_MAX
        ? { status: 502, body: '' }
        : { status: response.status, body: text };
    } catch {
      return { status: signal.aborted ? 504 : 502, body: '' };
    }
  };
}
