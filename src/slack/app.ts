/**
 * Slack: cards, listeners and the client.
 *
 * This room promises that a click becomes a durable signed decision before Slack is acknowledged, or the clicker is
 * told that it did not; that nobody's words but ours are ever read as markup; and that cards converge to what the
 * workflow last wanted. It refuses unsigned, foreign, stale and repeated interactions, and to start without secrets.
 * It decides nothing: whether a decision counts is the workflow's answer. Called by `main/`; its surface by the
 * approvals role's activities.
 */
import type { RequestListener } from 'node:http';
import {
  App,
  type Receiver,
  type SlackViewMiddlewareArgs,
  SocketModeReceiver,
  type ViewSubmitAction,
} from '@slack/bolt';
import type { CardView } from '../domain/card.ts';
import { CountersignError } from '../domain/errors.ts';
import { boltLogger, redacted } from './bolt-logger.ts';
import { EDIT_CALLBACK } from './cards/edit-modal.ts';
import { ACTIONS, CALLBACKS } from './cards/pointer.ts';
import type { Affairs } from './home/affairs.ts';
import type { HomeBoard } from './home/home-board.ts';
import { cardConcerns } from './home/home-tab.ts';
import { registerHome } from './home/register-home.ts';
import { allow, openAllow } from './listeners/allow.ts';
import { onBatch } from './listeners/batch.ts';
import { breakGlass } from './listeners/break-glass.ts';
import { approve, openAsk, openDeny, openDetails, openReview } from './listeners/buttons.ts';
import { chooseStep, openEdit, saveEdit } from './listeners/edit.ts';
import { type ButtonWork, onButton } from './listeners/on-button.ts';
import { onSubmission, type SubmissionWork } from './listeners/on-submission.ts';
import { ask, decide } from './listeners/submissions.ts';
import type { Metrics } from './metrics-door.ts';
import type { Desk } from './ports.ts';
import { putAway } from './put-away.ts';
import { createHealthServer, createReceiver } from './receiver.ts';
import { createStandingOf, type StandingOf } from './standing.ts';

export interface SlackAppOptions extends Omit<Desk, 'putAway'> {
  /** What people arrange for themselves on their home tab and by commands. */
  readonly affairs: Affairs;
  /** Required unless Socket Mode is used. */
  readonly signingSecret?: string;
  readonly botToken: string;
  /** Set: Socket Mode. Slack signs nothing there; the socket itself is authenticated. */
  readonly appToken?: string;
  /** Base of Slack's Web API, ending in `/api/`; only Socket Mode needs it here. */
  readonly apiUrl?: string;
  readonly metrics?: Metrics;
  /** The approver pages, on the same port. */
  readonly pages?: RequestListener;
}

export interface SlackApp {
  /** Listens and resolves to the port, on loopback unless told otherwise. `GET /healthz` answers in both modes. */
  start(port: number, host?: string): Promise<number>;
  /** A card was shown anew: the home tabs of people it concerns follow. */
  cardShown(view: CardView): void;
  stop(): Promise<void>;
}

/** Builds the app; refuses empty secrets. Nothing listens before `start`. */
export function createSlackApp(options: SlackAppOptions): SlackApp {
  refuseEmptySecrets(options);
  const { appToken } = options;
  return appToken === undefined ? overHttp(options) : overSocket(options, appToken);
}

function overHttp(options: SlackAppOptions): SlackApp {
  const { signingSecret = '', log, security, clock, metrics, pages } = options;
  const more = metrics === undefined ? {} : { metrics };
  const receiver = createReceiver({
    ...{ signingSecret, clock, logger: boltLogger(log), security, pages },
    ...more,
  });
  const board = createBolt(options, receiver);
  return {
    start: (port, host = '127.0.0.1') => receiver.start(port, host),
    cardShown: (view) => board.happened(cardConcerns(view)),
    async stop() {
      board.close();
      await receiver.stop();
    },
  };
}

function overSocket(options: SlackAppOptions, appToken: string): SlackApp {
  const { apiUrl, log, metrics } = options;
  const receiver = new SocketModeReceiver({
    appToken,
    logger: boltLogger(log),
    ...(apiUrl === undefined ? {} : { installerOptions: { clientOptions: { slackApiUrl: apiUrl } } }),
  });
  const board = createBolt(options, receiver);
  const health = createHealthServer({
    ...(metrics === undefined ? {} : { metrics }),
    pages: options.pages,
  });
  return {
    async start(port, host = '127.0.0.1') {
      await receiver.start();
      return health.start(port, host);
    },
    cardShown: (view) => board.happened(cardConcerns(view)),
    async stop() {
      board.close();
      await Promise.all([receiver.stop(), health.stop()]);
    },
  };
}

/** Our own client is used everywhere, so Bolt is given an authorization and never calls Slack itself. */
function createBolt(options: SlackAppOptions, receiver: Receiver): HomeBoard {
  const { botToken, log, client, team, clock } = options;
  const app = new App({
    receiver,
    logger: boltLogger(log),
    authorize: async () => ({ botToken }),
    convoStore: false,
  });
  app.error(async (error) => {
    log.error({ event: 'listener-failed', why: redacted([error]) }, 'A Slack listener failed');
  });
  return register(app, options, createStandingOf(client, { team, clock }));
}

function register(app: App, options: SlackAppOptions, standingOf: StandingOf): HomeBoard {
  const desk: Desk = {
    ...options,
    putAway: (approval, view) => putAway(options, approval, view),
  };
  const buttons: Readonly<Record<string, ButtonWork>> = {
    [ACTIONS.approve]: approve(desk),
    [ACTIONS.review]: openReview(desk),
    [ACTIONS.deny]: openDeny(desk),
    [ACTIONS.allow]: openAllow(desk),
    [ACTIONS.ask]: openAsk(desk),
    [ACTIONS.edit]: openEdit(desk),
    [ACTIONS.details]: openDetails(desk),
  };
  for (const [actionId, work] of Object.entries(buttons)) {
    app.action(actionId, ({ body, ack }) => onButton(desk, standingOf, { body, ack: () => ack(), work }));
  }
  // A link opens in the browser by itself; Slack only wants to know that it was heard.
  app.action(ACTIONS.openPage, ({ ack }) => ack());
  const modals: Readonly<Record<string, SubmissionWork>> = {
    [CALLBACKS.deny]: decide(desk, 'deny'),
    [CALLBACKS.ask]: ask(desk),
    [CALLBACKS.review]: decide(desk, 'approve'),
    [CALLBACKS.grant]: allow(desk),
    [CALLBACKS.editStep]: chooseStep(desk),
    [CALLBACKS.breakGlass]: breakGlass({ ...desk, ...options.affairs }),
  };
  const submitted = (work: SubmissionWork) => (view: SlackViewMiddlewareArgs<ViewSubmitAction>) =>
    onSubmission(desk, standingOf, { body: view.body, ack: view.ack, work });
  for (const [callback, work] of Object.entries(modals)) {
    app.view<ViewSubmitAction>(callback, submitted(work));
  }
  app.view<ViewSubmitAction>(EDIT_CALLBACK, submitted(saveEdit(desk)));
  app.view<ViewSubmitAction>(CALLBACKS.batch, ({ body, ack }) => onBatch(desk, standingOf, { body, ack }));
  app.view(CALLBACKS.notice, ({ ack }) => ack());
  return registerHome(app, { ...desk, ...options.affairs }, standingOf);
}

function refuseEmptySecrets({ signingSecret, botToken, appToken }: SlackAppOptions): void {
  const way = appToken === undefined ? { 'signing secret': signingSecret ?? '' } : { 'app token': appToken };
  const secrets = { 'bot token': botToken, ...way };
  const empty = Object.entries(secrets)
    .filter(([, secret]) => secret.trim() === '')
    .map(([name]) => name);
  if (empty.length > 0) {
    throw new CountersignError(
      'misconfigured',
      `Cannot start Slack: the ${empty.join(' and the ')} is empty`,
    );
  }
}
