/** From a pointer to the stored record that has the authority, or to the sentence that says why not. */
import type { OpenApproval } from '../domain/card.ts';
import { shortDigest } from '../domain/digest.ts';
import type { RefusedWhy } from '../domain/oversight.ts';
import type { DecisionDesk } from './desk.ts';
import { parsePointer } from './pointer.ts';
import { whyTooLate } from './too-late.ts';

export type Found =
  | { readonly kind: 'open'; readonly approval: OpenApproval }
  | {
      readonly kind: 'refused';
      readonly why: RefusedWhy;
      readonly sentence: string;
      readonly request?: string;
      readonly version?: number;
    };

/** Rejects when the inbox cannot be read. Whether the clicker may decide is not looked at here. */
export async function findApproval(
  desk: Pick<DecisionDesk, 'inbox' | 'requests' | 'security'>,
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
    return refused('unknown-request', 'Countersign knows no such request; nothing was recorded');
  }
  if (shortDigest(approval.digest) !== pointer.digest8) return unreadable(desk);
  if (approval.open) return { kind: 'open', approval };
  const sentence = whyTooLate(approval, await desk.requests.view(approval.request));
  return { ...refused('too-late', sentence), request: approval.request, version: approval.version };
}

function unreadable({ security }: Pick<DecisionDesk, 'security'>): Found {
  security.warn({ event: 'pointer-refused' }, 'Refused a pointer that matches no request');
  return refused('unknown-request', 'This button does not match any request; nothing was recorded');
}

function refused(why: RefusedWhy, sentence: string) {
  return { kind: 'refused', why, sentence } as const;
}
