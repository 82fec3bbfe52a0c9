/** `break-glass` opens the form of an emergency; `reviewed` says afterwards whether one was justified. */
import { recordReview } from '../../approvals/record-review.ts';
import type { AffairsDesk } from '../home/affairs.ts';
import { openBreakGlass } from '../listeners/break-glass.ts';
import { tell } from '../reply.ts';
import type { CommandWork } from './command-work.ts';

const ID = /^req_[a-z0-9_-]{1,100}$/i;

/** `break-glass <request>`: never decides by text; a reason and the target are asked for in a form. */
export function breakGlass(desk: AffairsDesk): CommandWork {
  return async ({ person, rest, trigger }) =>
    ID.test(rest) ? openBreakGlass(desk, { person, request: rest, trigger }) : undefined;
}

/** `reviewed <request> justified|not-justified <why>`. */
export function reviewed(desk: AffairsDesk): CommandWork {
  return async ({ person, rest, team, user, trigger }) => {
    const [, request = '', verdict = '', note = ''] = /^(\S+)\s+(\S+)\s+([\s\S]{1,1000})$/.exec(rest) ?? [];
    if (!ID.test(request) || (verdict !== 'justified' && verdict !== 'not-justified')) return undefined;
    const parts = [team, user, 'reviewed', request, trigger];
    const said = { person, request, verdict, note, surface: 'slack', parts } as const;
    const recorded = await recordReview(desk, said);
    if (recorded.kind === 'refused') return tell(recorded.sentence);
    return tell('Your review was handed in; the thread of the card shows whether it counts');
  };
}
