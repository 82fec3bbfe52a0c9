/** From a button's pointer to the stored record that has the authority, or to the sentence that says why not. */
import type { OpenApproval } from '../domain/card.ts';
import { shortDigest } from '../domain/digest.ts';
import type { RequestView } from '../domain/request.ts';
import { parsePointer } from './cards/pointer.ts';
import type { Desk } from './ports.ts';

export type Found =
  | { readonly kind: 'open'; readonly approval: OpenApproval }
  | { readonly kind: 'refused'; readonly sentence: string };

/** Rejects when the inbox cannot be read. Whether the clicker may decide is not looked at here. */
export async function findApproval(
  desk: Pick<Desk, 'inbox' | 'requests' | 'security'>,
  value: string,
): Promise<Found> {
  const pointer = parsePointer(value);
  if (pointer === undefined) return unreadable(desk);
  const approval = await desk.inbox.find(pointer.request, pointer.version);
  if (approval === undefined) {
    desk.security.warn(
      { event: 'pointer-refused', request: pointer.request, version: pointer.version },
      'Refused a pointer to nothing',
    );
    return refused('Countersign knows no such request; nothing was recorded');
  }
  if (shortDigest(approval.digest) !== pointer.digest8) return unreadable(desk);
  if (approval.open) return { kind: 'open', approval };
  return refused(whyTooLate(approval, await desk.requests.view(approval.request)));
}

/** Why a request no longer takes decisions on this version, in one sentence. `view` is the request as it is now. */
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

function unreadable({ security }: Pick<Desk, 'security'>): Found {
  security.warn({ event: 'pointer-refused' }, 'Refused a button value that matches no request');
  return refused('This button does not match any request; nothing was recorded');
}

function refused(sentence: string): Found {
  return { kind: 'refused', sentence };
}
