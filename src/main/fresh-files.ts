/** What is read again when its files change, so that keys and canaries are replaced without a restart. */
import { statSync } from 'node:fs';
import type { JWK } from 'jose';

/** Told once for each bad content; what was good before stays in force. */
export type KeyAlarm = (problem: { readonly what: string; readonly error: unknown }) => void;

/**
 * The present value of some files: read now, which may throw, and again whenever one of them changed. A content that
 * cannot be read raises the alarm and changes nothing. The same object is answered until there is a new one.
 */
export function freshFrom<Value>(parts: {
  readonly what: string;
  readonly files: readonly string[];
  readonly read: () => Value;
  readonly alarm: KeyAlarm;
}): () => Value {
  const { what, files, read, alarm } = parts;
  let seen = stampOf(files);
  let value = read();
  return () => {
    const stamp = stampOf(files);
    if (stamp === seen) return value;
    seen = stamp;
    try {
      value = read();
    } catch (error) {
      alarm({ what, error });
    }
    return value;
  };
}

/** In place: it is asked at every call of the door, and a look takes microseconds. */
function stampOf(files: readonly string[]): string {
  const stats = files.map((file) => {
    try {
      const { mtimeMs, ctimeMs, size, ino } = statSync(file);
      return `${mtimeMs}:${ctimeMs}:${size}:${ino}`;
    } catch {
      return 'none';
    }
  });
  return stats.join(' ');
}

/** Verifies with the keys of the moment. Rejects at once when `make` refuses the keys there are now. */
export async function freshVerifier<Claims>(
  keys: () => readonly JWK[],
  make: (keys: readonly JWK[]) => Promise<{ verify(jws: string): Promise<Claims> }>,
): Promise<{ verify(jws: string): Promise<Claims> }> {
  let kept = { keys: keys(), verifier: make(keys()) };
  await kept.verifier;
  return Object.freeze({
    verify: async (jws: string) => {
      const now = keys();
      if (now !== kept.keys) kept = { keys: now, verifier: make(now) };
      return (await kept.verifier).verify(jws);
    },
  });
}
