/** Signs what a person's click would: an approval of the version the inbox holds. */
import { randomUUID } from 'node:crypto';
import type { DecisionSigner, Inbox } from '../src/domain/ports.ts';

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
