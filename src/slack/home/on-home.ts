/** The home tab's buttons and modals: who did it, then their work, then their tab anew. A value points to something; rights are looked up. */
import type { ModalView } from '@slack/types';
import { endAbsence, sayAway } from '../../approvals/away.ts';
import { parseStop, pause, resume } from '../../approvals/pause.ts';
import type { Person } from '../../domain/people.ts';
import { noticeModal } from '../cards/modals.ts';
import { FIELD_ACTION } from '../cards/pointer.ts';
import { INACTIVE, identify } from '../clicker.ts';
import type { SubmissionAck } from '../listeners/on-submission.ts';
import { DONE, type Reply, replyInTime, tell } from '../reply.ts';
import { sorted } from '../slack-client.ts';
import type { StandingOf } from '../standing.ts';
import { awayModal, pauseModal } from './affair-modals.ts';
import {
  type AffairSubmission,
  affairSubmission,
  type HomeClick,
  homeClick,
  homeOpened,
} from './affairs.schema.ts';
import type { AffairsDesk } from './affairs.ts';
import type { HomeBoard } from './home-board.ts';
import { AFFAIR_FIELDS, HOME_ACTIONS } from './ids.ts';

export interface HomeDoor {
  readonly desk: AffairsDesk;
  readonly standingOf: StandingOf;
  readonly board: HomeBoard;
}

/** Publishes the tab of whoever opened it; of other apps and workspaces nothing is believed. */
export async function onHomeOpened({ desk, board }: HomeDoor, body: unknown): Promise<void> {
  const parsed = homeOpened.safeParse(body);
  if (!parsed.success) return;
  const { api_app_id: app, team_id: team, event } = parsed.data;
  if (event.tab !== 'home') return;
  if (app !== desk.appId || team !== desk.team) {
    desk.security.warn({ event: 'home-refused', app, team, user: event.user }, 'Refused a foreign home tab');
    return;
  }
  await board.opened(event.user, event.view?.hash);
}

export type HomeWork = (clicked: { readonly click: HomeClick; readonly person: Person }) => Promise<Reply>;

/** The work of each button. */
export function homeWorks(desk: AffairsDesk): Readonly<Record<string, HomeWork>> {
  const open = async (click: HomeClick, view: ModalView): Promise<Reply> => {
    await sorted('Cannot open modal', desk.client.views.open({ trigger_id: click.trigger_id, view }));
    return DONE;
  };
  return {
    [HOME_ACTIONS.setAway]: ({ click, person }) =>
      open(click, awayModal({ now: desk.clock(), timeZone: person.timeZone })),
    [HOME_ACTIONS.endAbsence]: async ({ click, person }) => {
      const ended = await endAbsence(desk, { id: pointerIn(click), by: person });
      return ended.kind === 'refused' ? tell(ended.sentence) : DONE;
    },
    [HOME_ACTIONS.pause]: async ({ click }) => {
      const stop = parseStop(pointerIn(click));
      return stop === undefined
        ? tell('There is nothing of that name to pause')
        : open(click, pauseModal(stop));
    },
    [HOME_ACTIONS.resume]: async ({ click, person }) => {
      const said = await resume(desk, { person, id: pointerIn(click) });
      return said.kind === 'refused' ? tell(said.sentence) : DONE;
    },
    [HOME_ACTIONS.revokeGrant]: ({ click, person }) => revokeGrant(desk, person, pointerIn(click)),
  };
}

/** Acknowledges in time; a refusal opens a modal, for a home tab has no place for an answer. */
export async function onHomeClick(
  { desk, standingOf, board }: HomeDoor,
  { body, ack, work }: { readonly body: unknown; readonly ack: () => Promise<void>; readonly work: HomeWork },
): Promise<void> {
  const parsed = homeClick.safeParse(body);
  if (!parsed.success) {
    desk.security.warn({ event: 'click-unreadable' }, 'Refused a click that is not one click on one button');
    return ack();
  }
  const click = parsed.data;
  const reply = await replyInTime(
    believed(desk, standingOf, click, (person) => work({ click, person })),
    desk.log,
  );
  await ack();
  if (reply.kind === 'tell') await explain(desk, click, reply.sentence);
  board.touched(click.user.id);
}

export type AffairWork = (sent: AffairSubmission, person: Person) => Promise<Reply>;

/** Does a modal's work within Slack's time, then acknowledges. */
export async function onAffair(
  { desk, standingOf, board }: HomeDoor,
  {
    body,
    ack,
    work,
  }: {
    readonly body: unknown;
    readonly ack: (answer?: SubmissionAck) => Promise<void>;
    readonly work: AffairWork;
  },
): Promise<void> {
  const parsed = affairSubmission.safeParse(body);
  if (!parsed.success) {
    desk.security.warn({ event: 'submission-unreadable' }, 'Refused a modal that is not one of ours');
    return ack();
  }
  const sent = parsed.data;
  const reply = await replyInTime(
    believed(desk, standingOf, sent, (person) => work(sent, person)),
    desk.log,
  );
  if (reply.kind === 'errors') return ack({ response_action: 'errors', errors: { ...reply.errors } });
  if (reply.kind === 'tell') await ack({ response_action: 'update', view: noticeModal(reply.sentence) });
  else await ack();
  board.touched(sent.user.id);
}

/** Says that the person is away as the modal has it. What was wrong stands beside its field. */
export function submitAway(desk: AffairsDesk): AffairWork {
  return async (sent, person) => {
    const field = (name: string) => sent.view.state.values[name]?.[FIELD_ACTION];
    const [from, until] = [AFFAIR_FIELDS.from, AFFAIR_FIELDS.until].map(
      (name) => field(name)?.selected_date_time ?? undefined,
    );
    if (from === undefined || until === undefined)
      return { kind: 'errors', errors: { [AFFAIR_FIELDS.until]: 'Say from when until when' } };
    const user = field(AFFAIR_FIELDS.delegate)?.selected_user ?? undefined;
    const named =
      user === undefined ? undefined : await desk.directory.personBySlack({ team: desk.team, user });
    if (user !== undefined && named === undefined)
      return {
        kind: 'errors',
        errors: { [AFFAIR_FIELDS.delegate]: 'Countersign does not know this person' },
      };
    const said = await sayAway(desk, {
      person,
      from: new Date(from * 1_000),
      until: new Date(until * 1_000),
      ...(named === undefined ? {} : { delegate: named.id }),
      note: field(AFFAIR_FIELDS.note)?.value?.trim() ?? '',
      key: `modal ${sent.view.id}`,
    });
    if (said.kind === 'refused') return { kind: 'errors', errors: { [said.field]: said.sentence } };
    return said.cautions.length === 0
      ? DONE
      : tell(['You are away as you said.', ...said.cautions].join('\n'));
  };
}

/** Pauses what the modal was opened for; the right to is looked up again. */
export function submitPause(desk: AffairsDesk): AffairWork {
  return async (sent, person) => {
    const stop = parseStop(sent.view.private_metadata);
    if (stop === undefined) return tell('There is nothing of that name to pause');
    const reason = sent.view.state.values[AFFAIR_FIELDS.reason]?.[FIELD_ACTION]?.value?.trim() ?? '';
    if (reason === '') return { kind: 'errors', errors: { [AFFAIR_FIELDS.reason]: 'Say why' } };
    const said = await pause(desk, { person, stop, reason, key: `modal ${sent.view.id}` });
    return said.kind === 'refused' ? tell(said.sentence) : DONE;
  };
}

async function revokeGrant({ grants, security }: AffairsDesk, person: Person, id: string): Promise<Reply> {
  const mine = await grants?.list({ grantedBy: person.id });
  if (grants === undefined || mine?.every((grant) => grant.id !== id) !== false) {
    security.warn({ event: 'grant-refused', person: person.id }, "Refused to revoke somebody else's grant");
    return tell('You gave no such grant');
  }
  return (await grants.revoke(id, person.id)) ? DONE : tell('This grant is over already');
}

async function believed(
  desk: AffairsDesk,
  standingOf: StandingOf,
  { api_app_id: app, team, user }: HomeClick | AffairSubmission,
  work: (person: Person) => Promise<Reply>,
): Promise<Reply> {
  const who = await identify(desk, standingOf, { app, team: team.id, user: user.id, home: user.team_id });
  if (who.kind === 'foreign') return DONE;
  if (who.kind === 'refused') return tell(who.sentence);
  return who.person.active ? work(who.person) : tell(INACTIVE);
}

/** The trigger may be spent or stale by now; the tab itself then shows how things are. */
async function explain({ client, log }: AffairsDesk, click: HomeClick, sentence: string): Promise<void> {
  const call = client.views.open({ trigger_id: click.trigger_id, view: noticeModal(sentence) });
  await sorted('Cannot open modal', call).catch(() =>
    log.warn({ event: 'refusal-unsaid' }, 'Could not tell somebody what went wrong on their home tab'),
  );
}

function pointerIn({ actions: [{ value }] }: HomeClick): string {
  return value;
}
