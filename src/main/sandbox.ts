/** The sandbox page of the embedded default: acts as an agent at the real door and as a person in the Slack sandbox. */
import { randomUUID } from 'node:crypto';
import type { JWK } from 'jose';
import type { Emulators } from '../dev/emulators/start-emulators.ts';
import type { AskAnswer, Example, World } from '../dev/sandbox/api.ts';
import { loadExamples } from '../dev/sandbox/examples.ts';
import { startSandbox } from '../dev/sandbox/server.ts';
import type { SlackEmulator } from '../dev/slack-emulator/contract.ts';
import { CountersignError } from '../domain/errors.ts';
import { mintToken, newSession } from '../gateway/token.ts';
import type { Requests } from '../orchestrator/requests.ts';
import type { HaltBook } from '../store/halts.ts';
import type { Installation } from './installation.ts';
import { temporalUrl } from './temporal-link.ts';

/** The page shows the first answer and then follows the request by itself. */
const PREFER = 'wait=2';
const HALTED_BY = 'sandbox';
/** One run of the page is one session of every agent, so that it can follow and stop what it asked. */
const SESSION = newSession();

export interface SandboxParts {
  readonly installation: Installation;
  readonly configFolder: string;
  readonly host: string;
  readonly port: number;
  readonly gatewayUrl: string;
  readonly temporalUi: { readonly url: string; readonly namespace: string };
  readonly slack: SlackEmulator;
  readonly emulators: Pick<Emulators, 'driftBranch'>;
  readonly halts: HaltBook;
  readonly requests: Requests;
  readonly issuerPrivate: () => JWK;
  readonly report: (error: unknown) => void;
}

export async function openSandbox(parts: SandboxParts) {
  const { host, port, slack, requests, halts, temporalUi, report } = parts;
  const examples = await loadExamples(parts.configFolder);
  return startSandbox({
    host,
    port,
    slack,
    requests,
    report,
    world: worldOf(parts, examples),
    askAs: (agent, body) => post(parts, agent, '/v1/requests', body),
    dryRunAs: (agent, body) => post(parts, agent, '/v1/requests:dryRun', body),
    cancelAs: (id) => postAbout(parts, id, 'cancel', {}),
    answerAs: (id, answer) => postAbout(parts, id, 'answers', { ...answer }),
    drift: async () => drift(parts, examples),
    halts: {
      halt: () =>
        halts.add({
          id: `halt_${randomUUID()}`,
          scope: 'everything',
          subject: '*',
          reason: 'Halted on the sandbox page',
          by: HALTED_BY,
          at: new Date().toISOString(),
        }),
      resume: async () => {
        const active = await halts.active(new Date());
        await Promise.all(
          active.filter(({ by }) => by === HALTED_BY).map(({ id }) => halts.lift(id, HALTED_BY)),
        );
      },
    },
    temporalUrlFor: (id) => temporalUrl(temporalUi.url, temporalUi.namespace, id),
  });
}

function worldOf(
  { installation, gatewayUrl, temporalUi }: SandboxParts,
  examples: readonly Example[],
): World {
  const { people, agents } = installation.organisation;
  return {
    people: people.flatMap(({ id, name, groups, slack, active }) =>
      slack === undefined || !active ? [] : [{ id, name, slackUser: slack.user, groups }],
    ),
    agents: agents.map(({ id, title, owner, profile }) => ({ id, title, owner, profile })),
    examples,
    links: { gateway: gatewayUrl, temporalUi: temporalUi.url, namespace: temporalUi.namespace },
  };
}

/** Posts about a request as the agent whose it is. */
async function postAbout(
  parts: SandboxParts,
  id: string,
  what: 'cancel' | 'answers',
  body: Readonly<Record<string, unknown>>,
): Promise<AskAnswer> {
  const view = await parts.requests.view(id);
  if (view === undefined) throw new CountersignError('not-found', `Cannot act for "${id}": no such request`);
  return post(parts, view.agent, `/v1/requests/${id}/${what}`, body);
}

async function post(
  { gatewayUrl, issuerPrivate, installation }: SandboxParts,
  agent: string,
  path: string,
  body: Readonly<Record<string, unknown>>,
): Promise<AskAnswer> {
  const profile = (await installation.directory.agent(agent))?.profile ?? '';
  const token = await mintToken({
    ...{ agent, profile, session: SESSION },
    privateKey: issuerPrivate(),
    now: new Date(),
  });
  const answer = await fetch(`${gatewayUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', prefer: PREFER },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

/** Moves the branch that the examples about drift ask to delete. */
function drift({ emulators }: SandboxParts, examples: readonly Example[]): void {
  const drifting = examples.filter((example) => example.then === 'target-drifts');
  for (const { request } of drifting) {
    const { repository, branch } = (request.args ?? {}) as {
      readonly repository?: string;
      readonly branch?: string;
    };
    if (repository !== undefined && branch !== undefined) emulators.driftBranch(repository, branch);
  }
}
