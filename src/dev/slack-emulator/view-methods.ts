/** `views.*`: modals answer one fresh interaction each; home tabs need none. */
import { type Answer, type Args, jsonOf, type Method, refuse, textOf } from './api-call.ts';
import { type CheckedView, checkView } from './block-kit.ts';
import type { Tickets } from './tickets.ts';
import type { OpenView, Views } from './views.ts';
import type { Workspace } from './workspace.ts';

const triggerErrors = {
  unknown: 'invalid_trigger_id',
  used: 'exchanged_trigger_id',
  expired: 'expired_trigger_id',
} as const;

/** The methods by name. A trigger stands for the person whose interaction it was. */
export function viewMethods(parts: {
  readonly workspace: Workspace;
  readonly views: Views;
  readonly triggers: Tickets<string>;
}): Readonly<Record<string, Method>> {
  const { workspace, views, triggers } = parts;
  // The view is judged before the trigger is spent, so that a malformed view does not cost the interaction.
  const triggered = (args: Args, show: (user: string, view: CheckedView) => OpenView | string) =>
    checked(args, 'modal', (view) => {
      const used = triggers.use(textOf(args, 'trigger_id') ?? '');
      return 'problem' in used ? triggerErrors[used.problem] : show(used.what, view);
    });
  return {
    'views.open': (args) => triggered(args, (user, view) => views.open(user, view)),
    'views.push': (args) =>
      triggered(args, (user, view) => (views.stack(user).length > 0 ? views.push(user, view) : 'not_found')),
    'views.update': (args) => {
      const id = textOf(args, 'view_id') ?? textOf(args, 'external_id') ?? '';
      const place = views.find(id)?.view.type === 'home' ? 'home' : 'modal';
      return checked(args, place, (view) => views.update(id, view, textOf(args, 'hash')));
    },
    'views.publish': (args) => {
      const user = workspace.person(textOf(args, 'user_id') ?? '');
      if (user === undefined) return refuse('user_not_found');
      return checked(args, 'home', (view) => views.publish(user.id, view, textOf(args, 'hash')));
    },
  };
}

function checked(
  args: Args,
  place: 'modal' | 'home',
  show: (view: CheckedView) => OpenView | string,
): Answer {
  const judged = checkView(jsonOf(args, 'view'), place);
  const shown = judged.ok ? show(judged.view) : judged;
  if (typeof shown === 'string') return refuse(shown);
  return 'ok' in shown ? shown : { ok: true, view: shown };
}
