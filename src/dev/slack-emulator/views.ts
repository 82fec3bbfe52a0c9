/** Open modals and home tabs. They live in this process only, as Slack's live in the person's client. */
import { randomBytes } from 'node:crypto';
import type { KnownBlock } from '@slack/types';
import type { CheckedView } from './block-kit.ts';
import type { SlackSnapshot } from './contract.ts';
import { initialState, type StateValues } from './view-state.ts';
import type { Workspace } from './workspace.ts';

const DEPTH_MAX = 3;

/** A view as Slack gives it back and sends it to Bolt. */
export type OpenView = SlackSnapshot['modals'][number] & {
  readonly blocks: readonly KnownBlock[];
  readonly hash: string;
  readonly root_view_id: string;
  readonly previous_view_id: string | null;
  readonly clear_on_close: boolean;
  readonly notify_on_close: boolean;
  readonly state: { readonly values: StateValues };
};

/** Guards each person's stack of at most three modals and their home tab. Refusals are Slack's error names. */
export class Views {
  readonly #workspace: Workspace;
  readonly #stacks = new Map<string, readonly OpenView[]>();
  readonly #homes = new Map<string, OpenView>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** The modals of a person, topmost last. */
  stack(user: string): readonly OpenView[] {
    return this.#stacks.get(user) ?? [];
  }

  /** The home tab of a person, once published. */
  home(user: string): OpenView | undefined {
    return this.#homes.get(user);
  }

  /** The view with this id or external id, and whose it is; home tabs count. */
  find(id: string): { readonly user: string; readonly view: OpenView } | undefined {
    const modals = [...this.#stacks].flatMap(([user, stack]) => stack.map((view) => ({ user, view })));
    const all = [...modals, ...[...this.#homes].map(([user, view]) => ({ user, view }))];
    return id === '' ? undefined : all.find(({ view }) => view.id === id || view.external_id === id);
  }

  /** Opens a fresh stack, closing what was open, as Slack does. */
  open(user: string, view: CheckedView): OpenView | string {
    this.#stacks.delete(user);
    return this.push(user, view);
  }

  push(user: string, view: CheckedView): OpenView | 'push_limit_reached' | 'duplicate_external_id' {
    const below = this.stack(user);
    if (below.length >= DEPTH_MAX) return 'push_limit_reached';
    if (this.find(view.external_id ?? '') !== undefined) return 'duplicate_external_id';
    const next = this.#opened(view, below[0]?.id, below.at(-1)?.id);
    this.#set(user, [...below, next]);
    return next;
  }

  /** Puts new content into an open view. A stale `hash` means someone else did so first. */
  update(id: string, view: CheckedView, hash?: string): OpenView | 'not_found' | 'hash_conflict' {
    const found = this.find(id);
    if (found === undefined || found.view.type !== view.type) return 'not_found';
    if (view.type === 'home') return this.publish(found.user, view, hash);
    if (hash !== undefined && hash !== found.view.hash) return 'hash_conflict';
    const { root_view_id: root, previous_view_id: previous } = found.view;
    const next = this.#opened(view, root, previous ?? undefined, found.view.id);
    this.#set(
      found.user,
      this.stack(found.user).map((one) => (one === found.view ? next : one)),
    );
    return next;
  }

  /** The home tab of a person; it keeps its id over publishes. */
  publish(user: string, view: CheckedView, hash?: string): OpenView | 'hash_conflict' {
    const old = this.#homes.get(user);
    if (hash !== undefined && hash !== old?.hash) return 'hash_conflict';
    const next = this.#opened(view, old?.id, undefined, old?.id);
    this.#homes.set(user, next);
    this.#workspace.changed();
    return next;
  }

  /** Closes the topmost modal. */
  pop(user: string): void {
    this.#set(user, this.stack(user).slice(0, -1));
  }

  clear(user: string): void {
    this.#set(user, []);
  }

  #set(user: string, stack: readonly OpenView[]): void {
    this.#stacks.set(user, stack);
    this.#workspace.changed();
  }

  #opened(view: CheckedView, root?: string, previous?: string, id = `V0${hex(8).toUpperCase()}`): OpenView {
    const { team, appId, botId } = this.#workspace;
    const opened = {
      ...{ private_metadata: '', callback_id: '', external_id: '', submit: null, close: null },
      ...{ clear_on_close: false, notify_on_close: false },
      ...view,
      ...{ id, hash: `${Math.floor(Date.now() / 1000)}.${hex(4)}` },
      ...{ root_view_id: root ?? id, previous_view_id: previous ?? null },
      ...{ team_id: team.id, app_id: appId, app_installed_team_id: team.id, bot_id: botId },
      state: { values: initialState(view.blocks) },
    };
    // Slack answers `null` for an absent submit or close; @slack/types types only what an app may send.
    return opened as unknown as OpenView;
  }
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}
