/** Countersign as `npm start` runs it: all roles on one worker, on the connection given. Also run by the waiting worker. */
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { NativeConnection, WorkflowBundle } from '@temporalio/worker';
import { pino } from 'pino';
import type { Activities } from '../activities/contract.ts';
import { decisionSigner } from '../src/approvals/signing.ts';
import type { DecisionSigner } from '../src/domain/ports.ts';
import { type Installation, openInstallation } from '../src/main/installation.ts';
import { embeddedKeys } from '../src/main/role-keys.ts';
import { approvalsRole, executorRole, sealing, workflowsRole } from '../src/main/roles.ts';
import { type RunningWorker, runWorker } from '../src/main/run-worker.ts';
import { requestSettings } from '../src/main/topology.ts';
import type { Requests } from '../src/orchestrator/requests.ts';
import { createRequests } from '../src/orchestrator/temporal-requests.ts';
import type { SlackApp } from '../src/slack/app.ts';
import type { Pace } from '../src/slack/pacing.ts';
import { createSlackClient } from '../src/slack/slack-client.ts';
import { openStore, type Store } from '../src/store/open-store.ts';
import type { Outside } from './emulators-process.ts';

export interface CountersignOptions {
  readonly connection: NativeConnection;
  readonly client: Client;
  readonly namespace: string;
  readonly queue: string;
  readonly configFolder: string;
  /** Database and halts. */
  readonly dataFolder: string;
  readonly keysFolder: string;
  readonly outside: Outside;
  readonly bundle: WorkflowBundle;
  /** How fast it speaks in Slack. Absent: as fast as it can, because Slack's limits are not what is measured. */
  readonly pace?: Pace;
}

const OFTEN = { calls: 1_000_000, everyMs: 1_000 };
const UNPACED: Pace = Object.freeze({
  channel: OFTEN,
  workspace: OFTEN,
  'chat.update': OFTEN,
  'chat.postEphemeral': OFTEN,
  look: OFTEN,
});

export interface Countersign {
  readonly installation: Installation;
  readonly requests: Requests;
  readonly store: Store;
  readonly signer: DecisionSigner;
  /** Listens nowhere until it is started. */
  readonly slack: SlackApp;
  close(): Promise<void>;
}

/** Starts it. `watch` is given the activities and may wrap them. */
export async function startCountersign(
  options: CountersignOptions,
  watch: (activities: Activities) => Activities = (activities) => activities,
): Promise<Countersign> {
  const { connection, client, namespace, queue, configFolder, dataFolder, keysFolder, outside } = options;
  const installation = await openInstallation(configFolder);
  const keys = await embeddedKeys(keysFolder);
  const store = await openStore({ dataDir: dataFolder });
  const log = pino({ level: 'silent' });
  const requests = await requestsOn({ client, queue, eager: true, installation, keysFolder });
  const { slack } = outside;
  const approvals = await approvalsRole({
    installation,
    keys,
    store,
    requests,
    loggers: { log, security: log },
    secrets: slack,
    pace: options.pace ?? UNPACED,
    signIn: { known: (directory) => directory },
    pagesUrl: 'http://localhost:8090',
    client: createSlackClient({
      token: slack.botToken,
      log,
      ...(slack.apiUrl === undefined ? {} : { apiUrl: slack.apiUrl }),
    }),
  });
  const worker: RunningWorker = await runWorker({
    connection,
    namespace,
    taskQueue: queue,
    workflowBundle: options.bundle,
    activities: watch({
      ...(await workflowsRole({ installation, keys, store })),
      ...(await executorRole({ installation, keys, store, vendors: outside.vendors })),
      ...approvals.activities,
    }),
  });
  return {
    installation,
    requests,
    store,
    slack: approvals.slack,
    signer: await decisionSigner(keys.decisionPrivate),
    async close() {
      await worker.stop();
      await store.close();
    },
  };
}

/** The orchestrator for a queue; `eager` where its worker shares this process. */
export async function requestsOn(options: {
  readonly client: Client;
  readonly queue: string;
  readonly eager: boolean;
  readonly installation: Installation;
  readonly keysFolder: string;
}): Promise<Requests> {
  const { client, queue, eager, installation, keysFolder } = options;
  const keys = await embeddedKeys(keysFolder);
  return createRequests({
    client,
    eager,
    workflowQueue: queue,
    settings: { ...requestSettings({ together: true }), executorQueue: queue, approvalsQueue: queue },
    ...(await sealing(installation, keys)),
  });
}

export const keysFolderOf = (folder: string): string => join(folder, 'keys');
