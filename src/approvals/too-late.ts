/** Why a request no longer takes decisions on a version, in one sentence: the same on every surface. */
import type { OpenApproval } from '../domain/card.ts';
import type { RequestView } from '../domain/request.ts';

/** `view` is the request as it is now. */
export function whyTooLate(
  { version }: Pick<OpenApproval, 'version'>,
  view: RequestView | undefined,
): string {
  if (view === undefined) return 'This request is closed and no longer kept; nothing was recorded';
  if (view.status === 'closed') {
    const message = view.message === undefined ? '' : `: ${view.message}`;
    return `This came too late: the request is closed (${view.outcome ?? 'closed'})${message}`;
  }
  if (view.version > version)
    return `The request has changed since you looked; please decide on version ${view.version}`;
  return 'This came too late: the request is already running';
}
