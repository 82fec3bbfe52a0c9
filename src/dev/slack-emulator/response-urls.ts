/** Response URLs: five uses within thirty minutes, ephemeral unless told otherwise, able to replace what was clicked. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../domain/ports.ts';
import { type Args, flagOf, type Refusal, refuse, textOf } from './api-call.ts';
import { edited, readDraft } from './chat-methods.ts';
import type { Workspace } from './workspace.ts';

const LIFE_MS = 30 * 60_000;
const USES_MAX = 5;
const KEPT_MAX = 500;

/** Where an answer goes: the conversation and person of the interaction, and the message clicked in, if any. */
export interface Origin {
  readonly user: string;
  readonly channel: string;
  readonly ts?: string;
}

/** Hands out response URLs and carries out what is posted to them. */
export class ResponseUrls {
  readonly #workspace: Workspace;
  readonly #clock: Clock;
  readonly #issued = new Map<string, { readonly origin: Origin; readonly atMs: number; uses: number }>();

  constructor(workspace: Workspace, clock: Clock) {
    this.#workspace = workspace;
    this.#clock = clock;
  }

  /** The path under the emulator's own address; as secret as the URL. */
  issue(origin: Origin): string {
    const key = randomBytes(24).toString('base64url');
    this.#issued.set(key, { origin, atMs: this.#clock().getTime(), uses: 0 });
    const [oldest] = this.#issued.keys();
    if (this.#issued.size > KEPT_MAX && oldest !== undefined) this.#issued.delete(oldest);
    return `/response/${key}`;
  }

  /** A refused answer uses the URL up as well as one that is shown. */
  use(key: string, args: Args): { readonly ok: true } | Refusal {
    const url = this.#issued.get(key);
    if (url === undefined || this.#clock().getTime() - url.atMs > LIFE_MS) return refuse('expired_url');
    if (url.uses >= USES_MAX) return refuse('used_url');
    url.uses += 1;
    return answer(this.#workspace, url.origin, args);
  }
}

/** Shows what the app answered to an interaction or a command. */
export function answer(workspace: Workspace, origin: Origin, args: Args): { readonly ok: true } | Refusal {
  const original = origin.ts === undefined ? undefined : workspace.find(origin.channel, origin.ts);
  const onOriginal = flagOf(args, 'delete_original') || flagOf(args, 'replace_original');
  if (onOriginal && original === undefined) return refuse('message_not_found');
  if (original !== undefined && flagOf(args, 'delete_original')) {
    workspace.remove(original);
    return { ok: true };
  }
  if (original !== undefined && flagOf(args, 'replace_original')) {
    const next = edited(original, args);
    if (next.ok) workspace.replace(next.message);
    return next.ok ? { ok: true } : next;
  }
  const draft = readDraft(args);
  if (!draft.ok) return draft;
  const { ok: _, ...said } = draft;
  const threadTs =
    textOf(args, 'thread_ts') ?? (original?.ephemeralFor === undefined ? undefined : original.threadTs);
  workspace.post(origin.channel, {
    ...said,
    ...(threadTs === undefined ? {} : { threadTs }),
    ...(args.response_type === 'in_channel' ? {} : { ephemeralFor: origin.user }),
  });
  return { ok: true };
}
