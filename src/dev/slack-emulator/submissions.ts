/** Submitting and closing modals, and what the app's `response_action` does to them. */
import { type Acting, send, viewOf } from './acting.ts';
import type { Args } from './api-call.ts';
import { checkView } from './block-kit.ts';
import type { InteractionAnswer, SlackEmulator } from './contract.ts';
import { readAck } from './delivery.ts';
import { clientErrors, filledState } from './view-state.ts';
import type { OpenView } from './views.ts';

/**
 * Submits the topmost modal. Errors the client finds itself (a required field left empty) come back with status 200
 * and nothing is sent, as in Slack. An answer Slack could not act on is status 502, and the modal stays.
 */
export async function submitView(
  acting: Acting,
  submit: Parameters<SlackEmulator['submitView']>[0],
): Promise<InteractionAnswer> {
  const view = viewOf(acting, submit);
  const values = filledState(view.blocks, submit.values);
  const errors = clientErrors(view.blocks, values);
  if (Object.keys(errors).length > 0) return { status: 200, errors };
  const payload = { type: 'view_submission', view: { ...view, state: { values } }, response_urls: [] };
  const { status, body } = await send(acting, submit.user, payload);
  return status === 200 ? respond(acting, submit.user, view, body) : { status };
}

/** Closes the topmost modal, or the whole stack if it was told to; Bolt hears of it when the view asked. */
export async function closeView(
  acting: Acting,
  close: Parameters<SlackEmulator['closeView']>[0],
): Promise<void> {
  const view = viewOf(acting, close);
  if (view.clear_on_close) acting.views.clear(close.user);
  else acting.views.pop(close.user);
  if (!view.notify_on_close) return;
  await send(acting, close.user, { type: 'view_closed', view, is_cleared: view.clear_on_close });
}

function respond(acting: Acting, user: string, view: OpenView, body: string): InteractionAnswer {
  const ack = body.trim() === '' ? {} : readAck(body);
  if (ack === undefined) return unusable('ack', 'is no JSON object');
  switch (ack.response_action) {
    case undefined:
      if (Object.keys(ack).length > 0) return unusable('ack', 'has no response_action');
      // The handler may have changed the stack itself before it acknowledged.
      if (acting.views.stack(user).at(-1)?.id === view.id) acting.views.pop(user);
      return { status: 200 };
    case 'clear':
      acting.views.clear(user);
      return { status: 200 };
    case 'errors':
      return fieldErrors(view, ack.errors);
    case 'update':
    case 'push':
      return show(acting, user, view, ack);
    default:
      return unusable('response_action', `"${String(ack.response_action)}" is unknown`);
  }
}

function fieldErrors(view: OpenView, given: unknown): InteractionAnswer {
  const inputs = view.blocks.filter((block) => block.type === 'input').map((block) => block.block_id);
  const errors = Object.entries(given ?? {}).filter(
    (one): one is [string, string] => typeof one[1] === 'string',
  );
  const stray = errors.find(([blockId]) => !inputs.includes(blockId));
  if (stray !== undefined || errors.length === 0)
    return unusable('errors', `"${stray?.[0] ?? ''}" is no input`);
  return { status: 200, errors: Object.fromEntries(errors) };
}

function show(acting: Acting, user: string, view: OpenView, ack: Args): InteractionAnswer {
  const { views } = acting;
  const checked = checkView(ack.view, 'modal');
  if (!checked.ok) return unusable('view', [checked.error, ...(checked.errors ?? [])].join(': '));
  const push = ack.response_action === 'push';
  const shown = push ? views.push(user, checked.view) : views.update(view.id, checked.view);
  return typeof shown === 'string' ? unusable('view', shown) : { status: 200 };
}

/** What the person sees as "We had some trouble connecting": the app answered, but not in Slack's terms. */
function unusable(what: string, why: string): InteractionAnswer {
  return { status: 502, errors: { [what]: why } };
}
