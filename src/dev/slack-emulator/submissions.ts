/** Submitting and closing modals, and what the app's `response_action` does to them. */
import type { KnownBlock } from '@slack/types';
import { type Args, refuse } from './api-call.ts';
import { checkView } from './block-kit.ts';
import type { InteractionAnswer, SlackEmulator } from './contract.ts';
import { type Acting, context, readAck, viewOf } from './interactions.ts';
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
  const blocks = view.blocks as readonly KnownBlock[];
  const values = filledState(blocks, submit.values);
  const errors = clientErrors(blocks, values);
  if (Object.keys(errors).length > 0) return { status: 200, errors };
  const payload = {
    type: 'view_submission',
    ...context(acting, submit.user),
    view: { ...view, state: { values } },
    response_urls: [],
  };
  const { status, body } = await acting.deliver({ payload: JSON.stringify(payload) });
  if (status !== 200) return { status };
  return respond(acting, submit.user, view, body);
}

/** Closes the topmost modal, or the whole stack if it was told to; Bolt hears of it when the view asked. */
export async function closeView(
  acting: Acting,
  close: Parameters<SlackEmulator['closeView']>[0],
): Promise<void> {
  const view = viewOf(acting, close);
  const { clear_on_close: clears, notify_on_close: tells } = view as {
    clear_on_close?: boolean;
    notify_on_close?: boolean;
  };
  if (clears === true) acting.views.clear(close.user);
  else acting.views.pop(close.user);
  if (tells !== true) return;
  const { trigger_id: _, ...told } = context(acting, close.user);
  await acting.deliver({
    payload: JSON.stringify({ type: 'view_closed', ...told, view, is_cleared: clears === true }),
  });
}

function respond(acting: Acting, user: string, view: OpenView, body: string): InteractionAnswer {
  const ack = body.trim() === '' ? {} : readAck(body);
  // The handler may have changed the stack by views.update or views.push before it acknowledged.
  const stillTop = acting.views.stack(user).at(-1)?.id === view.id;
  switch (ack?.response_action) {
    case undefined:
      if (ack === undefined || Object.keys(ack).length > 0)
        return unusable('ack', 'is neither empty nor a response_action');
      if (stillTop) acting.views.pop(user);
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
      return unusable('response_action', `"${String(ack?.response_action)}" is unknown`);
  }
}

function fieldErrors(view: OpenView, errors: unknown): InteractionAnswer {
  const inputs = (view.blocks as readonly KnownBlock[])
    .filter((block) => block.type === 'input')
    .map((block) => block.block_id);
  const told = Object.entries(typeof errors === 'object' && errors !== null ? errors : {});
  const stray = told.find(
    ([blockId, text]) => !inputs.includes(blockId) || typeof text !== 'string' || text === '',
  );
  if (told.length === 0 || stray !== undefined)
    return unusable('errors', `"${stray?.[0] ?? ''}" names no input with a text`);
  return { status: 200, errors: Object.fromEntries(told.map(([blockId, text]) => [blockId, String(text)])) };
}

function show(acting: Acting, user: string, view: OpenView, ack: Args): InteractionAnswer {
  const checked = checkView(ack.view, 'modal');
  if (!checked.ok) return unusable('view', [checked.error, ...(checked.errors ?? [])].join(': '));
  const shown =
    ack.response_action === 'push'
      ? acting.views.push(user, checked.view)
      : acting.views.update(view.id, checked.view);
  return typeof shown === 'string' ? unusable('view', refuse(shown).error) : { status: 200 };
}

/** What the person sees as "We had some trouble connecting": the app answered, but not in Slack's terms. */
function unusable(what: string, why: string): InteractionAnswer {
  return { status: 502, errors: { [what]: why } };
}
