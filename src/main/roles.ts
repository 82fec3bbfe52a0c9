/** The four roles of design §5: what each is made of. No role is given another's secrets. */

import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import type { WebClient } from '@slack/web-api';
import type { ApprovalActivities, ExecutorActivities, JudgeActivities } from '../../activities/contract.ts';
import { approvalActivities, executorActivities, judgeActivities } from '../../activities/index.ts';
import { judgeRequest } from '../../activities/judge.ts';
import type { DecisionDesk } from '../approvals/desk.ts';
import { type Names, namesOf } from '../approvals/names.ts';
import { createOversight } from '../approvals/oversight.ts';
import {
  amendmentSigner,
  amendmentVerifier,
  decisionSigner,
  decisionVerifier,
  questionSigner,
  questionVerifier,
  sealSigner,
  sealVerifier,
} from '../approvals/signing.ts';
import type { Clock, Directory, Surface, Usage } from '../domain/ports.ts';
import { createAuthenticator } from '../gateway/auth.ts';
import { createGateway } from '../gateway/server.ts';
import type { Requests } from '../orchestrator/requests.ts';
import type { OrchestratorDeps } from '../orchestrator/temporal-requests.ts';
import type { Loggers } from '../process/logger.ts';
import { createSlackApp, type SlackApp, type SlackAppOptions } from '../slack/app.ts';
import type { Pace } from '../slack/pacing.ts';
import { putAway } from '../slack/put-away.ts';
import { createArgumentForms } from '../tools/argument-forms.ts';
import { createVendors, type VendorSettings } from '../tools/vendors.ts';
import { createPages, type Pages } from '../web/server.ts';
import type { SignIn } from './approver-pages.ts';
import { freshVerifier } from './fresh-files.ts';
import type { Installation, JudgingStore } from './installation.ts';
import { openCanaries } from './open-canaries.ts';
import { createOversightMetrics } from './oversight-metrics.ts';
import type { ApprovalsStore, ExecutorStore, GatewayStore, WorkflowsStore } from './role-database.ts';
import type { RoleKeys } from './role-keys.ts';
import { openSurface } from './slack-surface.ts';

/** The version agents see in the OpenAPI document. */
const API_VERSION = '1';

const CANARIES_FILE = 'canaries.yaml';

export async function gatewayRole(options: {
  readonly installation: Installation;
  readonly keys: RoleKeys;
  readonly store: GatewayStore;
  readonly requests: Requests;
  readonly loggers: Loggers;
  readonly configFolder: string;
  readonly selfUrl: string;
  readonly temporalUrlFor?: (id: string) => string;
}) {
  const { installation, keys, store, requests, loggers, configFolder, selfUrl, temporalUrlFor } = options;
  const { directory, registry, policy, clock, environment } = installation;
  const { issuers } = keys;
  const { orders, sessions, revocations, access, openAsks } = store;
  const { approvalSettings } = installation;
  const dryRunDeps = { ...installation, ...judgingPart(store), usage: unobserving(store.usage) };
  return createGateway({
    ...{ requests, registry, directory, orders, sessions, revocations, access, clock },
    ...{ openAsks, approvalSettings },
    logger: loggers.log,
    security: loggers.security,
    version: API_VERSION,
    canaries: openCanaries(join(configFolder, CANARIES_FILE), (err) =>
      loggers.security.error({ err }, 'the canaries cannot be read; the last good ones hold'),
    ),
    authenticate: createAuthenticator({ issuers, environment, directory, orders, clock }),
    judge: (ask) => judgeRequest({ id: 'dry-run', ...ask }, dryRunDeps),
    mayAsk: (agent, tool) => policy.mayAsk(agent.profile, tool),
    links: {
      selfUrl: (id) => `${selfUrl}/v1/requests/${id}`,
      ...(temporalUrlFor === undefined ? {} : { temporalUrlFor }),
    },
  });
}

/** Of a role's store only what judging reads: the rest has names that mean something else there. */
function judgingPart({ orders, usage, sessions, access, grants }: JudgingStore): JudgingStore {
  return { orders, usage, sessions, access, grants };
}

/** A dry run leaves nothing behind: what it would be denied counts for no limit. */
function unobserving({ recent }: Usage): Usage {
  return { recent: (query) => recent(query), observe: async () => undefined };
}

/** How the gateway's orchestrator seals and describes requests. */
export async function sealing(
  { registry, clock }: Installation,
  { sealPrivate, idSecret }: RoleKeys,
): Promise<Pick<OrchestratorDeps, 'seals' | 'scopeOf' | 'idSecret'> & { readonly clock: Clock }> {
  return {
    clock,
    idSecret,
    seals: await sealSigner(sealPrivate),
    scopeOf: ({ tool, args }) => registry.get(tool)?.target(registry.parse(tool, args)).scope ?? 'unknown',
  };
}

export async function workflowsRole(options: {
  readonly installation: Installation;
  readonly keys: RoleKeys;
  readonly store: WorkflowsStore;
}): Promise<JudgeActivities> {
  const { installation, keys, store } = options;
  const verifier = await freshVerifier(keys.decisionPublic, decisionVerifier);
  const amendments = await freshVerifier(keys.decisionPublic, amendmentVerifier);
  const questions = await freshVerifier(keys.decisionPublic, questionVerifier);
  const { absences } = store;
  return judgeActivities({
    ...installation,
    ...judgingPart(store),
    absences,
    verifier,
    amendments,
    questions,
  });
}

export async function executorRole(options: {
  readonly installation: Installation;
  readonly keys: RoleKeys;
  readonly store: ExecutorStore;
  readonly vendors: VendorSettings;
}): Promise<ExecutorActivities> {
  const { installation, keys, store, vendors } = options;
  return executorActivities({
    ...installation,
    ...judgingPart(store),
    access: store.access,
    grants: store.grants,
    absences: store.absences,
    vendors: createVendors(vendors),
    ledger: store.effects,
    seals: await freshVerifier(keys.sealPublic, sealVerifier),
    decisions: await freshVerifier(keys.decisionPublic, decisionVerifier),
    amendments: await freshVerifier(keys.decisionPublic, amendmentVerifier),
  });
}

/** What editing takes: the approvals role knows the tools' schemas, and holds no credential of theirs. */
async function editDesk(
  { registry }: Pick<Installation, 'registry'>,
  { decisionPrivate }: RoleKeys,
  requests: Requests,
): Promise<SlackAppOptions['edits']> {
  const amendments = await amendmentSigner(decisionPrivate);
  return { requests, amendments, forms: createArgumentForms(registry) };
}

export interface ApprovalsRole {
  readonly activities: ApprovalActivities;
  readonly slack: SlackApp;
  /** What Prometheus reads. */
  readonly metrics: () => Promise<string>;
  /** Closes what serving the pages takes. */
  closePages(): Promise<void>;
}

export async function approvalsRole(options: {
  readonly installation: Installation;
  readonly keys: RoleKeys;
  readonly store: ApprovalsStore;
  readonly requests: Requests;
  readonly client: WebClient;
  readonly loggers: Loggers;
  readonly secrets: Pick<SlackAppOptions, 'botToken' | 'signingSecret' | 'appToken' | 'apiUrl'>;
  /** Absent: as fast as Slack allows. */
  readonly pace?: Pace | undefined;
  /** The mail server of the second channel. */
  readonly smtpUrl?: string | undefined;
  readonly signIn: SignIn;
  /** Where people reach the approver pages. */
  readonly pagesUrl: string;
}): Promise<ApprovalsRole> {
  const { installation, keys, store, requests, client, loggers, secrets, pace, smtpUrl } = options;
  const { people, slack: place } = installation.organisation;
  await store.identities.sync(
    people.flatMap(({ id, slack }) => (slack === undefined ? [] : [{ ...slack, person: id }])),
  );
  const directory = options.signIn.known(installation.directoryWith(store.identities));
  const decidePage = (pointer: string) => `${options.pagesUrl}/decide/${pointer}`;
  const names = { ...namesOf(installation.organisation), decidePage };
  const { inbox, cards, clicks } = store;
  const { team, app: appId } = place;
  const { log } = loggers;
  const surface = openSurface({ installation, store, client, directory, names, log, pace, smtpUrl });
  const counts = createOversightMetrics();
  const oversight = createOversight({
    ...{ directory, counts, clock: installation.clock, log: loggers.log },
    book: store.oversight,
  });
  const desk = {
    ...{ requests, inbox, clicks, oversight },
    signer: await decisionSigner(keys.decisionPrivate),
    questionSigner: await questionSigner(keys.decisionPrivate),
    ...{ log: loggers.log, security: loggers.security, clock: installation.clock },
  };
  const pages = await approverPages(options, { desk, surface, directory, names });
  const slack = createSlackApp({
    ...secrets,
    ...desk,
    metrics: () => counts.page(),
    edits: await editDesk(installation, keys, requests),
    ...{ team, appId, cards, directory, names, client },
    pages: beside(pages.handler, options.signIn),
    affairs: {
      ...affairsOf(store, { installation, requests, surface }),
      linkTicket: (user) => pages.createLinkTicket(user),
    },
  });
  const showCard: Surface['showCard'] = async (view) => {
    await surface.showCard(view);
    slack.cardShown(view);
  };
  return {
    activities: approvalActivities({ inbox, surface: { ...surface, showCard }, oversight }),
    slack,
    metrics: () => counts.page(),
    closePages: () => pages.close(),
  };
}

function affairsOf(
  { absences, halts, grants, cards }: ApprovalsStore,
  {
    installation,
    requests,
    surface,
  }: { readonly installation: Installation; readonly requests: Requests; readonly surface: Surface },
): SlackAppOptions['affairs'] {
  return {
    ...{ absences, halts, grants, asked: requests },
    tools: installation.registry.names(),
    approvalSettings: installation.approvalSettings,
    decidedBy: cards.decidedBy,
    tell: (note) => surface.tell({ ...note, request: note.key }),
  };
}

/** The approver pages over what the role has already. */
function approverPages(
  { store, client, signIn, pagesUrl }: Parameters<typeof approvalsRole>[0],
  {
    desk,
    surface,
    directory,
    names,
  }: {
    readonly desk: Omit<DecisionDesk, 'putAway'>;
    readonly surface: Surface;
    readonly directory: Directory;
    readonly names: Names;
  },
): Promise<Pages> {
  const { cards, absences, identities, pageSessions: sessions, passkeys, tickets } = store;
  return createPages({
    desk: {
      ...desk,
      putAway: (approval, view) => putAway({ ...desk, cards, client, names }, approval, view),
    },
    ...{ cards, absences, identities, sessions, passkeys, tickets, directory, names, baseUrl: pagesUrl },
    ...(signIn.provider === undefined ? {} : { provider: signIn.provider }),
    notify: (note) => surface.tell({ request: note.key, ...note }),
  });
}

function beside(pages: RequestListener, { beside: other }: SignIn): RequestListener {
  if (other === undefined) return pages;
  const isTheirs = (url = '') => url === other.path || url.startsWith(`${other.path}/`);
  return (request, response) =>
    isTheirs(request.url) ? other.handler(request, response) : pages(request, response);
}
