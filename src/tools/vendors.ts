/**
 * The vendors' own clients, one credential each. Held by the executor role only.
 *
 * Clients never retry by themselves (Temporal does, and knows what happened), never follow a redirect (a renamed
 * repository is another target than the one judged), and give up after `timeoutMs`.
 */
import { Octokit } from '@octokit/rest';
import { Resend } from 'resend';
import Stripe from 'stripe';
import { CountersignError } from '../domain/errors.ts';
import { OutsideError } from '../domain/retry.ts';

/** Reading a provider whose credential is not set throws a final OutsideError. */
export interface Vendors {
  readonly github: Octokit;
  readonly stripe: Stripe;
  readonly resend: Resend;
}

/** A provider that is left out has tools that refuse; the others work. `apiUrl` is for sandboxes and proxies. */
export interface VendorSettings {
  readonly github?: { readonly token: string; readonly apiUrl?: string | undefined } | undefined;
  readonly stripe?: { readonly apiKey: string; readonly apiUrl?: string | undefined } | undefined;
  readonly resend?: { readonly apiKey: string; readonly apiUrl?: string | undefined } | undefined;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/** Throws `misconfigured` for an empty credential or an address that is no URL. Opens no connection. */
export function createVendors({ github, stripe, resend, timeoutMs = TIMEOUT_MS }: VendorSettings): Vendors {
  const clients = {
    github: github && githubClient(secret('GitHub', github.token), github.apiUrl, timeoutMs),
    stripe: stripe && stripeClient(secret('Stripe', stripe.apiKey), stripe.apiUrl, timeoutMs),
    resend: resend && resendClient(secret('Resend', resend.apiKey), resend.apiUrl, timeoutMs),
  };
  return Object.freeze({
    get github() {
      return clients.github ?? refuse('GitHub', 'GITHUB_TOKEN');
    },
    get stripe() {
      return clients.stripe ?? refuse('Stripe', 'STRIPE_API_KEY');
    },
    get resend() {
      return clients.resend ?? refuse('Resend', 'RESEND_API_KEY');
    },
  });
}

function secret(provider: string, value: string): string {
  if (value.trim() === '') {
    throw new CountersignError(
      'misconfigured',
      `Cannot use ${provider}: credential is empty, wanted a secret`,
    );
  }
  return value;
}

function refuse(provider: string, setting: string): never {
  throw new OutsideError('final', `Cannot use ${provider}: no credential is set, wanted "${setting}"`);
}

function address(provider: string, apiUrl: string): URL {
  if (URL.canParse(apiUrl) && /^https?:/.test(apiUrl)) return new URL(apiUrl);
  throw new CountersignError(
    'misconfigured',
    `Cannot use ${provider}: address "${apiUrl}" is no http(s) URL`,
  );
}

function githubClient(token: string, apiUrl = 'https://api.github.com', timeoutMs: number): Octokit {
  const baseUrl = address('GitHub', apiUrl).href.replace(/\/$/, '');
  return new Octokit({
    auth: token,
    baseUrl,
    userAgent: 'countersign',
    log: SILENT,
    request: { fetch: bounded(timeoutMs) },
  });
}

const ignore = () => undefined;
const SILENT = Object.freeze({ debug: ignore, info: ignore, warn: ignore, error: ignore });

/** Octokit has no timeout of its own, and would follow a redirect. */
function bounded(timeoutMs: number): typeof fetch {
  return async (input, init = {}) => {
    const signals = [AbortSignal.timeout(timeoutMs), ...(init.signal ? [init.signal] : [])];
    const response = await fetch(input, { ...init, redirect: 'manual', signal: AbortSignal.any(signals) });
    if (response.status < 300 || response.status > 399) return response;
    throw new OutsideError(
      'final',
      'Cannot use GitHub: it redirects elsewhere, wanted the repository under this name',
    );
  };
}

function stripeClient(apiKey: string, apiUrl = 'https://api.stripe.com', timeoutMs: number): Stripe {
  const { hostname, port, protocol } = address('Stripe', apiUrl);
  const secure = protocol === 'https:';
  return new Stripe(apiKey, {
    host: hostname,
    port: port === '' ? (secure ? 443 : 80) : Number(port),
    protocol: secure ? 'https' : 'http',
    maxNetworkRetries: 0,
    timeout: timeoutMs,
    telemetry: false,
  });
}

function resendClient(apiKey: string, apiUrl = 'https://api.resend.com', timeoutMs: number): Resend {
  const client = new Resend(apiKey, { baseUrl: address('Resend', apiUrl).href.replace(/\/$/, '') });
  const unbounded = client.fetchRequest.bind(client);
  // Every call of this client ends here; it has neither a timeout nor a switch for redirects.
  client.fetchRequest = (path: string, options: { readonly signal?: AbortSignal } = {}) => {
    const signals = [AbortSignal.timeout(timeoutMs), ...(options.signal ? [options.signal] : [])];
    return unbounded(path, { ...options, redirect: 'manual', signal: AbortSignal.any(signals) });
  };
  return client;
}
