/** A door over real HTTP on a free port, with two small tools, three agents and keys of its own. */
import { generateKeyPairSync } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import type { JWK } from 'jose';
import { z } from 'zod';
import { publicKeyOf } from '../../src/approvals/signing.ts';
import type { AccessGrant } from '../../src/domain/access.ts';
import type { AskLimits } from '../../src/domain/approval-settings.ts';
import type { OpenAsks } from '../../src/domain/open-asks.ts';
import type { Agent } from '../../src/domain/people.ts';
import type { Judgement } from '../../src/domain/plan.ts';
import type { Clock, Directory } from '../../src/domain/ports.ts';
import { createAuthenticator } from '../../src/gateway/auth.ts';
import { type Canaries, canariesOf } from '../../src/gateway/canary.ts';
import { listenGateway } from '../../src/gateway/listen.ts';
import { createGateway } from '../../src/gateway/server.ts';
import { accessListSchema, sessionSchema } from '../../src/gateway/session.schema.ts';
import { LOCAL_ISSUER, mintToken } from '../../src/gateway/token.ts';
import {
  aliveSchema,
  dryRunSchema,
  problemSchema,
  requestListSchema,
  requestViewSchema,
  toolListSchema,
} from '../../src/gateway/view.schema.ts';
import type { NewRequest } from '../../src/orchestrator/requests.ts';
import type { DatabaseStore } from '../../src/store/open-store.ts';
import type { Tool } from '../../src/tools/define-tool.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { openAsksInMemory } from './open-asks-in-memory.ts';
import {
  type BookInMemory,
  bookInMemory,
  type SessionsInMemory,
  sessionsInMemory,
} from './orders-in-memory.ts';
import { type RequestsInMemory, requestsInMemory } from './requests-in-memory.ts';

const TARGET = {
  kind: 'branch',
  id: 'b',
  label: 'b',
  scope: 'github/acme/webshop',
  tier: 1,
  traits: [],
} as const;

/** Two tools with strict inputs; the door never runs them. */
export const TOOLS: readonly Tool[] = [
  tool(
    'github.delete_branch',
    'delete',
    z.strictObject({ repository: z.string(), branch: z.string().min(1).max(100) }),
  ),
  tool(
    'email.send',
    'message',
    z.strictObject({ to: z.array(z.email()).max(10), text: z.string(), recallMinutes: z.int().default(10) }),
  ),
];

function tool(name: string, effect: Tool['effect'], input: z.ZodType): Tool {
  return {
    ...{ name, effect, reversibility: 'reversible', summary: `Does ${name}`, title: name },
    input: input as Tool['input'],
    output: z.null(),
    target: () => TARGET,
    preview: () => [],
    execute: () => Promise.reject(new Error('the door never runs tools')),
  };
}

export function agent(id: string, more: Partial<Agent> = {}): Agent {
  return {
    id,
    title: id,
    owner: 'dana',
    profile: 'release',
    environment: 'prod',
    maxTier: 2,
    suspended: false,
    tenant: 'main',
    identities: [],
    ...more,
  };
}

/** The agents that the directory knows. `staging-agent` belongs to another environment, `okta-agent` to an outside issuer. */
export const AGENTS = [
  agent('release-agent'),
  agent('outreach-agent'),
  agent('retired-agent', { suspended: true }),
  agent('staging-agent', { environment: 'staging' }),
  agent('okta-agent', { identities: [{ issuer: 'https://acme.okta.example', subject: '0oa1' }] }),
];

export const directory: Directory = {
  agent: async (id) => AGENTS.find((one) => one.id === id),
  agentByIdentity: async ({ issuer, subject }) =>
    AGENTS.find(({ identities }) =>
      identities.some((one) => one.issuer === issuer && one.subject === subject),
    ),
  person: async (id) =>
    ['alice', 'dana', 'ivan'].includes(id)
      ? { id, name: id, groups: ['platform'], active: id !== 'ivan', timeZone: 'UTC' }
      : undefined,
  agentsOf: async (owner) => AGENTS.filter((one) => one.owner === owner),
  personBySlack: async () => undefined,
  personByIdentity: async () => undefined,
  members: async () => [],
};

/** A fresh Ed25519 private key. */
export function newKey(): JWK {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK;
}

/** What a test holds of an open door. */
export interface OpenDoor {
  readonly address: string;
  readonly requests: RequestsInMemory;
  readonly token: (agent?: string, session?: string | null) => Promise<string>;
  readonly book: BookInMemory;
  readonly sessions: SessionsInMemory;
  /** Lines of the security log. */
  readonly security: readonly object[];
  /** A call as `agent`; `body` of any type is sent as JSON, a string as it stands. */
  readonly call: (path: string, options?: Call) => Promise<Answer>;
  readonly close: () => Promise<void>;
  readonly issuerKey: JWK;
}

export interface Call {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly agent?: string | null;
  /** The session of the token; none unless told. */
  readonly session?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every route; tests look at single fields
  readonly body: any;
}

export async function openDoor(
  more: {
    judgement?: (ask: NewRequest) => Judgement;
    logger?: FastifyBaseLogger;
    canaries?: Canaries;
    access?: readonly AccessGrant[];
    /** The real one in place of what is kept in memory. */
    store?: Pick<DatabaseStore, 'orders' | 'revocations' | 'sessions' | 'access'>;
    openAsks?: OpenAsks;
    asks?: AskLimits;
    clock?: Clock;
  } = {},
): Promise<OpenDoor> {
  const issuerKey = newKey();
  const requests = requestsInMemory();
  const issuers = [{ issuer: LOCAL_ISSUER, keys: { jwks: { keys: [await publicKeyOf(issuerKey)] } } }];
  const [book, sessions, security] = [bookInMemory(), sessionsInMemory(), [] as object[]];
  const door = await createGateway({
    requests,
    registry: createRegistry(TOOLS),
    authenticate: createAuthenticator({
      issuers: () => issuers,
      environment: 'prod',
      directory,
      orders: more.store?.orders ?? book,
      clock: () => new Date(),
    }),
    orders: more.store?.orders ?? book,
    revocations: more.store?.revocations ?? book,
    sessions: more.store?.sessions ?? sessions,
    access: more.store?.access ?? {
      list: async (of) => (more.access ?? []).filter(({ agent: id }) => id === of),
    },
    canaries: more.canaries ?? canariesOf([]),
    security: { warn: (line: object) => security.push(line), error: (line: object) => security.push(line) },
    openAsks: more.openAsks ?? openAsksInMemory(),
    approvalSettings: async () => (more.asks === undefined ? {} : { asks: more.asks }),
    judge: async (ask) => (more.judgement ?? allowed)(ask),
    mayAsk: (one, { name }) => one.id === 'release-agent' || name.startsWith('email.'),
    directory,
    links: { selfUrl: (id) => `/v1/requests/${id}`, temporalUrlFor: (id) => `http://temporal.example/${id}` },
    version: '1.2.3',
    clock: more.clock ?? (() => new Date('2026-11-21T09:00:00.000Z')),
    ...(more.logger === undefined ? {} : { logger: more.logger }),
  });
  const address = await listenGateway(door, { port: 0 });
  const token = (id = 'release-agent', session: string | null = null) =>
    mintToken({ privateKey: issuerKey, agent: id, profile: 'release', session, now: new Date() });
  return {
    address,
    requests,
    token,
    issuerKey,
    ...{ book, sessions, security },
    close: () => door.close(),
    call: (path, options) => call(address + path, token, options),
  };
}

async function call(
  url: string,
  token: OpenDoor['token'],
  { method, body, headers, agent: id = 'release-agent', session }: Call = {},
): Promise<Answer> {
  const authorization = id === null ? {} : { authorization: `Bearer ${await token(id, session)}` };
  const answer = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...authorization,
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const json = answer.headers.get('content-type')?.includes('json') === true;
  if (json) schemaOf(new URL(url).pathname, answer.status).parse(JSON.parse(text));
  return { status: answer.status, headers: answer.headers, body: json ? JSON.parse(text) : text };
}

export function allowed({ steps }: NewRequest): Judgement {
  return {
    ...{ policyVersion: 'p1', owner: 'dana', digest: 'd' },
    steps: steps.map(({ tool: name }) => ({
      ...{ tool: name, effect: 'write', reversibility: 'reversible', target: TARGET },
      verdict: {
        effect: 'allow',
        rules: [{ id: 'grant', sentence: 'Granted' }],
        gates: [],
        policyVersion: 'p1',
      },
    })),
  };
}

/** Every answer of every test is held against what the OpenAPI page promises. */
function schemaOf(path: string, status: number): z.ZodType {
  if (status >= 400) return problemSchema;
  if (path === '/openapi.json') return z.looseObject({ openapi: z.literal('3.1.0') });
  if (path === '/healthz' || path === '/readyz') return aliveSchema;
  if (path === '/v1/tools') return toolListSchema;
  if (path.startsWith('/v1/sessions')) return sessionSchema;
  if (path === '/v1/access') return accessListSchema;
  return z.union([requestViewSchema, requestListSchema, dryRunSchema]);
}
