/** `views.*`: modals answer one fresh interaction each; home tabs need none. */
import { type Answer, type Args, jsonOf, type Method, refuse, textOf } from './api-call.ts';
import { type CheckedView, checkView } from './block-kit.ts';
import type { Triggers } from './triggers.ts';
import type { OpenView, Views } from './views.ts';
import type { Workspace } from './workspace.ts';

/** What the methods stand on. */
export interface ViewParts {
  readonly workspace: Workspace;
  readonly views: Views;
  readonly triggers: Triggers;
}

/** The methods by name. */
export function viewMethods(parts: ViewParts): Readonly<Record<string, Method>> {
  const { views } = parts;
  return {
    'views.open': (args) => triggered(parts, args, (user, view) => views.open(user, view)),
    'views.push': (args) =>
      triggered(parts, args, (user, view) =>
        views.stack(user).length === 0 ? 'not_found' : views.push(user, view),
      ),
    'views.update': (args) => {
      const id = textOf(args, 'view_id') ?? textOf(args, 'external_id') ?? '';
      const place = views.find(id)?.view.type === 'home' ? 'home' : 'modal';
      return checked(args, place, (view) => views.update(id, view, textOf(args, 'hash')));
    },
    'views.publish': (args) => {
      const user = parts.workspace.person(textOf(args, 'user_id') ?? '');
      if (user === undefined) return refuse('user_not_found');
      return checked(args, 'home', (view) => views.publish(user.id, view, textOf(args, 'hash')));
    },
  };
}

/** The view is judged before the trigger is spent, so that a malformed view does not cost the interaction. */
function triggered(
  parts: ViewParts,
  args: Args,
  show: (user: string, view: CheckedView) => OpenView | string,
): Answer {
  return checked(args, 'modal', (view) => {
    const trigger = parts.triggers.spend(textOf(args, 'trigger_id'));
    return 'error' in trigger ? trigger.error : show(trigger.user, view);
  });
}

function checked(
  args: Args,
  place: 'modal' | 'home',
  show: (view: CheckedView) => OpenView | string,
): Answer {
  const judged = checkView(jsonOf(args, 'view'), place);
  if (!judged.ok) return judged;
  const shown = show(judged.view);
  return typeof shown === 'string' ? refuse(shown) : { ok: true, view: shown };
}
