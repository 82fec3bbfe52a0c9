/**
 * What the sandbox page and its server say to each other (JSON over HTTP on the sandbox port, loopback only).
 * The page holds no secret: the server mints the agent's token and signs the interaction.
 */

import type { RequestView } from '../../domain/request.ts';
import type { RequestSummary, TimelineEntry } from '../../orchestrator/requests.ts';
import type { SlackSnapshot } from '../slack-emulator/contract.ts';

/** One prepared request of `config/examples.yaml`. */
export interface Example {
  readonly name: string;
  readonly agent: string;
  /** The HTTP body of `POST /v1/requests`. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly expect: { readonly effect: string; readonly outcome: string };
  /** What the world does meanwhile, where approvals alone do not lead to the outcome; for tests and as a hint. */
  readonly then?: 'deny' | 'nobody-answers' | 'agent-cancels' | 'target-drifts' | 'operator-halts';
}

/** `GET /api/world` */
export interface World {
  readonly people: readonly {
    readonly id: string;
    readonly name: string;
    readonly slackUser: string;
    readonly groups: readonly string[];
  }[];
  readonly agents: readonly {
    readonly id: string;
    readonly title: string;
    readonly owner: string;
    readonly profile: string;
  }[];
  readonly examples: readonly Example[];
  readonly links: { readonly gateway: string; readonly temporalUi: string; readonly namespace: string };
}

/** What `GET /api/world` answers: the world, and whether `POST /api/dry-run` (body as `/api/ask`) is offered. */
export interface WorldAnswer extends World {
  readonly canDryRun: boolean;
}

/** `POST /api/ask` `{agent, request}` answers with what the gateway answered. */
export interface AskAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** `GET /api/requests` */
export interface RequestList {
  readonly requests: readonly RequestSummary[];
}

/** `GET /api/requests/:id` */
export interface RequestDetail {
  readonly view: RequestView;
  readonly timeline: readonly TimelineEntry[];
  readonly temporalUrl: string;
}

/**
 * `GET /api/slack?as=<slack user id>` answers a SlackSnapshot. `POST /api/slack/click`, `/open-home`, `/click-in-view`, `/submit`,
 * `/close-view`, `/command` take the emulator's arguments as JSON and answer an InteractionAnswer.
 * `GET /api/changes` is a server-sent event stream that says `change` whenever the workspace changed.
 * `POST /api/requests/:id/cancel` cancels as the request's agent; `/answers` `{question, text}` answers as that agent. `POST /api/world/drift` moves the branch that
 * examples with `then: target-drifts` are about. `POST /api/halts` and `DELETE /api/halts` halt everything and resume.
 */
export type { SlackSnapshot };
