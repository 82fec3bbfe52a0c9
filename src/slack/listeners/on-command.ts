/** `/countersign`: who asks, which verb, and the private answer. There is no approving by text. */

import { INACTIVE, identify } from '../clicker.ts';
import { away, back, delegate } from '../commands/away.ts';
import type { CommandWork } from '../commands/command-work.ts';
import { breakGlass, reviewed } from '../commands/emergency.ts';
import { HELP } from '../commands/help.ts';
import { link } from '../commands/link.ts';
import { list } from '../commands/list.ts';
import { pauseWhat, resumeWhat } from '../commands/pause.ts';
import { show, why } from '../commands/show.ts';
import type { AffairsDesk } from '../home/affairs.ts';
import { type Command, command } from '../interaction.schema.ts';
import { DONE, type Reply, replyInTime, tell } from '../reply.ts';
import { spoken, withLink } from '../spoken.ts';
import type { StandingOf } from '../standing.ts';
import { reviewSeveral } from './batch.ts';

const LINES_MAX = 40;

export type CommandAck = ReturnType<typeof spoken> & { readonly response_type: 'ephemeral' };

const VERBS: Readonly<Record<string, (desk: AffairsDesk) => CommandWork>> = Object.freeze({
  ...{ list, show, why, away, delegate, back },
  ...{ pause: pauseWhat, resume: resumeWhat, review: reviewSeveral },
  ...{ 'break-glass': breakGlass, reviewed },
});

/** Answers one command privately. People the directory does not know get a refusal, or the way to link themselves. */
export async function onCommand(
  desk: AffairsDesk,
  standingOf: StandingOf,
  {
    body,
    ack,
    after,
  }: {
    readonly body: unknown;
    readonly ack: (answer?: CommandAck) => Promise<void>;
    /** Told whose affairs may have changed, once they were answered. */
    readonly after: (user: string) => void;
  },
): Promise<void> {
  const parsed = command.safeParse(body);
  if (!parsed.success) return ack();
  const reply = await replyInTime(answerTo(desk, standingOf, parsed.data), desk.log);
  if (reply.kind !== 'tell') return ack();
  const answer = spoken(reply.sentence, { linesMax: LINES_MAX });
  await ack({
    response_type: 'ephemeral',
    ...(reply.link === undefined ? answer : withLink(answer, reply.link)),
  });
  after(parsed.data.user_id);
}

async function answerTo(desk: AffairsDesk, standingOf: StandingOf, sent: Command): Promise<Reply> {
  const { api_app_id: app, team_id: team, user_id: user, text, trigger_id: trigger } = sent;
  const [, verb = '', rest = ''] = /^(\S*)\s*([\s\S]*)$/.exec(text.trim()) ?? [];
  const who = await identify(desk, standingOf, { app, team, user });
  if (who.kind === 'foreign') return DONE;
  const isLink = verb === 'link' && rest === '';
  if (who.kind === 'refused')
    return isLink && who.why === 'unknown-person' ? link(desk, { team, user }) : tell(who.sentence);
  if (isLink) return link(desk, { team, user });
  const { person } = who;
  if (!person.active) return tell(INACTIVE);
  const work = Object.hasOwn(VERBS, verb) ? VERBS[verb]?.(desk) : undefined;
  return (await work?.({ person, team, user, rest, trigger })) ?? tell(HELP);
}
