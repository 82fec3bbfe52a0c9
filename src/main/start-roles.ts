/** Starts the roles of one production process, each of what it is given and nothing of the others. */
import type { Activities } from '../../activities/contract.ts';
import { CountersignError } from '../domain/errors.ts';
import type { SealSigner } from '../domain/ports.ts';
import { listenGateway } from '../gateway/listen.ts';
import type { Requests } from '../orchestrator/requests.ts';
import { createRequests } from '../orchestrator/temporal-requests.ts';
import { serveHealth } from '../process/health.ts';
import type { Loggers } from '../process/logger.ts';
import type { Role } from '../process/setting-table.ts';
import type { Settings } from '../process/settings.ts';
import { EXIT, type Shutdown } from '../process/shutdown.ts';
import { connectTemporal, type TemporalConnection } from '../process/temporal-connection.ts';
import { createSlackClient } from '../slack/slack-client.ts';
import { signInFromSettings } from './approver-pages.ts';
import { installationOptions, keyAlarm } from './following.ts';
import { type Installation, openInstallation } from './installation.ts';
import { openRoleDatabase, type RoleDatabase } from './role-database.ts';
import { keysFromSettings, type RoleKeys } from './role-keys.ts';
import { approvalsRole, executorRole, gatewayRole, sealing, workflowsRole } from './roles.ts';
import { bundleStories, runWorker } from './run-worker.ts';
import { slackFromSettings } from './slack-access.ts';
import { playsAll, requestSettings, WORKFLOWS_QUEUE, workersOf } from './topology.ts';
import { vendorsFromSettings } from './vendor-access.ts';

const READY_WITHIN_MS = 3_000;

export interface RolesOptions {
  readonly roles: readonly Role[];
  /** Read for exactly these roles. */
  readonly settings: Settings;
  readonly loggers: Loggers;
  /** Everything opened is closed through it, last first. */
  readonly shutdown: Pick<Shutdown, 'closing' | 'end'>;
}

/** Where this process answers; a door it does not have is absent. */
export interface Doors {
  readonly gateway?: string;
  readonly approvals?: number;
  readonly health?: number;
}

interface Parts {
  readonly installation: Installation;
  readonly keys: RoleKeys;
  readonly temporal: TemporalConnection;
  readonly database: RoleDatabase;
  readonly requests: Requests;
}

/** Resolves when all of it runs. Rejects with what was wrong; what was opened is closed by `shutdown`. */
export async function startRoles(options: RolesOptions): Promise<Doors> {
  const { roles, settings, loggers, shutdown } = options;
  const keys = await keysFromSettings(settings, keyAlarm(loggers));
  const installation = await openInstallation(settings.configFolder, installationOptions(settings, loggers));
  shutdown.closing('policy', () => installation.close());
  const temporal = await connectTemporal(settings.temporal);
  shutdown.closing('Temporal connection', () => temporal.close());
  const database = await openRoleDatabase(roles, settings);
  shutdown.closing('database', () => database.close());
  const requests = await requestsFor(roles, { installation, keys, temporal });
  const parts: Parts = { installation, keys, temporal, database, requests };

  const approvals = roles.includes('approvals') ? await startApprovals(options, parts) : undefined;
  await startWorkers(options, parts, approvals?.activities);
  const gateway = roles.includes('gateway') ? await startGateway(options, parts) : undefined;
  const health = await startHealth(options, parts, approvals?.metrics);
  return {
    ...(gateway === undefined ? {} : { gateway }),
    ...(approvals === undefined ? {} : { approvals: approvals.port }),
    ...(health === undefined ? {} : { health }),
  };
}

async function requestsFor(
  roles: readonly Role[],
  { installation, keys, temporal }: Pick<Parts, 'installation' | 'keys' | 'temporal'>,
): Promise<Requests> {
  const seals = roles.includes('gateway') ? await sealing(installation, keys) : undefined;
  return createRequests({
    client: temporal.client,
    eager: roles.includes('gateway') && roles.includes('workflows'),
    workflowQueue: WORKFLOWS_QUEUE,
    settings: requestSettings({ together: playsAll(roles) }),
    ...(seals ?? { seals: NO_SEALS, scopeOf: () => 'unknown', clock: installation.clock, idSecret: null }),
  });
}

/** Only the gateway starts requests; everybody else reads them and hands decisions on. */
const NO_SEALS: SealSigner = Object.freeze({
  sign: () =>
    Promise.reject(
      new CountersignError('internal', 'Cannot start request: this process does not play "gateway"'),
    ),
});

async function startApprovals(
  { settings, loggers, shutdown }: RolesOptions,
  { database, installation, keys, requests }: Parts,
) {
  const store = held(database.approvals, 'approvals');
  const secrets = slackFromSettings(settings);
  const client = createSlackClient({
    token: secrets.botToken,
    log: loggers.log,
    ...(secrets.apiUrl === undefined ? {} : { apiUrl: secrets.apiUrl }),
  });
  const role = await approvalsRole({
    ...{ installation, keys, store, requests, client, loggers, secrets },
    smtpUrl: settings.smtpUrl,
    signIn: signInFromSettings(settings),
    pagesUrl: settings.pages.baseUrl,
  });
  shutdown.closing('approver pages', () => role.closePages());
  const port = await role.slack.start(settings.ports.approvals, settings.host);
  shutdown.closing('approvals door', () => role.slack.stop());
  return { activities: role.activities, metrics: role.metrics, port };
}

async function startWorkers(
  { roles, settings, shutdown }: RolesOptions,
  { installation, keys, temporal, database }: Parts,
  approvals: Partial<Activities> = {},
): Promise<void> {
  const plays = (role: Role) => roles.includes(role);
  const activities: Readonly<Record<Role, Partial<Activities>>> = {
    gateway: {},
    workflows: plays('workflows')
      ? await workflowsRole({ installation, keys, store: held(database.workflows, 'workflows') })
      : {},
    executor: plays('executor')
      ? await executorRole({
          installation,
          keys,
          store: held(database.executor, 'executor'),
          vendors: vendorsFromSettings(settings),
        })
      : {},
    approvals,
  };
  for (const plan of workersOf(roles)) {
    const worker = await runWorker({
      connection: temporal.connection,
      namespace: temporal.namespace,
      taskQueue: plan.queue,
      activities: Object.assign({}, ...plan.plays.map((role) => activities[role])),
      ...(plan.plays.includes('workflows') ? { workflowBundle: await bundleStories() } : {}),
      localOnly: plan.plays.every((role) => role === 'workflows'),
    });
    shutdown.closing(`worker of "${plan.queue}"`, () => worker.stop());
    worker.ended.catch((error: unknown) => shutdown.end(`the worker broke: ${String(error)}`, EXIT.failed));
  }
}

async function startGateway(
  { settings, loggers, shutdown }: RolesOptions,
  { database, installation, keys, requests }: Parts,
): Promise<string> {
  const door = await gatewayRole({
    ...{ installation, keys, requests, loggers },
    store: held(database.gateway, 'gateway'),
    configFolder: settings.configFolder,
    // Links without a host: only the proxy before this door knows the address agents use.
    selfUrl: '',
  });
  shutdown.closing("agents' door", () => door.close());
  return listenGateway(door, { port: settings.ports.gateway, host: settings.host });
}

async function startHealth(
  { settings, shutdown }: RolesOptions,
  { temporal, database }: Parts,
  metrics: (() => Promise<string>) | undefined,
): Promise<number | undefined> {
  const { host, ports } = settings;
  if (ports.health === undefined) return undefined;
  const { client, namespace } = temporal;
  const ready = async () => {
    await Promise.all([
      client.withDeadline(Date.now() + READY_WITHIN_MS, () =>
        client.workflowService.describeNamespace({ namespace }),
      ),
      database.ping(),
    ]);
  };
  const server = await serveHealth({
    ...{ host, port: ports.health, ready },
    ...(metrics === undefined ? {} : { metrics }),
  });
  shutdown.closing('health door', () => server.close());
  return server.port;
}

function held<Store>(store: Store | undefined, role: Role): Store {
  if (store !== undefined) return store;
  throw new CountersignError('internal', `Cannot start role "${role}": its database is not open`);
}
