/**
 * The Slack sandbox. Promises: Bolt cannot tell it from Slack in what the product uses; Slack's documented limits and
 * refusals hold here too; ids are those of the seeds and messages survive a restart. Refuses: unknown tokens, methods,
 * blocks and people, and acting on what a person cannot see. Has no Socket Mode, files or user groups, and of events only
 * the opening of the home tab.
 * Called by `main/start` and the sandbox page, and by tests.
 *
 * A Fastify server of our own and not a custom emulator of `emulate`: signed interactions, per-person ephemerals,
 * modal stacks and block checking are ours either way, and all that `emulate` would add is a router and a snapshot.
 */
import type { AddressInfo } from 'node:net';
import { CountersignError } from '../../domain/errors.ts';
import type { Clock } from '../../domain/ports.ts';
import { type Acting, personIn } from './acting.ts';
import { type Args, refuse } from './api-call.ts';
import { type Origin, showAnswer } from './app-answer.ts';
import { chatMethods } from './chat-methods.ts';
import type { SlackEmulator, SlackEmulatorOptions } from './contract.ts';
import { conversationMethods } from './conversation-methods.ts';
import { deliverer } from './delivery.ts';
import { Failures } from './failures.ts';
import { click, clickInView, command, openHome } from './interactions.ts';
import { Limits } from './limits.ts';
import { peopleMethods } from './people-methods.ts';
import { readState, stateWriter } from './state-file.ts';
import { closeView, submitView } from './submissions.ts';
import { Tickets } from './tickets.ts';
import { viewMethods } from './view-methods.ts';
import { Views } from './views.ts';
import { webApi } from './web-api.ts';
import { Workspace } from './workspace.ts';

const TRIGGER_LIFE_MS = 3000;
const RESPONSE_URL_LIFE_MS = 30 * 60_000;
const RESPONSE_URL_USES = 5;

/** What tests turn: the clock that tickets, timestamps and signatures go by, and Slack's three seconds. */
export interface SlackEmulatorTiming {
  readonly now: Clock;
  readonly ackWithinMs: number;
}

/**
 * Starts the workspace on loopback; port 0 picks one. Rejects with `misconfigured` for an empty secret or token, a
 * state file that is not ours, or a port in use.
 */
export async function startSlackEmulator(
  options: SlackEmulatorOptions,
  { now, ackWithinMs }: SlackEmulatorTiming = { now: () => new Date(), ackWithinMs: 3000 },
): Promise<SlackEmulator> {
  const { stateFile, boltUrl: url, signingSecret: secret, botToken } = options;
  if (secret.trim() === '') throw refusal('signingSecret is empty, wanted a secret');
  if (botToken.trim() === '') throw refusal('botToken is empty, wanted a token');
  const workspace = new Workspace(options, now, stateFile === undefined ? [] : await readState(stateFile));
  const writer = stateFile === undefined ? undefined : stateWriter(stateFile, () => workspace.lasting());
  if (writer !== undefined) workspace.onChange(writer.touch);

  const views = new Views(workspace);
  const triggers = new Tickets<string>({ uses: 1, lifeMs: TRIGGER_LIFE_MS, clock: now });
  const urls = new Tickets<Origin>({ uses: RESPONSE_URL_USES, lifeMs: RESPONSE_URL_LIFE_MS, clock: now });
  const failures = new Failures();
  const limits = new Limits(options.strict === true, now);
  const respond = (key: string, args: Args) => {
    const used = urls.use(key);
    if ('what' in used) return showAnswer(workspace, used.what, args);
    return refuse(used.problem === 'used' ? 'used_url' : 'expired_url');
  };
  const methods = {
    ...peopleMethods(workspace),
    ...conversationMethods(workspace),
    ...chatMethods(workspace),
    ...viewMethods({ workspace, views, triggers }),
  };
  const server = webApi({
    ...{ methods, respond, botToken },
    takeFailure: (method) => failures.take(method),
    tooSoon: (method, args) => limits.retryAfterSeconds(method, args),
  });
  await server.listen({ host: '127.0.0.1', port: options.port }).catch((cause: unknown) => {
    throw refusal(`port ${options.port} is not free`, cause);
  });
  const baseUrl = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  const responseUrl = (origin: Origin) => `${baseUrl}/response/${urls.issue(origin)}`;
  const deliver = deliverer({ url, secret, now, ackWithinMs });
  const acting: Acting = { workspace, views, triggers, responseUrl, deliver, now };

  return {
    apiUrl: `${baseUrl}/api/`,
    snapshot: (user) => {
      const seen = workspace.seenBy(personIn(workspace, user).id);
      const home = views.home(user);
      return { ...seen, modals: views.stack(user), ...(home === undefined ? {} : { home }) };
    },
    openHome: (open) => openHome(acting, open),
    click: (at) => click(acting, at),
    clickInView: (at) => clickInView(acting, at),
    submitView: (submit) => submitView(acting, submit),
    closeView: (close) => closeView(acting, close),
    command: (typed) => command(acting, typed),
    failNext: (failure) => failures.order(failure),
    traffic: () => limits.traffic,
    onChange: (listener) => workspace.onChange(listener),
    close: async () => {
      await server.close();
      await writer?.flush();
    },
  };
}

function refusal(why: string, cause?: unknown): CountersignError {
  return new CountersignError('misconfigured', `Cannot start the Slack sandbox: ${why}`, { cause });
}
