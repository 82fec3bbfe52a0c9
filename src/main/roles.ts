/** The four roles of design §5: what each is made of. No role is given another's secrets. */
import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import type { ApprovalActivities, ExecutorActivities, JudgeActivities } from '../../activities/contract.ts';
import { approvalActivities, executorActivities, judgeActivities } from '../../activities/index.ts';
import { judgeRequest } from '../../activities/judge.ts';
import { decisionSigner, decisionVerifier, sealSigner, sealVerifier } from '../approvals/signing.ts';
import type { Clock } from '../domain/ports.ts';
import { createAuthenticator } from '../gateway/auth.ts';
import { createGateway } from '../gateway/server.ts';
import { AUDIENCE } from '../gateway/token.ts';
import type { Requests } from '../orchestrator/requests.ts';
import type { OrchestratorDeps } from '../orchestrator/temporal-requests.ts';
import type { Loggers } from '../process/logger.ts';
import { createSlackApp, type SlackApp, type SlackAppOptions } from '../slack/app.ts';
import { namesOf } from '../slack/names.ts';
import { createSlackSurface } from '../slack/surface.ts';
import type { Store } from '../store/open-store.ts';
import { createVendors, type VendorSettings } from '../tools/vendors.ts';
import type { Installation } from './installation.ts';
import type { RoleKeys } from './role-keys.ts';

/** The version agents see in the OpenAPI document. */
const API_VERSION = '1';

export async function gatewayRole(options: {
  readonly installation: Installation;
  readonly keys: RoleKeys;
  readonly requests: Requests;
  readonly log: Logger;
  readonly selfUrl: string;
  readonly temporalUrlFor?: (id: string) => string;
}) {
  const { installation, keys, requests, log, selfUrl, temporalUrlFor } = options;
  const { directory, registry, policy, clock } = installation;
  return createGateway({
    requests,
    registry,
    directory,
    clock,
    logger: log,
    version: API_VERSION,
    authenticate: createAuthenticator({ issuers: keys.issuers, audience: AUDIENCE, directory, clock }),
    judge: (ask) => judgeRequest({ id: 'dry-run', ...ask }, installation),
    mayAsk: (agent, tool) => policy.mayAsk(agent.profile, tool),
    links: {
      selfUrl: (id) => `${selfUrl}/v1/requests/${id}`,
      ...(temporalUrlFor === undefined ? {} : { temporalUrlFor }),
    },
  });
}

/** How the gateway's orchestrator seals and describes requests. */
export async function sealing(
  { registry, clock }: Installation,
  { sealPrivate }: RoleKeys,
): Promise<Pick<OrchestratorDeps, 'seals' | 'scopeOf'> & { readonly clock: Clock }> {
  return {
    clock,
    seals: await sealSigner(sealPrivate),
    scopeOf: ({ tool, args }) => registry.get(tool)?.target(registry.parse(tool, args)).scope ?? 'unknown',
  };
}

export async function workflowsRole(installation: Installation, keys: RoleKeys): Promise<JudgeActivities> {
  return judgeActivities({ ...installation, verifier: await decisionVerifier(keys.decisionPublic) });
}

export async function executorRole(options: {
  readonly installation: Installation;
  readonly keys: RoleKeys;
  readonly store: Pick<Store, 'effects' | 'halts'>;
  readonly vendors: VendorSettings;
}): Promise<ExecutorActivities> {
  const { installation, keys, store, vendors } = options;
  return executorActivities({
    ...installation,
    vendors: createVendors(vendors),
    ledger: store.effects,
    halts: store.halts,
    seals: await sealVerifier(keys.sealPublic),
    decisions: await decisionVerifier(keys.decisionPublic),
  });
}

/** What the approvals role keeps: no effects, and no halts. */
export type ApprovalStore = Pick<Store, 'identities' | 'inbox' | 'cards' | 'messages' | 'clicks'>;

export interface ApprovalsRole {
  readonly activities: ApprovalActivities;
  readonly slack: SlackApp;
}

export async function approvalsRole(options: {
  readonly installation: Installation;
  readonly keys: RoleKeys;
  readonly store: ApprovalStore;
  readonly requests: Requests;
  readonly client: WebClient;
  readonly loggers: Loggers;
  readonly secrets: Pick<SlackAppOptions, 'botToken' | 'signingSecret' | 'appToken' | 'apiUrl'>;
}): Promise<ApprovalsRole> {
  const { installation, keys, store, requests, client, loggers, secrets } = options;
  const { people, slack: place } = installation.organisation;
  await store.identities.sync(
    people.flatMap(({ id, slack }) => (slack === undefined ? [] : [{ ...slack, person: id }])),
  );
  const directory = installation.directoryWith(store.identities);
  const names = namesOf(installation.organisation);
  const { inbox, cards, messages, clicks } = store;
  const { approvalsChannel, channels, team, app: appId } = place;
  const surface = createSlackSurface({
    client,
    cards,
    messages,
    directory,
    channels,
    approvalsChannel,
    names,
    log: loggers.log,
  });
  const slack = createSlackApp({
    ...secrets,
    team,
    appId,
    requests,
    inbox,
    cards,
    clicks,
    directory,
    names,
    client,
    signer: await decisionSigner(keys.decisionPrivate),
    log: loggers.log,
    security: loggers.security,
    clock: installation.clock,
  });
  return { activities: approvalActivities({ inbox, surface }), slack };
}
