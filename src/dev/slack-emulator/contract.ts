/**
 * The Slack sandbox: a workspace in this process that speaks Slack's Web API to Bolt and lets a page or a test act as
 * a person in it. Nothing in the product knows that it is not Slack.
 */
import type { KnownBlock, View } from '@slack/types';

export interface SlackUserSeed {
  /** Fixed id, e.g. `U0ALICE`. */
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly timeZone: string;
  readonly flags?: { readonly isBot?: boolean; readonly isRestricted?: boolean; readonly deleted?: boolean };
}

export interface SlackChannelSeed {
  /** Fixed id, e.g. `C0APPROVALS`. */
  readonly id: string;
  readonly name: string;
  readonly private: boolean;
}

export interface SlackEmulatorOptions {
  readonly port: number;
  readonly signingSecret: string;
  readonly botToken: string;
  /** Where Bolt listens, e.g. `http://127.0.0.1:8090/slack/events`; a function because it may start later. */
  readonly boltUrl: () => string;
  readonly team: { readonly id: string; readonly name: string };
  readonly appId: string;
  readonly users: readonly SlackUserSeed[];
  readonly channels: readonly SlackChannelSeed[];
  /** State survives restarts in this file; absent: memory only. */
  readonly stateFile?: string;
  /** Refuses calls that come faster than Slack takes them, with 429 and `Retry-After`. Absent: it takes everything. */
  readonly strict?: boolean;
}

/** What a strict workspace counted since it started. */
export interface SlackTraffic {
  /** Messages posted. */
  readonly posted: number;
  /** Calls refused for coming too soon. */
  readonly refused: number;
  /** Of messages posted, the most in one channel within any second. */
  readonly mostInASecond: number;
}

export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs?: string;
  readonly author: { readonly id: string; readonly name: string; readonly bot: boolean };
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
  readonly metadata?: {
    readonly event_type: string;
    readonly event_payload: Readonly<Record<string, unknown>>;
  };
  /** Set on messages only one user sees. */
  readonly ephemeralFor?: string;
  readonly edited: boolean;
}

/** The workspace as one person sees it. Ephemerals and modals of others are absent, as in Slack. */
export interface SlackSnapshot {
  readonly user: string;
  readonly channels: readonly (SlackChannelSeed & { readonly messages: readonly SlackMessage[] })[];
  readonly directMessages: readonly SlackMessage[];
  /** The open modal stack, topmost last. */
  readonly modals: readonly (View & { readonly id: string })[];
  /** The app's home tab for this person, once it was published. */
  readonly home?: View & { readonly id: string };
  readonly users: readonly SlackUserSeed[];
}

/** What Slack would have shown the clicker: Bolt's HTTP status and any errors beside fields. */
export interface InteractionAnswer {
  readonly status: number;
  readonly errors?: Readonly<Record<string, string>>;
}

export interface SlackEmulator {
  /** Base of the Web API, ending in `/api/`. */
  readonly apiUrl: string;
  snapshot(user: string): SlackSnapshot;
  /** Sends the signed `block_actions` payload Slack would send for a click on a button of a message. */
  click(click: {
    readonly user: string;
    readonly channel: string;
    readonly ts: string;
    readonly blockId: string;
    readonly actionId: string;
    /** Only for tests that forge a value; by default the value in the message. */
    readonly value?: string;
  }): Promise<InteractionAnswer>;
  /** Opens the app's home tab: sends the signed `app_home_opened` event. What is shown is what was published last. */
  openHome(open: { readonly user: string }): Promise<InteractionAnswer>;
  /** A click on a button inside the topmost modal or the home tab. */
  clickInView(click: {
    readonly user: string;
    readonly viewId: string;
    readonly blockId: string;
    readonly actionId: string;
  }): Promise<InteractionAnswer>;
  /** Submits the top modal. `values` is block_id → action_id → text or chosen option value. */
  submitView(submit: {
    readonly user: string;
    readonly viewId: string;
    readonly values: Readonly<Record<string, Readonly<Record<string, string>>>>;
  }): Promise<InteractionAnswer>;
  closeView(close: { readonly user: string; readonly viewId: string }): Promise<void>;
  /** `@name` in the text becomes `<@U…|name>` where there is such a person, as Slack escapes it for apps that ask for that. */
  command(command: {
    readonly user: string;
    readonly channel: string;
    readonly command: string;
    readonly text: string;
  }): Promise<InteractionAnswer>;
  /** Makes the next `times` calls of a Web API method fail. */
  failNext(failure: {
    readonly method: string;
    readonly status: number;
    readonly retryAfterSeconds?: number;
    readonly times: number;
  }): void;
  /** Nothing but zeros unless it is strict. */
  traffic(): SlackTraffic;
  /** Called after every change of the workspace; returns the unsubscribe. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}
