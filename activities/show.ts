/** What people see: the approvals role's activities. The inbox row opens before its card, so that no button is ever without authority. */
import type { Inbox, Surface } from '../src/domain/ports.ts';
import type { ApprovalActivities } from './contract.ts';

export interface ShowDeps {
  readonly inbox: Inbox;
  readonly surface: Surface;
}

export function createShow({ inbox, surface }: ShowDeps): ApprovalActivities {
  return {
    async showCard({ view, open }) {
      if (open !== undefined) await inbox.open(open);
      if (view.state !== 'waiting') await inbox.close(view.request, view.version);
      await surface.showCard(view);
    },
    sayInThread: (line) => surface.sayInThread(line),
    whisper: (note) => surface.whisper(note),
    tell: (note) => surface.tell(note),
    announce: (notice) => surface.announce(notice),
  };
}
