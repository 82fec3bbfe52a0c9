/** What people see: the approvals role's activities. The inbox row opens before its card, so that no button is ever without authority. */
import type { CardOversight, DoorOversight } from '../src/approvals/oversight.ts';
import { type CardView, type OpenApproval, titleOf } from '../src/domain/card.ts';
import { requestDigest, stepDigest } from '../src/domain/digest.ts';
import { CountersignError } from '../src/domain/errors.ts';
import type { Inbox, Surface } from '../src/domain/ports.ts';
import type { ApprovalActivities } from './contract.ts';

export interface ShowDeps {
  readonly inbox: Inbox;
  readonly surface: Surface;
  readonly oversight: CardOversight & Pick<DoorOversight, 'refused'>;
}

export function createShow({ inbox, surface, oversight }: ShowDeps): ApprovalActivities {
  return {
    async showCard({ view, open }) {
      refuseUnsignedFacts(view);
      refuseOtherAuthority(view, open ?? (await inbox.find(view.request, view.version)));
      if (open !== undefined) await inbox.open(open);
      if (view.state !== 'waiting') await inbox.close(view.request, view.version);
      // Before it is shown: whom Slack keeps from seeing it was asked all the same.
      await oversight.noted(view);
      await surface.showCard(view);
      await oversight.shown(view);
    },
    sayInThread: (line) => surface.sayInThread(line),
    async whisper({ refusal, ...note }) {
      if (refusal !== undefined) {
        const { id, ...refused } = refusal;
        await oversight.refused({ ...refused, request: note.request, person: note.person, parts: [id] });
      }
      await surface.whisper(note);
    },
    tell: (note) => surface.tell(note),
    announce: (notice) => surface.announce(notice),
  };
}

/** What people read must be what their decision names: everything shown of the steps is in the digest. */
function refuseUnsignedFacts({ request, agent, onBehalfOf, version, digest, steps }: CardView): void {
  const head = { request, agent, onBehalfOf: onBehalfOf ?? null, version };
  if (requestDigest(head, steps.map(stepDigest)) === digest) return;
  throw new CountersignError(
    'unauthenticated',
    `Cannot show card of "${request}": its facts do not have the digest it names`,
  );
}

/**
 * What people read must be what the record behind its buttons names: the record is what they sign, and a pointer holds
 * only the beginning of its digest, which two contents can be made to share. Its title is read where cards are not.
 */
function refuseOtherAuthority(view: CardView, behind: OpenApproval | undefined): void {
  if (behind === undefined) return;
  const { request, version, digest, steps } = view;
  const title = titleOf(steps);
  const isSame =
    behind.request === request &&
    behind.version === version &&
    behind.digest === digest &&
    behind.title === title;
  if (isSame) return;
  throw new CountersignError(
    'unauthenticated',
    `Cannot show card of "${request}": its buttons stand for something else`,
  );
}
