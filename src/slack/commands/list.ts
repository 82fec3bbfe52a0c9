/** `list`: what waits for people, the person's own first. */
import { outside, outsideLine } from '../../approvals/outside-text.ts';
import { waitingFor } from '../../approvals/waiting.ts';
import { bothClocks } from '../../approvals/wall-clock.ts';
import { needsWords, TIER_WORDS } from '../../approvals/wording.ts';
import type { AffairsDesk } from '../home/affairs.ts';
import { tell } from '../reply.ts';
import type { CommandWork } from './command-work.ts';

const LISTED_MAX = 15;
const ANSWER = { charsMax: 2_000 } as const;

export function list(desk: AffairsDesk): CommandWork {
  return async ({ person, rest }) => {
    if (rest !== '') return undefined;
    const { inbox, names, clock } = desk;
    const open = await inbox.list();
    if (open.length === 0) return tell('Nothing waits for people');
    const mine = await waitingFor(person, open, { ...desk, now: clock() });
    const whose = new Map(mine.map((one) => [one.approval, one.standingInFor]));
    const ordered = [
      ...mine.map(({ approval }) => approval),
      ...open.filter((approval) => !whose.has(approval)),
    ];
    const lines = ordered.slice(0, LISTED_MAX).map((approval) => {
      const { request, title, tier, needs, expiresAt } = approval;
      const standingIn = whose.get(approval);
      const role =
        standingIn === undefined ? `needs ${needsWords(needs, names.group)}` : mayWords(standingIn);
      const until = bothClocks(expiresAt, person.timeZone);
      return `- ${request}: ${outsideLine(title, 80)} (${TIER_WORDS[tier]}, ${role}, until ${until})`;
    });
    const left = ordered.length - lines.length;
    const head = `${open.length} waiting, ${mine.length} for you`;
    return tell(outside([head, ...lines, ...(left > 0 ? [`and ${left} more`] : [])].join('\n'), ANSWER));
  };
}

function mayWords(standingIn: readonly string[]): string {
  return standingIn.length === 0 ? 'you may decide' : `you may decide for ${standingIn.join(' and ')}`;
}
