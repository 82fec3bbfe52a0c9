import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { namesOf } from '../../src/approvals/names.ts';
import type { Surface } from '../../src/domain/ports.ts';
import { MENDED_AFTER_MS } from '../../src/slack/mending.ts';
import { createPacer } from '../../src/slack/pacing.ts';
import { createSlackClient } from '../../src/slack/slack-client.ts';
import { createSlackSurface } from '../../src/slack/surface.ts';
import { view } from './views.ts';
import {
  BOT_TOKEN,
  CardsInMemory,
  CHANNEL,
  createWorld,
  type Lines,
  logInMemory,
  messagesInMemory,
  NOBODY_AWAY,
  ORGANISATION,
  SECRET,
  UNHURRIED,
  type World,
} from './world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const LATER = { name: 'OutsideError', kind: 'retryable', retryAfterMs: MENDED_AFTER_MS };
const FINAL = { name: 'OutsideError', kind: 'final' };

interface Setting {
  readonly token?: string;
  readonly apiUrl?: string;
  readonly channel?: string;
  readonly log?: Lines;
}

function surfaceOf({ token = BOT_TOKEN, apiUrl, channel = CHANNEL, log = logInMemory() }: Setting): Surface {
  return createSlackSurface({
    client: createSlackClient({ token, apiUrl: apiUrl ?? world.slack.apiUrl, log }),
    cards: new CardsInMemory(),
    messages: messagesInMemory(),
    directory: world.options.directory,
    channels: { 'agent-notices': channel },
    approvalsChannel: channel,
    names: namesOf(ORGANISATION),
    pacer: createPacer(UNHURRIED),
    ...NOBODY_AWAY,
    log,
  });
}

/** Stands for Slack in moods the emulator does not have: answers every call with the word it is told. */
async function moody() {
  let word: string | undefined;
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    const answer =
      word === undefined ? { ok: true, channel: CHANNEL, ts: '1.1' } : { ok: false, error: word };
    response.end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`;
  const log = logInMemory();
  return {
    log,
    surface: surfaceOf({ apiUrl, log }),
    say(mood: string | undefined) {
      word = mood;
    },
  };
}

const notice = (key: string) => ({ channel: 'agent-notices', key, text: 'About to run' });
const note = { request: 'req_1', person: 'sam', key: 'req_1:closed', text: 'Done' };

describe('a surface that Slack refuses', () => {
  it('keeps a card alive over a wrong token, and shows it once the token is right', async () => {
    const log = logInMemory();
    await expect(surfaceOf({ token: 'xoxb-old', log }).showCard(view())).rejects.toMatchObject({
      ...LATER,
      message: 'Cannot post card: Slack answered "invalid_auth"',
    });
    expect(log.lines.join()).not.toContain('xoxb-old');
    await surfaceOf({}).showCard(view());
  });

  it('keeps a card alive while its channel is not there', async () => {
    await expect(surfaceOf({ channel: 'C0GONE' }).showCard(view())).rejects.toMatchObject(LATER);
  });

  it.each([
    ['invalid_auth', LATER],
    ['token_revoked', LATER],
    ['token_expired', LATER],
    ['account_inactive', LATER],
    ['not_in_channel', LATER],
    ['channel_not_found', LATER],
    ['missing_scope', LATER],
    ['restricted_action', LATER],
    ['message_not_found', FINAL],
    ['invalid_blocks', FINAL],
    ['msg_too_long', FINAL],
    ['is_archived', FINAL],
  ])('treats "%s" as wanted, for cards and for notices', async (word, wanted) => {
    const { surface, say } = await moody();
    say(word);
    await expect(surface.showCard(view())).rejects.toMatchObject(wanted);
    await expect(surface.announce(notice('one'))).rejects.toMatchObject(wanted);
  });

  it('gives a direct message up for a person whom Slack does not know', async () => {
    const { surface, say } = await moody();
    say('channel_not_found');
    await expect(surface.tell(note)).rejects.toMatchObject(FINAL);
    say('token_revoked');
    await expect(surface.tell(note)).rejects.toMatchObject(LATER);
  });

  it('says each kind once at error level, and a credential again after one that worked', async () => {
    const errors: unknown[] = [];
    const { surface, say, log } = await moody();
    log.error = ({ code }) => void errors.push(code);
    const attempt = (key: string) => surface.announce(notice(key)).catch(() => undefined);
    for (const word of ['invalid_auth', 'invalid_auth', 'not_in_channel', 'not_in_channel', 'fatal_error']) {
      say(word);
      await attempt('a');
    }
    expect(errors).toEqual(['invalid_auth', 'not_in_channel']);
    say(undefined);
    await attempt('b');
    for (const word of ['not_in_channel', 'invalid_auth']) {
      say(word);
      await attempt('c');
    }
    expect(errors).toEqual(['invalid_auth', 'not_in_channel', 'invalid_auth']);
  });

  it('names no secret in what it says', async () => {
    const { surface, say, log } = await moody();
    say('token_revoked');
    await expect(surface.showCard(view())).rejects.toMatchObject(LATER);
    expect(log.lines.filter((line) => line.includes('slack-refuses'))).toHaveLength(1);
    for (const secret of [BOT_TOKEN, SECRET]) expect(log.lines.join()).not.toContain(secret);
  });
});
