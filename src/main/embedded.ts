/** Starts everything of the embedded default, in the order that what comes later needs what came before. */
import { join } from 'node:path';
import type { NativeConnection } from '@temporalio/worker';
import { startEmulators } from '../dev/emulators/start-emulators.ts';
import { resolveTemporalServer } from '../dev/temporal-server/resolve.ts';
import { startTemporalServer, type TemporalServer } from '../dev/temporal-server/start.ts';
import { listenGateway } from '../gateway/listen.ts';
import type { Requests } from '../orchestrator/requests.ts';
import { createRequests } from '../orchestrator/temporal-requests.ts';
import type { Loggers } from '../process/logger.ts';
import type { Settings } from '../process/settings.ts';
import type { Shutdown } from '../process/shutdown.ts';
import { connectTemporal } from '../process/temporal-connection.ts';
import type { Pace } from '../slack/pacing.ts';
import { createSlackClient } from '../slack/slack-client.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { type SandboxSlack, sandboxSlack } from './embedded-slack.ts';
import { installationOptions, keyAlarm } from './following.ts';
import { type Installation, openInstallation } from './installation.ts';
import { embeddedSignIn } from './local-sign-in.ts';
import { openOperatorDoor } from './operator-door.ts';
import { embeddedKeys } from './role-keys.ts';
import { approvalsRole, executorRole, gatewayRole, sealing, workflowsRole } from './roles.ts';
import { bundleStories, runWorker } from './run-worker.ts';
import { openSandbox } from './sandbox.ts';
import { type SlackAccess, slackFromSettings } from './slack-access.ts';
import { temporalUrl } from './temporal-link.ts';
import type { Addresses } from './terminal.ts';
import { requestSettings, WORKFLOWS_QUEUE } from './topology.ts';
import { vendorsFromSettings } from './vendor-access.ts';

export interface EmbeddedOptions {
  readonly settings: Settings;
  readonly loggers: Loggers;
  /** Everything opened is closed through it, last first. */
  readonly shutdown: Pick<Shutdown, 'closing' | 'end'>;
  readonly progress: (line: string) => void;
  /** Absent: as fast as Slack allows. */
  readonly pace?: Pace;
}

type Keys = Awaited<ReturnType<typeof embeddedKeys>>;

/** Resolves when every door answers. Rejects with what was wrong; what was opened is closed by `shutdown`. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Addresses> {
  const { settings, loggers, shutdown, progress } = options;
  const installation = await openInstallation(settings.configFolder, installationOptions(settings, loggers));
  shutdown.closing('policy', () => installation.close());
  progress(`Policy ${installation.policy.version} and ${installation.registry.names().length} tools loaded`);
  const keys = await embeddedKeys(join(settings.dataFolder, 'keys'), keyAlarm(loggers));
  const [temporal, bundle, store] = await Promise.all([
    startTemporal(options),
    bundleStories(),
    startStore(options),
  ]);
  await openOperators(options, store);
  const emulators = await startEmulators({ dataDir: join(settings.dataFolder, 'vendors') });
  shutdown.closing('vendor sandboxes', () => emulators.close());

  const requests = createRequests({
    client: temporal.client,
    eager: true,
    workflowQueue: WORKFLOWS_QUEUE,
    settings: requestSettings({ together: true }),
    ...(await sealing(installation, keys)),
  });
  const approvals = await startApprovals(options, { installation, keys, store, requests });
  const worker = await runWorker({
    connection: temporal.connection,
    namespace: temporal.namespace,
    taskQueue: WORKFLOWS_QUEUE,
    workflowBundle: bundle,
    activities: {
      ...(await workflowsRole({ installation, keys, store })),
      ...(await executorRole({
        installation,
        keys,
        store,
        vendors: vendorsFromSettings(settings, emulators.settings),
      })),
      ...approvals.activities,
    },
  });
  shutdown.closing('worker', () => worker.stop());
  worker.ended.catch((error: unknown) => shutdown.end(`the worker broke: ${String(error)}`, 1));

  const gateway = await startGateway(options, { installation, keys, store, requests, temporal });
  const addresses = { gateway, pages: settings.pages.baseUrl, temporalUi: temporal.uiUrl };
  if (approvals.slack.emulator === undefined) return addresses;
  const sandbox = await openSandbox({
    installation,
    configFolder: settings.configFolder,
    host: settings.host,
    port: settings.ports.sandbox,
    gatewayUrl: gateway,
    temporalUi: { url: temporal.uiUrl, namespace: temporal.namespace },
    slack: approvals.slack.emulator,
    emulators,
    halts: store.halts,
    requests,
    issuerPrivate: keys.issuerPrivate,
    report: (err) => options.loggers.log.error({ err }, 'the sandbox page failed'),
  });
  shutdown.closing('sandbox page', () => sandbox.close());
  return { ...addresses, sandbox: sandbox.url };
}

/** A Temporal of your own where settings name one, else the dev server. */
async function startTemporal(options: EmbeddedOptions) {
  const { temporal, host } = options.settings;
  const { address, profile, configFile } = temporal;
  const outside = [address, profile, configFile].some((setting) => setting !== undefined);
  const server = outside ? undefined : await startDevServer(options);
  const link = await connectTemporal(temporal, server?.address);
  options.shutdown.closing('Temporal connection', () => link.close());
  options.progress(`Temporal at ${server?.address ?? address ?? 'the address of your profile'}`);
  return { ...link, uiUrl: server?.uiUrl ?? `http://${host}:${temporal.uiPort}` };
}

async function startDevServer({ settings, shutdown, progress }: EmbeddedOptions): Promise<TemporalServer> {
  const { temporal, host, dataFolder } = settings;
  const { path, how, tookMs } = await resolveTemporalServer({
    onProgress: progress,
    ...(temporal.binary === undefined ? {} : { binary: temporal.binary }),
    ...(temporal.cacheFolder === undefined ? {} : { cacheFolder: temporal.cacheFolder }),
  });
  progress(`Temporal dev server from ${how} (${(tookMs / 1000).toFixed(1)} s)`);
  const server = await startTemporalServer({
    binary: path,
    ip: host,
    port: temporal.port,
    uiPort: temporal.uiPort,
    dbFile: join(dataFolder, 'temporal.db'),
    namespace: temporal.namespace,
    logFile: join(dataFolder, 'logs', 'temporal.log'),
  });
  shutdown.closing('Temporal dev server', () => server.stop());
  void server.died.then((why) => shutdown.end(why, 1));
  return server;
}

async function startStore({ settings, shutdown, progress }: EmbeddedOptions): Promise<Store> {
  const { databaseUrl, dataFolder } = settings;
  const store = await openStore({
    dataDir: dataFolder,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  });
  shutdown.closing('database', () => store.close());
  progress(databaseUrl === undefined ? 'Database: embedded PGlite' : 'Database: PostgreSQL');
  return store;
}

/** Where the database is ours alone, the command line asks this process what is in it. */
async function openOperators({ settings, shutdown }: EmbeddedOptions, store: Store): Promise<void> {
  if (settings.databaseUrl !== undefined) return;
  const door = await openOperatorDoor({ dataFolder: settings.dataFolder, book: store.oversight });
  shutdown.closing("operators' door", () => door.close());
}

async function startApprovals(
  { settings, loggers, shutdown, progress, pace }: EmbeddedOptions,
  parts: { installation: Installation; keys: Keys; store: Store; requests: Requests },
) {
  const slack = await slackOf(settings, parts.installation);
  if (slack.emulator !== undefined) shutdown.closing('Slack sandbox', () => slack.emulator?.close());
  const { emulator: _, ...secrets } = slack;
  const client = createSlackClient({
    token: slack.botToken,
    log: loggers.log,
    ...(slack.apiUrl === undefined ? {} : { apiUrl: slack.apiUrl }),
  });
  const role = await approvalsRole({
    ...parts,
    ...{ client, loggers, secrets, pace },
    smtpUrl: settings.smtpUrl,
    signIn: await embeddedSignIn(settings, parts.installation),
    pagesUrl: settings.pages.baseUrl,
  });
  shutdown.closing('approver pages', () => role.closePages());
  await role.slack.start(settings.ports.approvals, settings.host);
  shutdown.closing('approvals door', () => role.slack.stop());
  progress(slack.emulator === undefined ? 'Slack: the workspace of SLACK_BOT_TOKEN' : 'Slack: the sandbox');
  return { activities: role.activities, slack };
}

async function slackOf(
  settings: Settings,
  { organisation }: Installation,
): Promise<SandboxSlack | (SlackAccess & { readonly emulator?: undefined })> {
  if (settings.slack.mode !== 'sandbox') return slackFromSettings(settings);
  const boltUrl = () => `http://${settings.host}:${settings.ports.approvals}/slack/events`;
  return sandboxSlack(organisation, { dataFolder: settings.dataFolder, boltUrl });
}

async function startGateway(
  { settings, loggers, shutdown }: EmbeddedOptions,
  {
    installation,
    keys,
    store,
    requests,
    temporal,
  }: {
    installation: Installation;
    keys: Keys;
    store: Store;
    requests: Requests;
    temporal: { readonly uiUrl: string; readonly namespace: string; readonly connection: NativeConnection };
  },
): Promise<string> {
  const { host, ports } = settings;
  const selfUrl = `http://${host}:${ports.gateway}`;
  const door = await gatewayRole({
    ...{ installation, keys, store, requests, loggers },
    configFolder: settings.configFolder,
    selfUrl,
    temporalUrlFor: (id) => temporalUrl(temporal.uiUrl, temporal.namespace, id),
  });
  shutdown.closing("agents' door", () => door.close());
  return listenGateway(door, { port: ports.gateway, host });
}
