/** Signs what a person's click would: an approval of the version the inbox holds. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DecisionSigner, Inbox } from '../src/domain/ports.ts';
import type { Store } from '../src/store/open-store.ts';

const CARD_MS_MAX = 60_000;
const LOOK_EVERY_MS = 20;

/** Waits until the request's first card is drawn, so that nothing of its asking runs any more. */
export async function cardDrawn(id: string, { cards }: Pick<Store, 'cards'>): Promise<void> {
  const deadline = Date.now() + CARD_MS_MAX;
  while (((await cards.current(id, 1))?.shownSeq ?? -1) < 0) {
    if (Date.now() > deadline) throw new Error(`Cannot approve "${id}": it has no card`);
    await sleep(LOOK_EVERY_MS);
  }
}

/** The decision of `person` on the request's first version. */
export async function signedApproval(
  { id, person }: { readonly id: string; readonly person: string },
  { signer, inbox }: { readonly signer: DecisionSigner; readonly inbox: Pick<Inbox, 'find'> },
): Promise<string> {
  const found = await inbox.find(id, 1);
  if (found === undefined) throw new Error(`Cannot approve "${id}": it is not in the inbox`);
  return signer.sign({
    id: randomUUID(),
    request: id,
    version: 1,
    digest: found.digest,
    person,
    answer: 'approve',
    surface: 'slack',
    at: new Date().toISOString(),
  });
}
