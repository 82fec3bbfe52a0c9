import { useCallback } from 'preact/hooks';
import type { RequestDetail, RequestList } from '../../sandbox/api.ts';
import type { SlackSnapshot } from '../../slack-emulator/contract.ts';
import { getRequest, getRequests, getSlack } from './sandbox-api.ts';
import { useChanges } from './use-changes.ts';
import { type Live, useLive } from './use-live.ts';

/** Requests change without a word from Slack (a read runs, a deadline passes), so they are also read by the clock. */
const LIST_EVERY_MS = 3000;
const OPEN_EVERY_MS = 1000;

/** What the page shows, kept up to date. */
export interface Sandbox {
  readonly requests: Live<RequestList>;
  readonly detail: Live<RequestDetail>;
  readonly slack: Live<SlackSnapshot>;
  /** Whether changes are announced at once. */
  readonly connected: boolean;
  readonly reload: () => void;
}

/** Follows the requests, one of them, and Slack as `user` sees it. */
export function useSandbox(user: string | undefined, request: string | undefined): Sandbox {
  const requests = useLive('requests', getRequests, () => LIST_EVERY_MS);
  const detail = useLive(request, (signal) => getRequest(request ?? '', signal), detailEveryMs);
  const slack = useLive(user, (signal) => getSlack(user ?? '', signal));
  const reload = useCallback(() => {
    slack.reload();
    requests.reload();
    detail.reload();
  }, [slack.reload, requests.reload, detail.reload]);
  const connected = useChanges(reload);
  return { requests, detail, slack, connected, reload };
}

/** A closed request is history: it is not read again. */
function detailEveryMs(last: RequestDetail | undefined): number | undefined {
  if (last === undefined) return LIST_EVERY_MS;
  return last.view.status === 'closed' ? undefined : OPEN_EVERY_MS;
}
