import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { namesOf } from '../../src/approvals/names.ts';
import type { SlackMessage } from '../../src/dev/slack-emulator/contract.ts';
import { OutsideError } from '../../src/domain/retry.ts';
import { createPacer } from '../../src/slack/pacing.ts';
import { createSlackSurface } from '../../src/slack/surface.ts';
import { unreachable } from '../approvals/acme.ts';
import { step, view } from './views.ts';
import {
  CHANNEL,
  createWorld,
  messagesInMemory,
  NOBODY_AWAY,
  ORGANISATION,
  UNHURRIED,
  type World,
} from './world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const messagesIn = (channel = CHANNEL, user = 'U0ALICE'): readonly SlackMessage[] =>
  world.slack.snapshot(user).channels.find(({ id }) => id === channel)?.messages ?? [];
const cardsShown = () => messagesIn().filter(({ metadata }) => metadata?.event_type === 'countersign_card');
const said = (message: SlackMessage | undefined) => JSON.stringify(message?.blocks ?? []);
const done = (seq: number) =>
  view({ seq, state: 'closed', outcome: 'executed', effects: 'all', steps: [step({ status: 'done' })] });

describe('showCard()', () => {
  it('posts one card, then changes that one', async () => {
    await world.surface.showCard(view({ seq: 1 }));
    await world.surface.showCard(view({ seq: 2, have: 1 }));
    await world.surface.showCard(done(3));
    expect(cardsShown()).toHaveLength(1);
    expect(said(cardsShown()[0])).toContain('Executed');
    expect(cardsShown()[0]?.edited).toBe(false);
    expect(await world.cards.current('req_1', 1)).toMatchObject({ shownSeq: 3 });
  });

  it('never goes back to an older drawing, in whatever order calls come', async () => {
    await world.surface.showCard(done(9));
    await world.surface.showCard(view({ seq: 2 }));
    expect(said(cardsShown()[0])).toContain('Executed');
  });

  it('converges to the newest of many drawings made at once, on one card', async () => {
    const drawings = [3, 1, 7, 5, 2, 6, 4].map((seq) =>
      world.surface.showCard(seq === 7 ? done(7) : view({ seq })),
    );
    const settled = await Promise.allSettled(drawings);
    expect(settled.map(({ status }) => status)).not.toContain('rejected');
    expect(cardsShown()).toHaveLength(1);
    expect(said(cardsShown()[0])).toContain('Executed');
  });

  it('repairs a newer card that a slow older drawing overwrote', async () => {
    await world.surface.showCard(view({ seq: 1 }));
    const { cards } = world;
    const current = cards.current.bind(cards);
    // The moment between drawing and looking again: exactly then a newer view is wanted and shown by somebody else.
    let once = true;
    cards.current = async (request, version) => {
      const row = await current(request, version);
      if (row?.shownSeq === 2 && once) {
        once = false;
        await cards.want(done(3));
        await cards.shown(request, version, 3);
        return current(request, version);
      }
      return row;
    };
    await world.surface.showCard(view({ seq: 2 }));
    expect(said(cardsShown()[0])).toContain('Executed');
  });

  it('gives up for a while when the card changes faster than it can be drawn', async () => {
    const { cards } = world;
    const shown = cards.shown.bind(cards);
    cards.shown = async (request, version, seq) => {
      await shown(request, version, seq);
      await cards.want(view({ seq: seq + 1 }));
    };
    await expect(world.surface.showCard(view({ seq: 1 }))).rejects.toMatchObject({
      kind: 'retryable',
      retryAfterMs: 1_000,
    });
  });

  it('posts anew when somebody deleted the card (T53)', async () => {
    const { channel, ts } = await world.raise(view());
    await world.options.client.chat.delete({ channel, ts });
    await world.surface.showCard(done(2));
    await world.surface.showCard(done(3));
    expect(cardsShown()).toHaveLength(1);
    expect((await world.cards.current('req_1', 1))?.place?.ts).not.toBe(ts);
  });

  it('finds a card whose post was never answered instead of posting a double', async () => {
    await world.surface.showCard(view({ seq: 1 }));
    const row = await world.cards.current('req_1', 1);
    if (row !== undefined) world.cards.rows.set('req_1 1', { ...row, place: undefined, shownSeq: -1 });
    await world.surface.showCard(view({ seq: 1 }));
    expect(cardsShown()).toHaveLength(1);
    expect((await world.cards.current('req_1', 1))?.place).toEqual(row?.place);
  });

  it('removes its own post when another process noted one first', async () => {
    const [theirs] = [await world.raise(view())];
    const { cards } = world;
    const row = await cards.current('req_1', 1);
    cards.rows.clear();
    const placed = cards.placed.bind(cards);
    cards.placed = async (request, version, place) => {
      await placed(request, version, row?.place ?? place);
      return placed(request, version, place);
    };
    await world.surface.showCard(done(2));
    expect(cardsShown().map(({ ts }) => ts)).toEqual([theirs?.ts]);
    expect(said(cardsShown()[0])).toContain('Executed');
  });

  it('keeps a card per version and points the old one to the new one', async () => {
    await world.raise(view());
    await world.raise(view({ version: 2, seq: 2 }));
    await world.surface.showCard(view({ seq: 3, state: 'replaced' }));
    const [old, young] = cardsShown();
    expect(said(old)).toContain('Decide on its newest card');
    expect(said(old)).not.toContain('"button"');
    expect(said(young)).toContain('"button"');
  });

  it('passes on how long Slack asks to wait, and calls once (T53)', async () => {
    world.slack.failNext({ method: 'chat.postMessage', status: 429, retryAfterSeconds: 7, times: 1 });
    await expect(world.surface.showCard(view())).rejects.toMatchObject({
      name: 'OutsideError',
      kind: 'retryable',
      retryAfterMs: 7_000,
    });
    // Whoever comes sooner is told the same without asking Slack.
    await expect(world.surface.showCard(view())).rejects.toMatchObject({ kind: 'retryable' });
    expect(cardsShown()).toEqual([]);
  });

  it('asks for a retry when the answer got lost', async () => {
    world.slack.failNext({ method: 'chat.postMessage', status: 500, times: 1 });
    await expect(world.surface.showCard(view())).rejects.toMatchObject({ kind: 'retryable' });
  });

  it('puts nothing secret or authoritative into the metadata', async () => {
    await world.surface.showCard(view());
    expect(cardsShown()[0]?.metadata).toEqual({
      event_type: 'countersign_card',
      event_payload: { request: 'req_1', version: 1 },
    });
  });
});

describe('sayInThread()', () => {
  const line = { request: 'req_1', key: 'req_1:remind', text: 'Half of the time has passed <!here> *now*' };

  it("speaks once per key in the card's thread, literally, and mentions active members by their ids", async () => {
    const { ts } = await world.raise(view());
    for (let times = 0; times < 2; times += 1)
      await world.surface.sayInThread({ ...line, mentionGroups: ['platform'] });
    const replies = messagesIn().filter(({ threadTs }) => threadTs === ts);
    expect(replies).toHaveLength(1);
    expect(said(replies[0])).toContain(
      '{"type":"plain_text","text":"Half of the time has passed <!here> *now*","emoji":false}',
    );
    expect(said(replies[0])).toContain('"<@U0ALICE> <@U0BOB> <@U0DANA> <@U0GUEST>"');
    expect(replies[0]?.text).toContain('&lt;!here&gt;');
  });

  it('asks to be retried while there is no card yet', async () => {
    await expect(world.surface.sayInThread(line)).rejects.toMatchObject({ kind: 'retryable' });
  });

  it('does not repeat itself when the answer got lost after posting', async () => {
    const { ts } = await world.raise(view());
    await world.surface.sayInThread(line);
    const { client } = world.options;
    const forgetful = createSlackSurface({
      ...{ client, cards: world.cards, messages: messagesInMemory(), directory: world.options.directory },
      ...{
        channels: {},
        approvalsChannel: CHANNEL,
        names: namesOf(ORGANISATION),
        log: world.log,
        ...NOBODY_AWAY,
        pacer: createPacer(UNHURRIED),
      },
    });
    world.slack.failNext({ method: 'chat.postMessage', status: 500, times: 1 });
    await forgetful.sayInThread(line);
    expect(messagesIn().filter(({ threadTs }) => threadTs === ts)).toHaveLength(1);
  });

  it('says nothing while the directory cannot say whom to mention', async () => {
    await world.raise(view());
    const blind = createSlackSurface({
      ...{
        client: world.options.client,
        cards: world.cards,
        messages: messagesInMemory(),
        directory: unreachable,
      },
      ...{
        channels: {},
        approvalsChannel: CHANNEL,
        names: namesOf(ORGANISATION),
        log: world.log,
        ...NOBODY_AWAY,
        pacer: createPacer(UNHURRIED),
      },
    });
    await expect(blind.sayInThread({ ...line, mentionGroups: ['platform'] })).rejects.toMatchObject({
      kind: 'retryable',
    });
  });
});

describe('whisper() and tell()', () => {
  it('are seen by one person only', async () => {
    await world.raise(view());
    await world.surface.whisper({ request: 'req_1', person: 'dana', text: 'Dana owns the agent' });
    const heard = (user: string) =>
      messagesIn(CHANNEL, user).filter(({ ephemeralFor }) => ephemeralFor !== undefined);
    expect(said(heard('U0DANA')[0])).toContain('Dana owns the agent');
    expect(heard('U0ALICE')).toEqual([]);
  });

  it('tells a person once per key, in a direct message', async () => {
    const note = { request: 'req_1', person: 'sam', key: 'req_1:closed', text: 'executed: Done' };
    await world.surface.tell(note);
    await world.surface.tell(note);
    expect(world.slack.snapshot('U0SAM').directMessages.map(said)).toEqual([
      expect.stringContaining('executed: Done'),
    ]);
    expect(world.slack.snapshot('U0ALICE').directMessages).toEqual([]);
  });

  it('fail for good for somebody without a Slack user', async () => {
    await world.raise(view());
    for (const attempt of [
      world.surface.tell({ request: 'req_1', person: 'nobody', key: 'k', text: 'x' }),
      world.surface.whisper({ request: 'req_1', person: 'nobody', text: 'x' }),
    ]) {
      await expect(attempt).rejects.toMatchObject({ kind: 'final' });
    }
  });
});

describe('announce()', () => {
  it.each(['agent-notices', '#agent-notices', 'C0NOTICES'])(
    'finds the channel "%s" and speaks once per key',
    async (channel) => {
      const notice = {
        channel,
        key: 'req_1:0:notice',
        text: 'release-agent runs github.comment_on_issue on <#C1>',
      };
      await world.surface.announce(notice);
      await world.surface.announce(notice);
      expect(messagesIn('C0NOTICES')).toHaveLength(1);
      expect(messagesIn('C0NOTICES')[0]?.text).toContain('&lt;#C1&gt;');
    },
  );

  it.each(['general', 'C0APPROVALS', '__proto__', ''])(
    'refuses the channel "%s", which the configuration does not name',
    async (channel) => {
      const refusal = await world.surface
        .announce({ channel, key: 'k', text: 'x' })
        .catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(OutsideError);
      expect(refusal).toMatchObject({ kind: 'final' });
    },
  );
});
