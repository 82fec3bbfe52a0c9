/** `pause` and `resume`: an owner's agents, an operator's everything. */

import { outsideLine } from '../../approvals/outside-text.ts';
import { mayLift, parseStop, pause, resume, stopWords } from '../../approvals/pause.ts';
import type { AffairsDesk } from '../home/affairs.ts';
import { type Reply, tell } from '../reply.ts';
import type { CommandWork } from './command-work.ts';

const LISTED_MAX = 10;

/** `pause <what> <reason>`. */
export function pauseWhat(desk: AffairsDesk): CommandWork {
  return async ({ person, rest, trigger }) => {
    const [, what = '', reason = ''] = /^(\S+)(?:\s+([\s\S]+))?$/.exec(rest) ?? [];
    const stop = parseStop(what);
    if (stop === undefined) return undefined;
    const said = await pause(desk, { person, stop, reason, key: `command ${trigger}` });
    return tell(
      said.kind === 'refused'
        ? `${said.sentence}; nothing was paused`
        : `Paused: ${stopWords(stop)}. Nothing of it runs until it is resumed; what waits for people keeps waiting`,
    );
  };
}

/** `resume <what>` lifts what the person may lift of it; alone it lists that. */
export function resumeWhat(desk: AffairsDesk): CommandWork {
  return async ({ person, rest }) => {
    const active = await desk.halts.active(desk.clock());
    if (rest === '') {
      const mine = active.filter((halt) => mayLift(person, halt));
      if (mine.length === 0) return tell('Nothing is paused that you may resume');
      const lines = mine
        .slice(0, LISTED_MAX)
        .map(
          (halt) => `- ${stopWords(halt)}, by ${outsideLine(halt.by, 80)}: ${outsideLine(halt.reason, 120)}`,
        );
      const left = mine.length - lines.length;
      return tell(['You may resume:', ...lines, ...(left > 0 ? [`and ${left} more`] : [])].join('\n'));
    }
    const stop = parseStop(rest);
    if (stop === undefined) return undefined;
    const of = active.filter(({ scope, subject }) => scope === stop.scope && subject === stop.subject);
    if (of.length === 0) return tell(`${stopWords(stop)} is not paused`);
    const said = [];
    for (const { id } of of) said.push(await resume(desk, { person, id }));
    return resumed(stop, said);
  };
}

function resumed(
  stop: Parameters<typeof stopWords>[0],
  said: readonly Awaited<ReturnType<typeof resume>>[],
): Reply {
  const refusals = said.flatMap((one) => (one.kind === 'refused' ? [one.sentence] : []));
  if (refusals.length === 0) return tell(`Resumed: ${stopWords(stop)}`);
  return tell([`${stopWords(stop)} stays paused:`, ...new Set(refusals)].join('\n'));
}
