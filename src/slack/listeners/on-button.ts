/** What every button of a card goes through before its own listener: parse, identify, look the record up. */
import { findApproval } from '../../approvals/find-approval.ts';
import type { Refusal } from '../../approvals/oversight.ts';
import type { OpenApproval } from '../../domain/card.ts';
import type { Person } from '../../domain/people.ts';
import { blockId } from '../cards/pointer.ts';
import { identify } from '../clicker.ts';
import { type MessageClick, messageClick } from '../interaction.schema.ts';
import type { Desk } from '../ports.ts';
import { DONE, type Reply, replyInTime, tell } from '../reply.ts';
import { sorted } from '../slack-client.ts';
import { spoken } from '../spoken.ts';
import type { StandingOf } from '../standing.ts';

/** A click that is believed: who, on which record, and the payload it came in. */
export interface BelievedClick {
  readonly click: MessageClick;
  readonly person: Person;
  readonly approval: OpenApproval;
}

export type ButtonWork = (believed: BelievedClick) => Promise<Reply>;

/** Does the work within Slack's time, acknowledges, and tells the clicker privately what went wrong, if anything. */
export async function onButton(
  desk: Desk,
  standingOf: StandingOf,
  {
    body,
    ack,
    work,
  }: { readonly body: unknown; readonly ack: () => Promise<void>; readonly work: ButtonWork },
): Promise<void> {
  const parsed = messageClick.safeParse(body);
  if (!parsed.success) {
    desk.security.warn({ event: 'click-unreadable' }, 'Refused a click that is not one click on one button');
    return ack();
  }
  const click = parsed.data;
  const reply = await replyInTime(believe(desk, standingOf, click, work), desk.log);
  await ack();
  if (reply.kind === 'tell') await whisper(desk, click, reply.sentence);
}

async function believe(
  desk: Desk,
  standingOf: StandingOf,
  click: MessageClick,
  work: ButtonWork,
): Promise<Reply> {
  const { api_app_id: app, team, user } = click;
  const who = await identify(desk, standingOf, { app, team: team.id, user: user.id, home: user.team_id });
  if (who.kind === 'foreign') return DONE;
  const [{ value, block_id, action_id, action_ts }] = click.actions;
  const parts = [team.id, user.id, click.container.message_ts, action_id, action_ts];
  const refuse = (refusal: Pick<Refusal, 'why' | 'person' | 'request' | 'version'>, sentence: string) => {
    void desk.oversight.refused({ ...refusal, surface: 'slack', parts });
    return tell(sentence);
  };
  if (who.kind === 'refused') return refuse(who, who.sentence);
  const person = who.person.id;
  const found = await findApproval(desk, value);
  if (found.kind === 'refused') return refuse({ ...found, person }, found.sentence);
  const { approval } = found;
  if (block_id !== blockId(approval) || !(await isOurCard(desk, click, approval))) {
    desk.security.warn(
      { event: 'card-refused', request: approval.request, user: user.id },
      'Refused a click on a card that is not the stored one',
    );
    const { request, version } = approval;
    return refuse(
      { why: 'stale-card', person, request, version },
      'This is not the current card of the request; please decide on its newest card',
    );
  }
  return work({ click, person: who.person, approval });
}

/** The stored place is checked where it is known; the moment between posting and noting it is too short to refuse. */
async function isOurCard(
  { cards }: Desk,
  click: MessageClick,
  { request, version }: OpenApproval,
): Promise<boolean> {
  const place = (await cards.current(request, version))?.place;
  return (
    place === undefined || (place.channel === click.channel.id && place.ts === click.container.message_ts)
  );
}

async function whisper(desk: Desk, { channel, user }: MessageClick, sentence: string): Promise<void> {
  try {
    await sorted(
      'Cannot answer clicker',
      desk.client.chat.postEphemeral({ channel: channel.id, user: user.id, ...spoken(sentence) }),
    );
  } catch {
    desk.log.warn({ event: 'answer-lost', user: user.id }, 'Could not tell a clicker what went wrong');
  }
}
