/** The door's typed app and its OpenAPI 3.1 page, made from the same zod schemas that check the calls. */
import swagger from '@fastify/swagger';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { CountersignError } from '../domain/errors.ts';
import { schemaRefusal } from './schema-problems.ts';
import { accessListSchema, sessionSchema } from './session.schema.ts';
import {
  dryRunSchema,
  problemSchema,
  requestListSchema,
  requestViewSchema,
  toolListSchema,
} from './view.schema.ts';

/** The Fastify app with route types taken from zod. */
export type Door = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** Answers of a route for the page: the good ones as given, everything else a problem. */
export function answers(
  good: Readonly<Record<number, readonly [z.ZodType, string]>>,
): Record<string, object> {
  const entries = Object.entries(good).map(([status, [schema, description]]) => [
    status,
    { description, content: { 'application/json': { schema } } },
  ]);
  return {
    ...Object.fromEntries(entries),
    default: {
      description: 'Refused or failed',
      content: { 'application/problem+json': { schema: problemSchema } },
    },
  };
}

const PARTS: Readonly<Record<string, string>> = Object.freeze({ querystring: 'query', params: 'address' });

/** Has zod check what comes in, and one JSON.stringify write what goes out (tests hold answers against the schemas). */
export function checkWithZod(door: Door): void {
  door.setValidatorCompiler<z.ZodType>(({ schema, httpPart = 'body' }) => (data) => {
    const parsed = schema.safeParse(data);
    if (parsed.success) return { value: parsed.data };
    if (httpPart === 'body' && (data === undefined || data === null)) {
      return { error: new CountersignError('bad-json', 'Cannot read body: it is empty, want a JSON object') };
    }
    const what = PARTS[httpPart] ?? httpPart;
    return { error: schemaRefusal(parsed.error, { what, named: httpPart !== 'body' }) };
  });
  door.setSerializerCompiler(() => (data) => JSON.stringify(data));
}

/** Serves GET /openapi.json. Register before the routes it is to list. */
export async function addOpenApi(door: Door, version: string): Promise<void> {
  await door.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Countersign agents door',
        version,
        description: 'Agents ask here; policy and people decide. Errors are problem+json with a stable code.',
      },
      components: {
        securitySchemes: { agent: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
        schemas: Object.fromEntries([...NAMED].map(([schema, name]) => [name, jsonOf(schema, 'output')])),
      },
      security: [{ agent: [] }],
    },
    transform: ({ schema, url }) => ({ schema: schema.hide === true ? schema : pageSchema(schema), url }),
  });
  door.get('/openapi.json', { schema: { hide: true } }, () => door.swagger());
}

/** Answers that get a name on the page; all others stand where they are used. */
const NAMED: ReadonlyMap<z.ZodType, string> = new Map<z.ZodType, string>([
  [requestViewSchema, 'Request'],
  [requestListSchema, 'RequestList'],
  [dryRunSchema, 'DryRun'],
  [toolListSchema, 'ToolList'],
  [sessionSchema, 'Session'],
  [accessListSchema, 'AccessList'],
  [problemSchema, 'Problem'],
]);

/** A route's zod schemas as JSON Schema, wherever they stand in it; everything else as it is. */
function pageSchema(value: object): object {
  const entries = Object.entries(value).map(([key, part]: [string, unknown]) => {
    if (key === 'response') return [key, answerSchemas(part)];
    return [key, part instanceof z.ZodType ? jsonOf(part, 'input') : part];
  });
  return Object.fromEntries(entries);
}

function answerSchemas(part: unknown): unknown {
  if (part instanceof z.ZodType) {
    const name = NAMED.get(part);
    return name === undefined ? jsonOf(part, 'output') : { $ref: `#/components/schemas/${name}` };
  }
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([key, child]) => [key, answerSchemas(child)]));
}

function jsonOf(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return json;
}
