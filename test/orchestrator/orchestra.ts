/**
 * The orchestrator with everything behind it real but Slack: the dev server, the workflow bundle, judge and executor
 * with policy, emulators, ledger and keys. People decide by signing, as the approvals role does for them.
 */
import { randomUUID } from 'node:crypto';
import { Worker } from '@temporalio/worker';
import { afterAll, vi } from 'vitest';
import type { Activities } from '../../activities/contract.ts';
import { approvalActivities, executorActivities, judgeActivities } from '../../activities/index.ts';
import { createDirectory } from '../../src/approvals/directory.ts';
import { startEmulators } from '../../src/dev/emulators/start-emulators.ts';
import type { Answer } from '../../src/domain/decision.ts';
import type { RequestSettings, RequestView } from '../../src/domain/request.ts';
import type { NewRequest } from '../../src/orchestrator/requests.ts';
import { createRequests, type OrchestratorDeps } from '../../src/orchestrator/temporal-requests.ts';
import { createVendors } from '../../src/tools/vendors.ts';
import { openOffice } from '../activities/office.ts';
import { OversightInMemory } from '../approvals/oversight-in-memory.ts';
import { testTemporal } from '../support/temporal.ts';

export const LIST = { tool: 'github.list_branches', args: { repository: 'acme/webshop' } };
export const COMMENT = {
  tool: 'github.comment_on_issue',
  args: { repository: 'acme/webshop', number: 1, body: 'Looking into it' },
};
export const deleting = (branch: string) => ({
  tool: 'github.delete_branch',
  args: { repository: 'acme/webshop', branch },
});

/** An agent of this run with the powers of release-agent, so that lists hold this test's requests only. */
export const newAgent = () => `release-${randomUUID().slice(0, 8)}`;

/** An agent that the directory cannot answer for. */
export const LOST_AGENT = 'release-lost';

export async function openOrchestra() {
  const [office, temporal, emulators] = await Promise.all([openOffice(), testTemporal(), startEmulators()]);
  const { installation, store, proofs } = office;
  const { client, connection, namespace, bundle } = temporal;
  const queue = `orchestrator-${randomUUID()}`;
  const directory = directoryOf(installation.organisation);
  const { orders, usage, sessions, access, grants, absences } = store;
  const shared = { ...installation, ...{ orders, usage, sessions, access, grants, absences, directory } };
  const none = async () => undefined;
  const surface = { showCard: none, sayInThread: none, whisper: none, tell: none, announce: none };
  const activities: Activities = {
    ...judgeActivities({ ...shared, ...proofs, verifier: proofs.decisions }),
    ...executorActivities({
      ...shared,
      ...proofs,
      vendors: createVendors(emulators.settings),
      ledger: store.effects,
    }),
    ...approvalActivities({ inbox: store.inbox, surface, oversight: new OversightInMemory() }),
  };
  const deps: OrchestratorDeps = {
    client,
    workflowQueue: queue,
    settings: settingsFor(queue),
    seals: { sign: office.seal },
    clock: () => new Date(),
    idSecret: 'the secret of this test installation',
    eager: false,
    scopeOf: ({ tool, args }) => installation.registry.get(tool)?.target(args).scope ?? 'unknown',
  };
  const worker = await Worker.create({
    ...{ connection, namespace, taskQueue: queue, workflowBundle: bundle, activities },
    shutdownForceTime: '1s',
  });
  const running = worker.run();
  afterAll(async () => {
    worker.shutdown();
    await running;
    await Promise.all([temporal.close(), emulators.close()]);
  });
  const requests = createRequests(deps);
  const start = async (over: Partial<NewRequest> = {}) => {
    const ask = { agent: newAgent(), reason: 'the test wants it', steps: [LIST], ...over };
    const { id } = await requests.start(ask);
    return { id, agent: ask.agent };
  };
  const waiting = (id: string) =>
    vi.waitFor(
      async () => {
        const view = await requests.view(id);
        if (view?.status !== 'waiting') throw new Error(`it is ${view?.status}, wanted waiting`);
        return view;
      },
      { timeout: 10_000, interval: 50 },
    );
  const sign = ({ id, version, digest = '' }: RequestView, person: string, answer: Answer = 'approve') =>
    office.decide({
      ...{ id: randomUUID(), request: id, version, digest, person, answer, surface: 'slack' },
      at: new Date().toISOString(),
    });
  const signQuestion = office.question;
  return {
    deps,
    client,
    requests,
    proofs,
    signQuestion,
    emulators,
    address: temporal.address,
    start,
    waiting,
    sign,
  };
}

function directoryOf(organisation: Awaited<ReturnType<typeof openOffice>>['installation']['organisation']) {
  const real = createDirectory(organisation);
  const model = organisation.agents.find(({ id }) => id === 'release-agent');
  return {
    ...real,
    agent: async (id: string) => {
      if (id === LOST_AGENT) throw new Error('ENOENT: /etc/countersign/agents.yaml');
      return model && id.startsWith('release-') ? { ...model, id } : real.agent(id);
    },
  };
}

function settingsFor(queue: string): RequestSettings {
  const bounds = { attemptsMax: 2, backoffMs: 50, attemptTimeoutMs: 5_000 };
  return {
    ...{ readsLocally: true, executorQueue: queue, approvalsQueue: queue },
    ...{ execute: bounds, undo: bounds, render: bounds, versionsMax: 3, decisionsMax: 50 },
  };
}
