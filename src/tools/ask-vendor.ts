/** One call to a vendor: bounded by the activity's signal, its failure sorted, its answer parsed. */
import type { z } from 'zod';
import { OutsideError } from '../domain/retry.ts';
import { sortVendorError, type VendorCall } from './vendor-errors.ts';

/**
 * Resolves to the answer as `schema` reads it; unknown keys are dropped. Rejects with an OutsideError only. An answer
 * in another form is no success: an emulator or proxy without the route answers 200 too.
 */
export async function askVendor<Answer>(
  call: VendorCall,
  { signal, schema }: { readonly signal: AbortSignal; readonly schema: z.ZodType<Answer> },
  run: () => Promise<unknown>,
): Promise<Answer> {
  const answer = await settle(call, signal, run);
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.map(String).join('.') ?? '';
  throw new OutsideError(
    call.access === 'write' ? 'unknown' : 'final',
    `Cannot ${call.action}: ${call.provider} answered in an unknown form at "${where}"`,
    { cause: parsed.error },
  );
}

/** Not every client takes a signal, so giving up is raced with the call; the call itself ends at its timeout. */
async function settle(call: VendorCall, signal: AbortSignal, run: () => Promise<unknown>): Promise<unknown> {
  if (signal.aborted)
    throw new OutsideError('retryable', `Cannot ${call.action}: stopped before it was sent`);
  let giveUp: (() => void) | undefined;
  const stopped = new Promise<never>((_, reject) => {
    const kind = call.access === 'write' ? 'unknown' : 'retryable';
    giveUp = () =>
      reject(new OutsideError(kind, `Cannot ${call.action}: stopped before ${call.provider} answered`));
    signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([run(), stopped]);
  } catch (error) {
    throw sortVendorError(error, call);
  } finally {
    if (giveUp !== undefined) signal.removeEventListener('abort', giveUp);
  }
}
