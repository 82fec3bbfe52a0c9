/** What the slash command understands. */
import { COMMAND } from '../cards/pointer.ts';

export const HELP = [
  `${COMMAND} list: what waits for people, what you may decide first`,
  `${COMMAND} show <request or code>: what Countersign itself knows of a request; compare it with a card you doubt`,
  `${COMMAND} why <request>: which rules decided, and their sentences`,
  `${COMMAND} review: decide on several of low or medium risk in one window, each by itself`,
  `${COMMAND} delegate [@somebody until 2026-12-24]: be away, and name who stands in; alone it opens a form`,
  `${COMMAND} away [until 2026-12-24 18:00]: be away without a stand-in (also +4h, +3d)`,
  `${COMMAND} back: end your absence`,
  `${COMMAND} pause <agent> <reason>: stop an agent you own; operators also "everything", "tool:<name>", "provider:<name>"`,
  `${COMMAND} resume [<what>]: lift it; alone it lists what you may lift`,
  `${COMMAND} break-glass <request>: in an emergency, override its approvals; announced, and reviewed afterwards`,
  `${COMMAND} reviewed <request> justified|not-justified <why>: review such an emergency`,
  `${COMMAND} link: link this Slack account to you`,
  'Requests are decided on their cards or in that window, never by text. The Home tab of this app shows all of this in one place.',
].join('\n');
