/**
 * A real OpenID provider for the embedded default: it asks "who are you?" and believes the answer, because everybody who
 * can reach it sits at this machine. The approver pages use it by the same code as they use an organisation's own.
 *
 * It promises a signed ID token for people of the directory who are active, and refuses to exist where others could reach
 * it. Its keys and sessions are new at every start. `main/embedded.ts` is its only caller besides tests.
 */
import { generateKeyPair, randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { type Configuration, Provider } from 'oidc-provider';
import { CountersignError } from '../../domain/errors.ts';
import type { Person } from '../../domain/people.ts';
import { isLoopback, isLoopbackHost } from '../../web/oidc.ts';
import { memoryAdapter } from './memory-adapter.ts';
import { answerWhoAreYou } from './who-are-you.tsx';

/** Where it stands on the approvals door. */
export const IDENTITY_PATH = '/identity';
const CLIENT_ID = 'approver-pages';
const LOOPBACK: readonly string[] = ['127.0.0.1', '::1', 'localhost'];

export interface LocalIdentity {
  readonly issuer: string;
  readonly clientId: string;
  /** Answers everything below `IDENTITY_PATH`. */
  readonly handler: RequestListener;
}

export interface LocalIdentityOptions {
  /** What this machine listens on; anything but loopback is refused. */
  readonly host: string;
  /** The address of the approver pages. */
  readonly baseUrl: string;
  /** The path that the pages wait for the answer at. */
  readonly callbackPath: string;
  /** The people as they are now. */
  readonly people: () => Promise<readonly Person[]>;
}

/** Rejects with `misconfigured` where others than this machine could reach it. */
export async function createLocalIdentity(options: LocalIdentityOptions): Promise<LocalIdentity> {
  const { host, baseUrl } = options;
  if (!LOOPBACK.includes(host)) {
    throw new CountersignError(
      'misconfigured',
      `Cannot let people say who they are: host "${host}" is reachable by others: 127.0.0.1, ::1 or localhost wanted`,
    );
  }
  // A tunnel or a proxy brings strangers to loopback; who sets one up names the address that they come by.
  if (!isLoopback(new URL(baseUrl))) {
    throw new CountersignError(
      'misconfigured',
      `Cannot let people say who they are: COUNTERSIGN_APPROVALS_URL is "${baseUrl}", wanted an address of this machine, or COUNTERSIGN_OIDC_ISSUER`,
    );
  }
  const issuer = `${baseUrl}${IDENTITY_PATH}`;
  const provider = new Provider(issuer, await configuration(options));
  const answer = provider.callback();
  return {
    issuer,
    clientId: CLIENT_ID,
    handler: (request, response) => {
      // A foreign page whose name was made to lead here could sign itself in as anybody.
      if (!isLoopbackHost(request.headers.host)) return void response.writeHead(403).end();
      void route({ ...options, provider }, request, response).then((isAnswered) => {
        if (!isAnswered) void answer(mounted(request), response);
      });
    },
  };
}

/** Every active person of the organisation, by their own id. */
async function configuration({
  baseUrl,
  callbackPath,
  people,
}: LocalIdentityOptions): Promise<Configuration> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return {
    clients: [
      {
        client_id: CLIENT_ID,
        token_endpoint_auth_method: 'none',
        redirect_uris: [`${baseUrl}${callbackPath}`],
        require_auth_time: true,
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
    adapter: memoryAdapter,
    cookies: { keys: [randomBytes(32).toString('hex')] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    ttl: { Interaction: 600, Session: 28_800, Grant: 28_800, AccessToken: 60, IdToken: 300 },
    interactions: { url: (_context, { uid }) => `${IDENTITY_PATH}/interaction/${uid}` },
    findAccount: async (_context, id) => {
      const person = (await people()).find((one) => one.id === id && one.active);
      return person === undefined ? undefined : { accountId: id, claims: () => ({ sub: id }) };
    },
    // The pages ask for nothing but who it is, so there is nothing to consent to.
    loadExistingGrant: async ({ oidc }) => {
      const { client, provider, session } = oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
  };
}

/** Whether the question itself was asked or answered here. */
async function route(
  { provider, people }: LocalIdentityOptions & { readonly provider: Provider },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (!(request.url ?? '').startsWith(`${IDENTITY_PATH}/interaction/`)) return false;
  try {
    await answerWhoAreYou({ provider, people }, request, response);
  } catch {
    if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/plain' });
    response.end('This sign-in is over; please go back to the page you came from and start again');
  }
  return true;
}

/** As a framework mounts it: the provider sees paths from its own root, and the whole one beside. */
function mounted(request: IncomingMessage): IncomingMessage {
  const { url = '/' } = request;
  return Object.assign(request, { originalUrl: url, url: url.slice(IDENTITY_PATH.length) || '/' });
}
