/** The prepared requests of `examples.yaml`: shown in the sandbox, all run by the tests. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { CountersignError, type FieldProblem } from '../../domain/errors.ts';
import { OUTCOMES } from '../../domain/outcome.ts';
import { VERDICT_EFFECTS } from '../../domain/verdict.ts';
import { askSchema } from '../../gateway/ask.schema.ts';
import type { Example } from './api.ts';

const FILE_BYTES_MAX = 1024 * 1024;

const exampleSchema = z.strictObject({
  name: z.string().trim().min(1).max(120),
  agent: z.string().min(1).max(100),
  /** Held against the door's own schema, so that an example never fails for its form. */
  request: askSchema,
  expect: z.strictObject({ effect: z.enum(VERDICT_EFFECTS), outcome: z.enum(OUTCOMES) }),
  // biome-ignore lint/suspicious/noThenProperty: the name is part of the file format; no example is ever awaited.
  then: z
    .enum(['deny', 'nobody-answers', 'agent-cancels', 'target-drifts', 'operator-halts'])
    .exactOptional(),
});

/** The shape of `examples.yaml`. Names are what people pick by, so they differ. */
export const examplesFile = z.strictObject({
  examples: z
    .array(exampleSchema)
    .min(1)
    .max(200)
    .refine((examples) => new Set(examples.map(({ name }) => name)).size === examples.length, {
      error: 'Two examples have the same name',
    }),
});

/** Reads `examples.yaml` in the configuration folder. Rejects with `misconfigured` that lists every wrong field. */
export async function loadExamples(folder: string): Promise<readonly Example[]> {
  const parsed = examplesFile.safeParse(await readYaml(join(folder, 'examples.yaml')));
  if (parsed.success) return parsed.data.examples;
  throw misconfigured(
    parsed.error.issues.map(({ path, message }) => ({
      field: `examples.yaml/${path.join('/')}`,
      problem: message,
    })),
  );
}

async function readYaml(file: string): Promise<unknown> {
  try {
    const text = await readFile(file, 'utf8');
    if (text.length > FILE_BYTES_MAX) throw new RangeError(`more than ${FILE_BYTES_MAX} characters`);
    return parse(text, { maxAliasCount: 0 });
  } catch (cause) {
    throw misconfigured([{ field: 'examples.yaml', problem: 'Cannot be read as YAML' }], cause);
  }
}

function misconfigured(problems: readonly FieldProblem[], cause?: unknown): CountersignError {
  const list = problems.map(({ field, problem }) => `${field}: ${problem}`).join('; ');
  return new CountersignError('misconfigured', `Cannot read examples: ${list}`, { problems, cause });
}
