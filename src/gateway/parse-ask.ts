/** From a body that fits the door's schema to a request: tools found, arguments parsed by each tool's own schema. */
import type { Ask, JsonObject } from '../domain/ask.ts';
import { CountersignError } from '../domain/errors.ts';
import type { Directory } from '../domain/ports.ts';
import type { NewRequest } from '../orchestrator/requests.ts';
import type { Registry } from '../tools/registry.ts';
import type { AskBody } from './ask.schema.ts';
import type { Caller } from './auth.ts';

/** The part of the tool registry the door needs. */
export type ToolCatalogue = Pick<Registry, 'all' | 'parse' | 'jsonSchema'>;

/** What parsing needs besides the body. */
export interface AskContext {
  readonly caller: Caller;
  readonly registry: ToolCatalogue;
  readonly directory: Pick<Directory, 'person'>;
  readonly key?: string | undefined;
}

/** Rejects with `unknown-tool`, `unknown-field` or `invalid-field`, naming where in the caller's own body. */
export async function parseAsk(
  body: AskBody,
  { caller, registry, directory, key }: AskContext,
): Promise<NewRequest> {
  const steps = askedSteps(body).map((step) => parseStep(step, registry));
  for (const field of ['onBehalfOf', 'requestedBy'] as const) {
    const person = body[field];
    if (person !== undefined) await checkPerson(field, person, directory);
  }
  return {
    agent: caller.agent.id,
    reason: body.reason,
    steps,
    ...(body.onBehalfOf === undefined ? {} : { onBehalfOf: body.onBehalfOf }),
    ...(body.requestedBy === undefined ? {} : { requestedBy: body.requestedBy }),
    ...(body.confidence === undefined ? {} : { confidence: body.confidence }),
    ...(body.waitAtMostSeconds === undefined ? {} : { waitAtMostMs: body.waitAtMostSeconds * 1000 }),
    ...(caller.session === null ? {} : { session: caller.session }),
    ...(caller.token === null ? {} : { token: caller.token }),
    ...(key === undefined ? {} : { key }),
  };
}

interface AskedStep {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Where the step stands in the caller's body. */
  readonly at: string;
}

function askedSteps({ steps, tool, args }: AskBody): readonly AskedStep[] {
  if (steps !== undefined) return steps.map((step, index) => ({ ...step, at: `/steps/${index}` }));
  // The body's schema demands both where there are no steps; without them nothing may run.
  if (tool === undefined || args === undefined)
    throw new CountersignError('invalid-field', 'Cannot read body: it has no steps');
  return [{ tool, args, at: '' }];
}

/** The registry speaks of the arguments alone; the caller is told where they stand in the body. */
function parseStep({ tool, args, at }: AskedStep, registry: ToolCatalogue): Ask {
  try {
    return { tool, args: plain(registry.parse(tool, args)) };
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    const { code, message, problems } = error;
    const placed =
      code === 'unknown-tool'
        ? [{ field: `${at}/tool`, problem: 'Unknown tool' }]
        : problems.map(({ field, problem }) => ({ field: `${at}/args${field}`, problem }));
    throw new CountersignError(code, message, { problems: placed, cause: error });
  }
}

/** What runs later is read back from JSON; an argument that is `undefined` now must be absent now as well. */
function plain(args: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(args)) as JsonObject;
}

/** The people behind a request are excluded from approving it; a name nobody has would exclude nobody. */
async function checkPerson(
  field: 'onBehalfOf' | 'requestedBy',
  id: string,
  directory: Pick<Directory, 'person'>,
): Promise<void> {
  const person = await directory.person(id).catch((cause: unknown) => {
    throw new CountersignError('unavailable', 'Cannot read body: the directory is unreachable', { cause });
  });
  if (person?.active) return;
  throw new CountersignError(
    'invalid-field',
    `Cannot read body: "${id}" is not an active person, want a person's id`,
    {
      problems: [{ field: `/${field}`, problem: 'Not an active person' }],
    },
  );
}
