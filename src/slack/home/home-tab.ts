/** One person's home tab: who may have one, what stands on it, and how it gets to Slack. */
import type { CardView } from '../../domain/card.ts';
import { INACTIVE, identify } from '../clicker.ts';
import { slackCode, sorted } from '../slack-client.ts';
import type { StandingOf } from '../standing.ts';
import type { AffairsDesk } from './affairs.ts';
import { drawHome, drawRefusal } from './draw-home.ts';
import { type Audience, type Drawn, HomeBoard, type Publish } from './home-board.ts';
import { type CardUrl, homeFacts } from './home-facts.ts';

/** The home tabs of a workspace. */
export function createHomeTabs(desk: AffairsDesk, standingOf: StandingOf): HomeBoard {
  const cardUrl = cardUrls(desk);
  return new HomeBoard({
    draw: (user) => drawFor(desk, { user, standingOf, cardUrl }),
    publish: publishing(desk),
    now: desk.clock,
    log: desk.log,
  });
}

/** Whether what a card says now may change what somebody sees on their tab. */
export function cardConcerns({ owner, onBehalfOf, needs, votes }: CardView) {
  return ({ person, groups, standsIn }: Audience): boolean =>
    standsIn ||
    person === owner ||
    person === onBehalfOf ||
    votes.some((vote) => vote.person === person) ||
    needs.some((need) => need.groups.some((group) => groups.includes(group)));
}

/** Rejects when Slack or the directory does not answer: nobody is then shown anything new. */
async function drawFor(
  desk: AffairsDesk,
  {
    user,
    standingOf,
    cardUrl,
  }: { readonly user: string; readonly standingOf: StandingOf; readonly cardUrl: CardUrl },
): Promise<Drawn> {
  const who = await identify(desk, standingOf, { app: desk.appId, team: desk.team, user });
  if (who.kind !== 'person') return { view: drawRefusal(who.kind === 'refused' ? who.sentence : '') };
  const { person } = who;
  if (!person.active) return { view: drawRefusal(INACTIVE) };
  const facts = await homeFacts(desk, person, cardUrl);
  const standsIn = facts.away !== 'unreadable' && facts.away.rows.some(({ role }) => role === 'delegate');
  return {
    view: drawHome(facts, desk.names),
    audience: { person: person.id, groups: person.groups, standsIn },
  };
}

function publishing({ client }: AffairsDesk): Publish {
  return async ({ user, view, hash }) => {
    try {
      const call = client.views.publish({ user_id: user, view, ...(hash === undefined ? {} : { hash }) });
      return (await sorted('Cannot publish home tab', call)).view?.hash ?? '';
    } catch (error) {
      if (hash !== undefined && slackCode(error) === 'hash_conflict') return 'conflict';
      throw error;
    }
  };
}

/** The workspace's own address is asked for once; a card without a place, or a Slack that does not say, has no link. */
function cardUrls({ client, cards, log }: AffairsDesk): CardUrl {
  let workspace: string | undefined;
  return async (request, version) => {
    const place = (await cards.current(request, version))?.place;
    if (place === undefined) return undefined;
    try {
      workspace ??= (await sorted('Cannot ask who we are', client.auth.test())).url;
    } catch {
      log.debug({ event: 'no-workspace-address' }, 'Slack did not say where cards are');
    }
    return workspace === undefined || !/^https:\/\/[a-z0-9.-]+\/$/.test(workspace)
      ? undefined
      : `${workspace}archives/${place.channel}/p${place.ts.replace('.', '')}`;
  };
}
