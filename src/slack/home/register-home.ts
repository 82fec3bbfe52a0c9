/** Hangs the home tab, its modals and the slash command onto Bolt. */
import type { App, ViewSubmitAction } from '@slack/bolt';
import { COMMAND } from '../cards/pointer.ts';
import { onCommand } from '../listeners/on-command.ts';
import type { StandingOf } from '../standing.ts';
import type { AffairsDesk } from './affairs.ts';
import type { HomeBoard } from './home-board.ts';
import { createHomeTabs } from './home-tab.ts';
import { AFFAIR_CALLBACKS, HOME_ACTIONS } from './ids.ts';
import { homeWorks, onAffair, onHomeClick, onHomeOpened, submitAway, submitPause } from './on-home.ts';

export function registerHome(app: App, desk: AffairsDesk, standingOf: StandingOf): HomeBoard {
  const board = createHomeTabs(desk, standingOf);
  const door = { desk, standingOf, board };
  app.event('app_home_opened', ({ body }) => onHomeOpened(door, body));
  for (const [actionId, work] of Object.entries(homeWorks(desk)))
    app.action(actionId, ({ body, ack }) => onHomeClick(door, { body, ack: () => ack(), work }));
  app.action(HOME_ACTIONS.openLink, ({ ack }) => ack());
  app.view<ViewSubmitAction>(AFFAIR_CALLBACKS.away, ({ body, ack }) =>
    onAffair(door, { body, ack, work: submitAway(desk) }),
  );
  app.view<ViewSubmitAction>(AFFAIR_CALLBACKS.pause, ({ body, ack }) =>
    onAffair(door, { body, ack, work: submitPause(desk) }),
  );
  app.command(COMMAND, ({ body, ack }) =>
    onCommand(desk, standingOf, { body, ack, after: (user) => board.touched(user) }),
  );
  return board;
}
