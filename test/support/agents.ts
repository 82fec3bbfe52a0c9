/** Agents at their door over real HTTP, with tokens minted by the issuer key of a product's data folder. */
import { join } from 'node:path';
import { loadOrCreateKeys } from '../../src/approvals/keys.ts';
import { loadOrganisation } from '../../src/approvals/people.ts';
import type { RequestView } from '../../src/domain/request.ts';
import { mintToken } from '../../src/gateway/token.ts';
import { until } from './until.ts';

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export type AskedView = RequestView & {
  readonly links: { readonly self: string; readonly history?: string };
};

export interface Problem {
  readonly code: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly field: string; readonly problem: string }[];
}

/** One call: a body makes it a POST. `raw` goes out as it is. */
export interface Call {
  readonly body?: unknown;
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestAgent {
  readonly id: string;
  readonly session: string | null;
  call<Body>(path: string, call?: Call): Promise<Answer<Body>>;
  /**
   * `POST /v1/requests` that waits `seconds` (0 unless told) for the outcome. Without a key it never joins another that
   * waits: each is a little less sure than certain, and each otherwise.
   */
  ask(
    body: unknown,
    options?: { readonly seconds?: number; readonly key?: string },
  ): Promise<Answer<AskedView>>;
  dryRun(body: unknown): Promise<Answer<{ readonly effect: string }>>;
  view(id: string): Promise<AskedView>;
  cancel(id: string): Promise<Answer<AskedView>>;
  /** The view once it has this status. Rejects after `withinMs`. */
  reaches(id: string, status: RequestView['status'], withinMs?: number): Promise<AskedView>;
}

function ofItsOwn(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return { confidence: 0.95 + Math.random() / 100, ...body };
}

/**
 * An agent of the example organisation. Its tokens are of no session, so that it sees all it asked, unless one is given.
 */
export async function agentAt(
  gateway: string,
  dataFolder: string,
  id: string,
  session: string | null = null,
): Promise<TestAgent> {
  const { issuer } = await loadOrCreateKeys(join(dataFolder, 'keys'));
  const { agents } = await loadOrganisation('config');
  const profile = agents.find((agent) => agent.id === id)?.profile ?? 'none';
  const token = () =>
    mintToken({ privateKey: issuer.privateJwk, agent: id, profile, session, now: new Date() });

  async function call<Body>(path: string, { body, raw, headers = {} }: Call = {}): Promise<Answer<Body>> {
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const answer = await fetch(`${gateway}${path}`, {
      method: sent === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${await token()}`,
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Body };
  }

  const view = async (request: string) =>
    (await call<AskedView>(`/v1/requests/${request}`, { headers: { prefer: 'wait=0' } })).body;
  return {
    id,
    session,
    call,
    view,
    ask: (body, { seconds = 0, key } = {}) =>
      call('/v1/requests', {
        body: key === undefined ? ofItsOwn(body) : body,
        headers: { prefer: `wait=${seconds}`, ...(key === undefined ? {} : { 'idempotency-key': key }) },
      }),
    dryRun: (body) => call('/v1/requests:dryRun', { body }),
    cancel: (request) => call(`/v1/requests/${request}/cancel`, { body: {}, headers: { prefer: 'wait=0' } }),
    reaches: (request, status, withinMs) =>
      until(
        `${request} is ${status}`,
        async () => {
          const now = await view(request);
          return now.status === status ? now : undefined;
        },
        withinMs,
      ),
  };
}
