/**
 * GitHub, Stripe and Resend on loopback, for the sandbox and the tests: custom emulators of the routes the catalogue
 * uses, strict where the vendors are, with state that survives a restart and without a request limit.
 *
 * Not `emulate`'s built-in ones: those forget everything at a restart (a waiting request would see drift), stop at
 * 5,000 requests an hour, take any token, and answer success for Stripe routes they do not have. Credentials are new
 * at every start, so that nothing on this machine reaches the vendors around Countersign. Tests, the sandbox and
 * `main/start` call it.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { CountersignError } from '../../domain/errors.ts';
import type { Clock } from '../../domain/ports.ts';
import type { VendorSettings } from '../../tools/vendors.ts';
import { createFaults, type Fault, type Faults, type VendorName } from './faults.ts';
import { githubRoutes } from './github/github-routes.ts';
import { branchKey, type GitHubWorld, openGitHubWorld, pushCommit } from './github/github-world.ts';
import { seedGitHub } from './github/seed-github.ts';
import { type Journal, openJournal } from './journal.ts';
import { resendRoutes } from './resend/resend-routes.ts';
import { openResendWorld } from './resend/resend-world.ts';
import { type App, serveVendor, type VendorRefusal } from './serve-vendor.ts';
import { stripeRoutes } from './stripe/stripe-routes.ts';
import { openStripeWorld, seedStripe } from './stripe/stripe-world.ts';

export interface EmulatorOptions {
  /** State survives restarts in files here; absent: memory only. */
  readonly dataDir?: string;
  /** 0, the default, takes a free one. */
  readonly ports?: Partial<Record<VendorName, number>>;
  readonly clock?: Clock;
}

export interface Emulators {
  readonly github: { readonly url: string; readonly token: string };
  readonly stripe: { readonly url: string; readonly apiKey: string };
  readonly resend: { readonly url: string; readonly apiKey: string };
  /** What `createVendors` takes. */
  readonly settings: VendorSettings;
  failNext(fault: Fault): void;
  /** Pushes a commit to a branch, as a colleague would. Returns its id. Throws `not-found`. */
  driftBranch(repository: string, branch: string): string;
  /** Forgets the faults that have not been met yet. */
  clearFaults(): void;
  close(): Promise<void>;
}

const now: Clock = () => new Date();

/** Rejects when a port is taken or a state file cannot be read; what was started is then closed again. */
export async function startEmulators({
  dataDir,
  ports = {},
  clock = now,
}: EmulatorOptions = {}): Promise<Emulators> {
  const faults = createFaults();
  const secret = () => randomBytes(24).toString('hex');
  const secrets = { github: `ghs_${secret()}`, stripe: `sk_test_${secret()}`, resend: `re_${secret()}` };
  const closers: (() => Promise<void>)[] = [];
  let closing: Promise<unknown> | undefined;
  const closeAll = async () => {
    closing ??= Promise.all(closers.map((close) => close()));
    await closing;
  };
  const start = async (provider: VendorName, vendor: Vendor) => {
    const journal = openJournal(dataDir === undefined ? undefined : join(dataDir, `${provider}.jsonl`));
    const routes = vendor.open(journal);
    journal.commit();
    const port = ports[provider] ?? 0;
    const server = await serveVendor({
      provider,
      port,
      secret: secrets[provider],
      journal,
      faults,
      body: vendor.body,
      routes,
    });
    closers.push(async () => {
      await server.close();
      journal.close();
    });
    return server.url;
  };
  const github = githubVendor(clock);
  try {
    const urls = {
      github: await start('github', github),
      stripe: await start('stripe', stripeVendor(clock)),
      resend: await start('resend', resendVendor(clock)),
    };
    return emulators({ urls, secrets, faults, drift: github.drift, close: closeAll });
  } catch (error) {
    await closeAll();
    throw error;
  }
}

interface Vendor {
  readonly open: (journal: Journal) => (app: App) => void;
  readonly body: (refusal: VendorRefusal) => object;
}

function githubVendor(clock: Clock): Vendor & { readonly drift: Emulators['driftBranch'] } {
  let opened: { readonly world: GitHubWorld; readonly journal: Journal } | undefined;
  return {
    open: (journal) => {
      const world = openGitHubWorld(journal, clock);
      if (journal.fresh) seedGitHub(world);
      opened = { world, journal };
      return (app) => githubRoutes(app, world);
    },
    body: ({ message, status }) => ({
      message,
      status: String(status),
      documentation_url: 'https://docs.github.com/rest',
    }),
    drift: (repository, branch) => {
      if (opened?.world.branches.get(branchKey(repository, branch)) === undefined) {
        throw new CountersignError('not-found', `Cannot push: "${repository}" has no branch "${branch}"`);
      }
      const { world, journal } = opened;
      const date = clock().toISOString();
      const files = { 'NOTES.md': `Changed at ${date}, ${world.nextId()}\n` };
      const sha = pushCommit(world, {
        repository,
        branch,
        files,
        message: 'Change something meanwhile',
        date,
      });
      journal.commit();
      return sha;
    },
  };
}

function stripeVendor(clock: Clock): Vendor {
  return {
    open: (journal) => {
      const world = openStripeWorld(journal, clock);
      if (journal.fresh) seedStripe(world);
      return (app) => stripeRoutes(app, world);
    },
    body: ({ code, message, status }) => {
      const type =
        code === 'idempotency_error' ? code : status >= 500 ? 'api_error' : 'invalid_request_error';
      return { error: { type, code, message } };
    },
  };
}

function resendVendor(clock: Clock): Vendor {
  return {
    open: (journal) => {
      const world = openResendWorld(journal, clock);
      return (app) => resendRoutes(app, world);
    },
    body: ({ code, message, status }) => ({ name: code, message, statusCode: status }),
  };
}

function emulators({
  urls,
  secrets,
  faults,
  drift,
  close,
}: {
  readonly urls: Record<VendorName, string>;
  readonly secrets: Record<VendorName, string>;
  readonly faults: Faults;
  readonly drift: Emulators['driftBranch'];
  close(): Promise<void>;
}): Emulators {
  return {
    github: { url: urls.github, token: secrets.github },
    stripe: { url: urls.stripe, apiKey: secrets.stripe },
    resend: { url: urls.resend, apiKey: secrets.resend },
    settings: {
      github: { token: secrets.github, apiUrl: urls.github },
      stripe: { apiKey: secrets.stripe, apiUrl: urls.stripe },
      resend: { apiKey: secrets.resend, apiUrl: urls.resend },
    },
    failNext: faults.failNext,
    clearFaults: faults.clear,
    driftBranch: drift,
    close,
  };
}
