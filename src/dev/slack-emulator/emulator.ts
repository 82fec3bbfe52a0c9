/**
 * The Slack sandbox. Promises: Bolt cannot tell it from Slack in what the product uses; Slack's documented limits and
 * refusals hold here too; ids are those of the seeds and messages survive a restart. Refuses: unknown tokens, methods,
 * blocks and people, and acting on what a person cannot see. Has no Socket Mode, files, user groups or events.
 * Called by `main/start` through the sandbox page, and by tests.
 *
 * A Fastify server of our own and not a custom emulator of `emulate`: signed interactions, per-person ephemerals,
 * modal stacks and block checking are all ours either way, and what `emulate` would add is a router and a snapshot
 * that is not replaced by rename.
 */
import type { AddressInfo } from 'node:net';
import { CountersignError } from '../../domain/errors.ts';
import type { Clock } from '../../domain/ports.ts';
import { chatMethods } from './chat-methods.ts';
import type { SlackEmulator, SlackEmulatorOptions } from './contract.ts';
import { conversationMethods } from './conversation-methods.ts';
import { deliverer } from './delivery.ts';
import { Failures } from './failures.ts';
import { type Acting, click, clickInView, command, personOf } from './interactions.ts';
import { peopleMethods } from './people-methods.ts';
import { ResponseUrls } from './response-urls.ts';
import { readState, stateWriter } from './state-file.ts';
import { closeView, submitView } from './submissions.ts';
import { Triggers } from './triggers.ts';
import { viewMethods } from './view-methods.ts';
import { Views } from './views.ts';
import { webApi } from './web-api.ts';
import { Workspace } from './workspace.ts';

/** What tests turn: the clock that triggers, timestamps and URLs go by, and Slack's three seconds. */
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
  timing: SlackEmulatorTiming = { now: () => new Date(), ackWithinMs: 3000 },
): Promise<SlackEmulator> {
  refuseEmptySecrets(options);
  const { now } = timing;
  const workspace = new Workspace(
    options,
    now,
    options.stateFile === undefined ? [] : await readState(options.stateFile),
  );
  const views = new Views(workspace);
  const triggers = new Triggers(now);
  const responseUrls = new ResponseUrls(workspace, now);
  const failures = new Failures();
  const writer =
    options.stateFile === undefined ? undefined : stateWriter(options.stateFile, () => workspace.lasting());
  if (writer !== undefined) workspace.onChange(writer.touch);

  const methods = {
    ...peopleMethods(workspace),
    ...conversationMethods(workspace),
    ...chatMethods(workspace),
    ...viewMethods({ workspace, views, triggers }),
  };
  const server = webApi({ methods, failures, responseUrls, botToken: options.botToken });
  await server.listen({ host: '127.0.0.1', port: options.port }).catch((cause: unknown) => {
    throw new CountersignError(
      'misconfigured',
      `Cannot start the Slack sandbox: port ${options.port} is not free`,
      { cause },
    );
  });
  const baseUrl = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  const deliver = deliverer({
    url: options.boltUrl,
    secret: options.signingSecret,
    now,
    ackWithinMs: timing.ackWithinMs,
  });
  const acting: Acting = { workspace, views, triggers, responseUrls, deliver, now, baseUrl: () => baseUrl };

  return {
    apiUrl: `${baseUrl}/api/`,
    snapshot: (user) => ({ ...workspace.seenBy(personOf(acting, user).id), modals: views.stack(user) }),
    click: (at) => click(acting, at),
    clickInView: (at) => clickInView(acting, at),
    submitView: (submit) => submitView(acting, submit),
    closeView: (close) => closeView(acting, close),
    command: (typed) => command(acting, typed),
    failNext: (failure) => failures.order(failure),
    onChange: (listener) => workspace.onChange(listener),
    close: async () => {
      await server.close();
      await writer?.flush();
    },
  };
}

function refuseEmptySecrets({ signingSecret, botToken }: SlackEmulatorOptions): void {
  const empty = Object.entries({ signingSecret, botToken }).find(([, value]) => value.trim() === '');
  if (empty === undefined) return;
  throw new CountersignError(
    'misconfigured',
    `Cannot start the Slack sandbox: "${empty[0]}" is empty, wanted a secret`,
  );
}
