/** Whose token the command line uses: a given one, or one minted with the embedded default's issuer key. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { loadOrCreateKeys } from '../../approvals/keys.ts';
import { loadOrganisation } from '../../approvals/people.ts';
import { CountersignError } from '../../domain/errors.ts';
import type { Agent } from '../../domain/people.ts';
import { mintToken } from '../../gateway/token.ts';
import type { CliSettings } from './cli-settings.ts';
import { createDoorClient, type DoorClient } from './door-client.ts';
import type { CliWorld } from './world.ts';

/** Seconds a token lives that a command mints for its own use. */
const OWN_TOKEN_SECONDS = 120;

/** Whom a command speaks as, as its options say. */
export interface Speaker {
  readonly agent?: string;
  /** Within this session: what other sessions of the agent asked is not there then. */
  readonly session?: string;
}

/** A fresh token for an agent of the configuration. `not-found` or `agent-suspended` otherwise. */
export async function mintFor(
  agent: string,
  {
    settings,
    ...minting
  }: {
    readonly settings: CliSettings;
    readonly now: Date;
    readonly ttlSeconds: number;
    /** A new one unless told; null for none. */
    readonly session?: string | null;
  },
): Promise<string> {
  const { agents } = await loadOrganisation(settings.configFolder);
  const known = agents.find(({ id }) => id === agent);
  if (known === undefined) {
    const names = agents.filter(({ suspended }) => !suspended).map(({ id }) => `"${id}"`);
    throw new CountersignError(
      'not-found',
      `Cannot mint token: "${agent}" is no agent, want one of ${names.join(', ')}`,
    );
  }
  if (known.suspended)
    throw new CountersignError('agent-suspended', `Cannot mint token: agent "${agent}" is suspended`);
  const { profile } = known;
  return await mintToken({ privateKey: await issuerKey(settings), agent, profile, ...minting });
}

/**
 * One door client for each agent the command may speak as: the token's if there is one, else `agent`, else every
 * active agent of the configuration. Tokens it mints are of no session, so they see all of their agent, unless told.
 */
export async function doorClients(
  world: CliWorld,
  settings: CliSettings,
  { agent, session }: Speaker,
): Promise<readonly DoorClient[]> {
  const client = (token: string) => createDoorClient({ url: settings.gatewayUrl, token, fetch: world.fetch });
  if (settings.token !== undefined && agent === undefined) {
    if (session === undefined) return [client(settings.token)];
    throw new CountersignError(
      'invalid-field',
      'Cannot use session: the token of COUNTERSIGN_TOKEN names its own, want --agent too or no --session',
    );
  }
  const ids = agent === undefined ? await activeAgents(settings) : [agent];
  const now = world.now();
  return await Promise.all(
    ids.map(async (id) =>
      client(await mintFor(id, { settings, now, ttlSeconds: OWN_TOKEN_SECONDS, session: session ?? null })),
    ),
  );
}

async function activeAgents({ configFolder }: CliSettings): Promise<readonly Agent['id'][]> {
  const { agents } = await loadOrganisation(configFolder);
  return agents.filter(({ suspended }) => !suspended).map(({ id }) => id);
}

/** Refuses instead of making a key: one made before the service ever ran says that this is the wrong folder. */
async function issuerKey({ dataFolder }: CliSettings): Promise<JWK> {
  const folder = join(dataFolder, 'keys');
  await access(join(folder, 'issuer.private.json')).catch((cause: unknown) => {
    throw new CountersignError(
      'misconfigured',
      `Cannot mint token: no issuer key in "${folder}"; start Countersign once, or set COUNTERSIGN_TOKEN`,
      { cause },
    );
  });
  return (await loadOrCreateKeys(folder)).issuer.privateJwk;
}
