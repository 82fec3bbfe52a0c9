/** Who calls Slack: what is said goes through the pacer, and a new call has to say which side of it it is on. */
import { describe, expect, it } from 'vitest';
import { productFolders, sources } from './sources.ts';

/** Said or looked for in turn: each of these stands inside a turn of the pacer (or in what such a turn calls). */
const IN_TURN = [
  'card-message.ts chat.delete',
  'card-message.ts chat.postMessage',
  'card-message.ts chat.update',
  'card-message.ts conversations.history',
  'say-once.ts chat.postMessage',
  'say-once.ts conversations.history',
  'say-once.ts conversations.open',
  'say-once.ts conversations.replies',
  'surface.ts chat.postEphemeral',
];

/** Answers to somebody who waits for one (Slack gives three seconds for a modal), and questions about them. */
const AT_ONCE = [
  'commands/away.ts views.open',
  'home/home-tab.ts auth.test',
  'home/home-tab.ts views.publish',
  'home/on-home.ts views.open',
  'listeners/batch.ts views.open',
  'listeners/break-glass.ts views.open',
  'listeners/buttons.ts views.open',
  'listeners/edit.ts views.open',
  'listeners/on-button.ts chat.postEphemeral',
  'standing.ts users.info',
];

const CALL =
  /\bclient\s*\.\s*((?:apps|auth|chat|conversations|files|pins|reactions|team|usergroups|users|views)\.\w+|apiCall)\s*\(/g;

describe('calls of the Slack Web API', () => {
  it('are in turn, or answer somebody who waits', () => {
    const found = sources(productFolders, /\.tsx?$/)
      .filter(({ path }) => !path.startsWith('src/dev/'))
      .flatMap(({ path, text }) =>
        [...text.matchAll(CALL)].map(([, method]) => `${path.replace(/^src\/slack\//, '')} ${method}`),
      );
    expect([...new Set(found)].sort()).toEqual([...IN_TURN, ...AT_ONCE].sort());
  });
});
