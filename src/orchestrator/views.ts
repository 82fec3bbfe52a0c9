/** Reading one request: from its result when closed, by query while it runs, honestly when it was terminated. */
import { type Client, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { VIEW_QUERY } from '../../workflows/messages.ts';
import type { RequestView } from '../domain/request.ts';

/** Between looks at an open request while somebody waits for it. */
const LOOK_EVERY_MS = 400;

/** The request as it is now; undefined when unknown or not this agent's. */
export async function viewNow(client: Client, id: string, agent?: string): Promise<RequestView | undefined> {
  const handle = client.workflow.getHandle(id);
  try {
    const { status, memo } = await handle.describe();
    if (agent !== undefined && memo?.['agent'] !== agent) return undefined;
    if (status.name === 'COMPLETED') return (await handle.result()) as RequestView;
    const view = await handle.query<RequestView>(VIEW_QUERY);
    return status.name === 'RUNNING' ? view : cutShort(view, status.name);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/**
 * Waits up to `waitMs` for the request to close. The outcome stands before the last card is drawn, so a long wait
 * looks at the view too and does not hang on Slack.
 */
export async function settledView(
  client: Client,
  id: string,
  waitMs: number,
  agent?: string,
): Promise<RequestView | undefined> {
  const handle = client.workflow.getHandle(id);
  const deadline = Date.now() + waitMs;
  if (agent !== undefined && (await ownerOf(handle)) !== agent) return undefined;
  const result = client
    .withDeadline(deadline + LOOK_EVERY_MS, () => handle.result())
    .then((view) => view as RequestView)
    .catch(() => undefined);
  for (let look = LOOK_EVERY_MS; Date.now() < deadline; look = Math.min(look * 2, 2000)) {
    const view = await Promise.race([result, pause(Math.min(look, deadline - Date.now()))]);
    if (view !== undefined) return view;
    const now = await viewNow(client, id);
    if (now === undefined || now.status === 'closed') return now;
  }
  return viewNow(client, id);
}

async function ownerOf(handle: WorkflowHandle): Promise<unknown> {
  try {
    return (await handle.describe()).memo?.['agent'];
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** A workflow that was terminated or timed out ran no code of ours: what ran before stands as it is. */
function cutShort(view: RequestView, how: string): RequestView {
  const ran = view.steps.filter(
    ({ status }) => status !== 'pending' && status !== 'waiting' && status !== 'skipped',
  );
  const { waitingFor: _, ...rest } = view;
  return {
    ...rest,
    status: 'closed',
    outcome: view.outcome ?? 'halted',
    effects: view.effects ?? (ran.length === 0 ? 'none' : 'some'),
    message: view.message ?? `An operator ended the request (${how.toLowerCase()}); nothing was undone.`,
  };
}

function pause(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined));
}
