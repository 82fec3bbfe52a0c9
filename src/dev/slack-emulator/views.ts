/** Open modals and home tabs. They live in this process only, as Slack's live in the person's client. */
import { randomBytes } from 'node:crypto';
import type { View } from '@slack/types';
import type { CheckedView } from './block-kit.ts';
import { initialState, type StateValues } from './view-state.ts';
import type { Workspace } from './workspace.ts';

const DEPTH_MAX = 3;

/** A view as Slack gives it back and sends it to Bolt. */
export type OpenView = View & {
  readonly id: string;
  readonly hash: string;
  readonly root_view_id: string;
  readonly previous_view_id: string | null;
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

  /** The view and whose it is; home tabs count. */
  find(id: string): { readonly user: string; readonly view: OpenView } | undefined {
    return this.#all().find(
      ({ view }) => view.id === id || (view.external_id !== '' && view.external_id === id),
    );
  }

  /** Opens a fresh stack, closing what was open, as Slack does. */
  open(user: string, view: CheckedView): OpenView | 'duplicate_external_id' {
    this.#stacks.delete(user);
    const next = this.push(user, view);
    return next === 'push_limit_reached' ? 'duplicate_external_id' : next;
  }

  push(user: string, view: CheckedView): OpenView | 'push_limit_reached' | 'duplicate_external_id' {
    const below = this.stack(user);
    if (below.length >= DEPTH_MAX) return 'push_limit_reached';
    if (view.external_id && this.find(view.external_id)) return 'duplicate_external_id';
    const id = this.#freshId();
    const next = this.#opened(view, {
      id,
      root_view_id: below[0]?.id ?? id,
      previous_view_id: below.at(-1)?.id ?? null,
    });
    this.#set(user, [...below, next]);
    return next;
  }

  /** Puts new content into an open view. A stale `hash` means someone else did so first. */
  update(id: string, view: CheckedView, hash?: string): OpenView | 'not_found' | 'hash_conflict' {
    const found = this.find(id);
    if (found === undefined || found.view.type !== view.type) return 'not_found';
    if (hash !== undefined && hash !== found.view.hash) return 'hash_conflict';
    const next = this.#opened(view, found.view);
    if (next.type === 'home') this.#homes.set(found.user, next);
    this.#set(
      found.user,
      this.stack(found.user).map((one) => (one.id === next.id ? next : one)),
    );
    return next;
  }

  /** The home tab of a person; it keeps its id over publishes. */
  publish(user: string, view: CheckedView, hash?: string): OpenView | 'hash_conflict' {
    const old = this.#homes.get(user);
    if (hash !== undefined && hash !== old?.hash) return 'hash_conflict';
    const id = old?.id ?? this.#freshId();
    const next = this.#opened(view, { id, root_view_id: id, previous_view_id: null });
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

  #all(): readonly { readonly user: string; readonly view: OpenView }[] {
    const modals = [...this.#stacks].flatMap(([user, stack]) => stack.map((view) => ({ user, view })));
    return [...modals, ...[...this.#homes].map(([user, view]) => ({ user, view }))];
  }

  #set(user: string, stack: readonly OpenView[]): void {
    this.#stacks.set(user, stack);
    this.#workspace.changed();
  }

  #freshId(): string {
    return `V0${randomBytes(8).toString('hex').toUpperCase()}`;
  }

  #opened(view: CheckedView, place: Pick<OpenView, 'id' | 'root_view_id' | 'previous_view_id'>): OpenView {
    const { id, root_view_id, previous_view_id } = place;
    const { team, appId, botId } = this.#workspace;
    const opened = {
      ...{ private_metadata: '', callback_id: '', external_id: '', submit: null, close: null },
      ...{ clear_on_close: false, notify_on_close: false },
      ...view,
      ...{ id, root_view_id, previous_view_id },
      ...{ team_id: team.id, app_id: appId, app_installed_team_id: team.id, bot_id: botId },
      hash: `${Math.floor(Date.now() / 1000)}.${randomBytes(4).toString('hex')}`,
      state: { values: initialState(view.blocks) },
    };
    // Slack answers `null` for an absent submit or close; @slack/types types only what an app may send.
    return opened as unknown as OpenView;
  }
}
