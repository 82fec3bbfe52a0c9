/** The door's typed app and its OpenAPI 3.1 page, made from the same zod schemas that check the calls. */
import swagger, { type SwaggerTransformObject } from '@fastify/swagger';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import { createJsonSchemaTransform, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { CountersignError } from '../domain/errors.ts';
import { schemaRefusal } from './schema-problems.ts';
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
  const schemaRegistry = namedSchemas();
  await door.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Countersign agents door',
        version,
        description: 'Agents ask here; policy and people decide. Errors are problem+json with a stable code.',
      },
      components: { securitySchemes: { agent: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
      security: [{ agent: [] }],
    },
    transform: createJsonSchemaTransform({ schemaRegistry }),
    transformObject: (document) => withComponents(document, schemaRegistry),
  });
  door.get('/openapi.json', { schema: { hide: true } }, () => door.swagger());
}

type NamedSchemas = ReturnType<typeof namedSchemas>;

function namedSchemas() {
  const registry = z.registry<{ id?: string | undefined }>();
  registry.add(requestViewSchema, { id: 'Request' });
  registry.add(requestListSchema, { id: 'RequestList' });
  registry.add(dryRunSchema, { id: 'DryRun' });
  registry.add(toolListSchema, { id: 'ToolList' });
  registry.add(problemSchema, { id: 'Problem' });
  return registry;
}

/** Done here, because the library's own transform lists every answer a second time as an input. */
function withComponents(document: Parameters<SwaggerTransformObject>[0], registry: NamedSchemas) {
  if (!('openapiObject' in document)) throw new TypeError('the page is made as OpenAPI 3.1');
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}` });
  for (const schema of Object.values(schemas)) {
    delete schema.$schema;
    delete schema.$id;
  }
  const { openapiObject } = document;
  return {
    ...openapiObject,
    components: { ...openapiObject.components, schemas },
  } as ReturnType<SwaggerTransformObject>;
}
