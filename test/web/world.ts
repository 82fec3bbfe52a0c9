/** The approver pages on real parts: fastify behind the approvals door, a real OpenID provider, PGlite, keys. Only the orchestrator is kept in memory. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDirectory } from '../../src/approvals/directory.ts';
import { namesOf } from '../../src/approvals/names.ts';
import type { Organisation } from '../../src/approvals/people.ts';
import { pointerValue } from '../../src/approvals/pointer.ts';
import {
  decisionSigner,
  decisionVerifier,
  publicKeyOf,
  questionSigner,
} from '../../src/approvals/signing.ts';
import {
  createLocalIdentity,
  IDENTITY_PATH,
  type LocalIdentity,
} from '../../src/dev/identity/local-identity.ts';
import { freePort } from '../../src/dev/temporal-server/free-port.ts';
import type { CardView } from '../../src/domain/card.ts';
import type { Decision } from '../../src/domain/decision.ts';
import { createReceiver } from '../../src/slack/receiver.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { createIdentityProvider } from '../../src/web/oidc.ts';
import { createPages, type Pages } from '../../src/web/server.ts';
import { SIGNED_IN_PATH } from '../../src/web/sign-in-routes.ts';
import { ACME, privateKey } from '../approvals/acme.ts';
import { OversightInMemory } from '../approvals/oversight-in-memory.ts';
import { view } from '../slack/views.ts';
import { type Lines, logInMemory, RequestsInMemory } from '../slack/world.ts';
import { Browser } from './browser.ts';

export interface WebWorld {
  readonly baseUrl: string;
  readonly store: Store;
  readonly requests: RequestsInMemory;
  readonly pages: Pages;
  readonly log: Lines;
  readonly security: Lines;
  readonly told: { readonly person: string; readonly text: string }[];
  /** The people as the directory has them; replaced by tests. */
  readonly organisation: { now: Organisation };
  /** Added to the present time. */
  readonly shift: { ms: number };
  browser(): Browser;
  /** A browser that `person` is signed in with. */
  signedIn(person: string, fresh?: boolean): Promise<Browser>;
  decisions(): Promise<readonly Decision[]>;
  /** Shows a request as the workflow would; answers its pointer. */
  raise(changes?: Partial<CardView>): Promise<string>;
  close(): Promise<void>;
}

let raised = 0;

/** Tests send more forms than people do, unless told. */
export async function createWebWorld({ formsPerMinute = 10_000 } = {}): Promise<WebWorld> {
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-web-'));
  const store = await openStore({ dataDir });
  const port = await freePort('127.0.0.1');
  const baseUrl = `http://localhost:${port}`;
  const [log, security, requests] = [logInMemory(), logInMemory(), new RequestsInMemory()];
  const organisation: { now: Organisation } = { now: ACME };
  const shift = { ms: 0 };
  const clock = () => new Date(Date.now() + shift.ms);
  const local = await identityOf(baseUrl, organisation);
  const plain = createDirectory(async () => organisation.now, store.identities);
  const key = privateKey();
  const told: { person: string; text: string }[] = [];
  const pages = await createPages({
    formsPerMinute,
    ...{ baseUrl, cards: store.cards, absences: store.absences, identities: store.identities },
    ...{ sessions: store.pageSessions, passkeys: store.passkeys, tickets: store.tickets },
    names: namesOf(ACME),
    provider: createIdentityProvider({ issuer: local.issuer, clientId: local.clientId }),
    directory: {
      ...plain,
      personByIdentity: async ({ issuer, subject }) =>
        issuer === local.issuer ? plain.person(subject) : undefined,
    },
    desk: {
      ...{ requests, log, security, clock, inbox: store.inbox, clicks: store.clicks },
      oversight: new OversightInMemory(),
      signer: await decisionSigner(key),
      questionSigner: await questionSigner(key),
      putAway: async ({ request, version }) => store.inbox.close(request, version),
    },
    notify: async ({ person, text }) => void told.push({ person, text }),
  });
  const door = createReceiver({
    ...{ signingSecret: 'secret', clock, security, logger: quiet },
    pages: (request, response) =>
      request.url?.startsWith(IDENTITY_PATH) === true
        ? local.handler(request, response)
        : pages.handler(request, response),
  });
  await door.start(port, '127.0.0.1');
  const verifier = await decisionVerifier([await publicKeyOf(key)]);
  return {
    ...{ baseUrl, store, requests, pages, log, security, told, organisation, shift },
    browser: () => new Browser(baseUrl),
    async signedIn(person, fresh = false) {
      const browser = new Browser(baseUrl);
      await browser.signIn(person, '/', fresh);
      return browser;
    },
    decisions: () => Promise.all(requests.decided.map((jws) => verifier.verify(jws))),
    raise: (changes = {}) => raise(store, changes),
    async close() {
      await door.stop();
      await pages.close();
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function identityOf(baseUrl: string, organisation: { readonly now: Organisation }): Promise<LocalIdentity> {
  return createLocalIdentity({
    host: '127.0.0.1',
    baseUrl,
    callbackPath: SIGNED_IN_PATH,
    // As an organisation's provider, it goes on knowing who left: that is the directory's to say.
    people: async () => organisation.now.people.map((person) => ({ ...person, active: true })),
  });
}

async function raise(store: Store, changes: Partial<CardView>): Promise<string> {
  raised += 1;
  const shown = view({
    request: `req_${raised}`,
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    ...changes,
  });
  const { request, version, digest, agent, owner, tier, needs, excluded, expiresAt } = shown;
  await store.inbox.open({
    ...{ request, version, digest, agent, owner, tier, needs, excluded, expiresAt },
    title: shown.steps[0]?.title ?? '',
    openedAt: shown.requestedAt,
  });
  await store.cards.want(shown);
  return pointerValue(shown);
}

const nothing = () => undefined;
const quiet = {
  ...{ debug: nothing, info: nothing, warn: nothing, error: nothing, setLevel: nothing, setName: nothing },
  getLevel: () => 'error' as never,
};
