/**
 * The approver pages: where people sign in, read a request whole and decide about it outside Slack.
 *
 * This room promises that whoever decides here was named by the organisation's identity provider and is a person of the
 * directory at that moment, that a critical approval carries a fresh passkey made for exactly it, that nothing changes by
 * following a link, and that a form counts only from a page of ours in the session it was given to. It refuses to know
 * anybody by e-mail or name, and it decides nothing: whether a decision counts is the workflow's answer. Called by
 * `main/`, behind the approvals door; nobody else imports it.
 */
import type { RequestListener } from 'node:http';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import fastify, { type FastifyInstance } from 'fastify';
import { CountersignError } from '../domain/errors.ts';
import type { SlackIdentity } from '../domain/people.ts';
import { addApiRoutes } from './api-routes.ts';
import { addDecideRoutes } from './decide-routes.ts';
import { addDeviceRoutes } from './device-routes.ts';
import type { Web } from './forms.ts';
import { guard, limit, RATES } from './guard.ts';
import { addHomeRoute } from './home-route.ts';
import { addLinkRoutes } from './link-routes.ts';
import { isLoopback } from './oidc.ts';
import { addPasskeyRoutes } from './passkey-routes.ts';
import type { PagesOptions } from './ports.ts';
import { answerProblems } from './problems.ts';
import { addSignInRoutes } from './sign-in-routes.ts';
import { addStaticFiles } from './static-files.ts';
import { createLinkTicket } from './tickets.ts';

const BODY_BYTES_MAX = 64 * 1024;
const URL_CHARS_MAX = 500;

export interface Pages {
  /** Answers every path; behind the server of the approvals door. */
  readonly handler: RequestListener;
  /** The address, for ten minutes and one use, where a Slack user says who they are. */
  createLinkTicket(user: SlackIdentity): Promise<string>;
  close(): Promise<void>;
}

/** Rejects with `misconfigured` where people could be signed in over a line that others can read. */
export async function createPages(options: PagesOptions): Promise<Pages> {
  const { baseUrl, provider } = options;
  const base = new URL(baseUrl);
  if (provider !== undefined && base.protocol !== 'https:' && !isLoopback(base)) {
    throw new CountersignError(
      'misconfigured',
      `Cannot serve approver pages: COUNTERSIGN_APPROVALS_URL is "${baseUrl}", wanted https`,
    );
  }
  const web: Web = {
    ...options,
    perPerson: limit(options.formsPerMinute ?? RATES.person),
    perLogin: limit(RATES.login),
  };
  const app = fastify({ bodyLimit: BODY_BYTES_MAX, routerOptions: { maxParamLength: URL_CHARS_MAX } });
  await app.register(cookie);
  await app.register(formbody, { bodyLimit: BODY_BYTES_MAX });
  await guard(app, web);
  answerProblems(app, web);
  await addRoutes(app, web);
  await app.ready();
  return {
    handler: (request, response) => app.routing(request, response),
    createLinkTicket: (user) => createLinkTicket(web, user),
    close: () => app.close(),
  };
}

async function addRoutes(app: FastifyInstance, web: Web): Promise<void> {
  await addStaticFiles(app);
  addHomeRoute(app, web);
  addSignInRoutes(app, web);
  addDecideRoutes(app, web);
  addPasskeyRoutes(app, web);
  addLinkRoutes(app, web);
  addDeviceRoutes(app, web);
  addApiRoutes(app, web);
}
