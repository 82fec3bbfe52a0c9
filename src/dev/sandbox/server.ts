/**
 * The sandbox page's server: shows the embedded world and acts in it, as an agent at the door and as a person in Slack.
 *
 * It promises that a click on the page goes the way a click in Slack goes (the emulator signs it, Bolt verifies it) and
 * that the page itself holds no secret. It refuses to listen beyond loopback, to answer pages it did not serve, and to
 * decide anything. `main/start.ts` is its only caller besides tests.
 */
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { CountersignError } from '../../domain/errors.ts';
import type { QuestionAnswer } from '../../domain/question.ts';
import type { Requests } from '../../orchestrator/requests.ts';
import type { SlackEmulator } from '../slack-emulator/contract.ts';
import type { AskAnswer, World } from './api.ts';
import { changeStreams } from './changes.ts';
import { guard, requireLoopback } from './guard.ts';
import { type Asset, bundlePage } from './page.ts';
import { answerProblems } from './problem.ts';
import { addRoutes } from './routes.ts';

/** A little over the agents' door's own 256 KiB, so that its refusal is what the page shows. */
const BODY_BYTES_MAX = 260 * 1024;

export interface SandboxOptions {
  /** 0 lets the system choose. */
  readonly port: number;
  /** A loopback name; anything else is refused. */
  readonly host: string;
  readonly world: World;
  readonly slack: SlackEmulator;
  readonly requests: Requests;
  /** Posts to the agents' door with a token of that agent. */
  readonly askAs: (agent: string, body: Readonly<Record<string, unknown>>) => Promise<AskAnswer>;
  /** As `askAs`, to `/v1/requests:dryRun`. Without it the page shows no dry run. */
  readonly dryRunAs?: (agent: string, body: Readonly<Record<string, unknown>>) => Promise<AskAnswer>;
  readonly cancelAs: (id: string) => Promise<AskAnswer>;
  /** Answers an approver's question as the request's agent. */
  readonly answerAs: (id: string, answer: QuestionAnswer) => Promise<AskAnswer>;
  readonly drift: () => Promise<void>;
  readonly halts: { halt(): Promise<void>; resume(): Promise<void> };
  readonly temporalUrlFor: (id: string) => string;
  /** Told of errors that callers are shown nothing of. */
  readonly report?: (error: unknown) => void;
}

/** Resolves when the page can be opened at `url`. Rejects with `misconfigured` when the host or the port can't be had. */
export async function startSandbox(
  options: SandboxOptions,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  requireLoopback(options.host);
  const app = fastify({ bodyLimit: BODY_BYTES_MAX, forceCloseConnections: true });
  const changes = changeStreams((listener) => options.slack.onChange(listener));
  guard(app, () => portOf(app));
  answerProblems(app, options.report ?? (() => undefined));
  serveAssets(app, await bundlePage());
  addRoutes(app, options);
  app.get('/api/changes', (_request, reply) => changes.open(reply));
  app.addHook('preClose', async () => changes.close());
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (cause) {
    changes.close();
    throw new CountersignError(
      'misconfigured',
      `Cannot start sandbox: port ${options.port} cannot be had: set COUNTERSIGN_SANDBOX_PORT to a free one`,
      { cause },
    );
  }
  const name = options.host === '::1' ? '[::1]' : options.host;
  return { url: `http://${name}:${portOf(app)}`, close: () => app.close() };
}

function portOf(app: FastifyInstance): number {
  return (app.server.address() as AddressInfo).port;
}

function serveAssets(app: FastifyInstance, assets: ReadonlyMap<string, Asset>): void {
  for (const [path, { type, body }] of assets) {
    app.get(path, async (_request, reply) => reply.type(type).send(body));
  }
}
