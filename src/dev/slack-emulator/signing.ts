/** Slack's request signature, and comparing secrets without telling how much of them was right. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Headers that prove to Bolt that Slack sent this body at this time (docs: verifying requests from Slack). */
export function signatureHeaders(secret: string, body: string, now: Date): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const mac = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${mac}` };
}

/** Equal texts, in a time that does not depend on where they differ. */
export function sameSecret(given: string, wanted: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}
