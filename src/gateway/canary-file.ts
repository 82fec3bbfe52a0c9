/** The canaries of config/canaries.yaml. */
import { readFileSync, statSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { CountersignError } from '../domain/errors.ts';
import { type Canaries, canariesOf } from './canary.ts';

const FILE_BYTES_MAX = 1024 * 1024;
const CANARIES_MAX = 5_000;

const canariesFile = z.strictObject({
  canaries: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'wanted lower-case letters, digits and dashes'),
        sha256: z.string().regex(/^[0-9a-f]{64}$/, 'wanted a SHA-256 in hex; the canary itself is not kept'),
        planted: z.string().min(1).max(200),
      }),
    )
    .max(CANARIES_MAX)
    .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'an id appears more than once'),
});

/** Throws `misconfigured` where the file can't be read or is no list of canaries. */
export function readCanaries(file: string): Canaries {
  let content: unknown;
  try {
    const { size } = statSync(file);
    if (size > FILE_BYTES_MAX)
      throw new TypeError(`it has "${size}" bytes, at most ${FILE_BYTES_MAX} are read`);
    content = parse(readFileSync(file, 'utf8'), { maxAliasCount: 0 });
  } catch (cause) {
    throw misconfigured(file, cause instanceof Error ? cause.message : 'it cannot be read');
  }
  const parsed = canariesFile.safeParse(content);
  if (parsed.success) return canariesOf(parsed.data.canaries);
  const [first] = parsed.error.issues;
  throw misconfigured(file, `"${first?.path.join('/')}" ${first?.message}`);
}

function misconfigured(file: string, problem: string): CountersignError {
  return new CountersignError('misconfigured', `Cannot read canaries: "${file}": ${problem}`);
}
