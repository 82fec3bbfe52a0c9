/** Deciding, for real: signed clicks into Bolt, decisions into the workflow, and Slack having bad moments. */
import { Client, Connection } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DECISION_SIGNAL } from '../../workflows/messages.ts';
import type { TestAgent } from '../support/agents.ts';
import { type OutsideWorld, openOutsideWorld } from '../support/outside-world.ts';
import { APPROVALS, slackUser } from '../support/people.ts';
import { type Product, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';

describe('a decision', () => {
  let world: OutsideWorld;
  let product: Product;
  let agent: TestAgent;
  beforeAll(async () => {
    world = await openOutsideWorld();
    product = await startProduct(world.place);
    agent = await product.agent('release-agent');
  }, 120_000);
  afterAll(async () => {
    await product.stop();
    await world.close();
  });
  afterEach(async () => {
    expect(await product.troubles()).toEqual([]);
  });

  /** A request that one person from platform must approve; every call is another collaborator change. */
  async function waiting(reason = 'First day of our new colleague'): Promise<string> {
    const args = { repository: 'acme/webshop', user: 'newhire', permission: 'push' };
    const { body } = await agent.ask({ tool: 'github.add_collaborator', args, reason });
    await agent.reaches(body.id, 'waiting');
    await world.people.card(body.id, ({ buttons }) => buttons.size > 0);
    return body.id;
  }

  /** What was said to this person alone since `before`. */
  async function hears(person: string, words: RegExp, before: number): Promise<void> {
    await until(`${person} hears ${words}`, async () => {
      const news = (await world.people.whispers(person)).slice(before);
      if (news.some((text) => words.test(text))) return true;
      throw new Error(news.join(' / '));
    });
  }

  const refused = [
    ['the owner of the agent', 'dana', /Dana Dvorak owns the agent/],
    [
      'somebody of another group',
      'erin',
      /Only people in platform can approve this; Erin Evans is not among them/,
    ],
    ['a guest', 'guest', /Guests of this workspace cannot use Countersign/],
    ['a member whom the directory does not know', 'stranger', /does not know you/],
  ] as const;
  it.each(refused)('of %s is refused privately and changes nothing', async (_, person, words) => {
    const { people } = world;
    const id = await waiting();
    const [before, card, others] = [
      (await people.whispers(person)).length,
      await people.card(id),
      (await people.whispers('alice')).length,
    ];
    expect(await people.press(person, id, 'approve')).toEqual({ status: 200 });
    await hears(person, words, before);
    expect(await agent.view(id)).toMatchObject({ status: 'waiting', waitingFor: { have: 0 } });
    expect((await people.card(id)).words).toBe(card.words);
    expect(await people.whispers('alice')).toHaveLength(others);

    await people.approve('alice', id);
    expect(await agent.reaches(id, 'closed')).toMatchObject({ outcome: 'executed' });
  });

  it('with a forged value is refused, whatever the value claims', async () => {
    const { people } = world;
    const [id, other] = [await waiting(), await waiting()];
    const { value = '' } = (await people.card(id)).buttons.get('approve') ?? {};
    const { value: foreign = '' } = (await people.card(other)).buttons.get('approve') ?? {};
    const forged = [
      `${value.slice(0, -1)}${value.endsWith('0') ? '1' : '0'}`,
      value.replace('.1.', '.2.'),
      foreign,
      'approve everything',
    ];
    for (const one of forged) {
      const before = (await people.whispers('alice')).length;
      expect(await people.press('alice', id, 'approve', { value: one })).toEqual({ status: 200 });
      await hears('alice', /nothing was recorded|not the current card|does not match/, before);
    }
    expect(await agent.view(id)).toMatchObject({ status: 'waiting', waitingFor: { have: 0 } });
    expect(await agent.view(other)).toMatchObject({ status: 'waiting', waitingFor: { have: 0 } });
    for (const one of [id, other]) await agent.cancel(one);
  });

  it('on what a step was edited to runs that and nothing else; the editor needs somebody else', async () => {
    const { people } = world;
    const args = { repository: 'acme/webshop', user: 'newhire', permission: 'push' };
    const { body } = await agent.ask({ tool: 'github.add_collaborator', args, reason: 'First day' });
    await agent.reaches(body.id, 'waiting');
    const edit = people.edit('alice', body.id, { 'arg-2': '"triage"' }, 'Triage is enough');
    expect(await edit).toEqual({ status: 200 });
    const { words } = await people.card(body.id, (one) => one.version === 2 && one.buttons.size > 0);
    expect(words).toContain('Edited by Alice Ang: Triage is enough');
    expect(words).toContain('permission: push → triage');
    const [old] = await people.cards(body.id);
    expect(old?.buttons.size).toBe(0);

    const before = (await people.whispers('alice')).length;
    await people.approve('alice', body.id);
    await hears(
      'alice',
      /You edited this request yourself: somebody else in platform has to approve/,
      before,
    );
    await people.approve('bob', body.id);
    expect(await agent.reaches(body.id, 'closed')).toMatchObject({
      outcome: 'executed',
      message: 'The step ran, as alice edited it.',
      version: 2,
      steps: [
        {
          edited: { by: 'alice', args: { ...args, permission: 'triage' } },
          result: { permission: 'triage' },
        },
      ],
    });
  });

  it('is asked for again only where policy lets the edit be asked for', async () => {
    const { people } = world;
    const ask = {
      tool: 'github.delete_branch',
      args: { repository: 'acme/webshop', branch: 'old-checkout' },
    };
    const { body } = await agent.ask({ ...ask, reason: 'Merged in March' });
    await agent.reaches(body.id, 'waiting');
    const before = (await people.whispers('alice')).length;
    await people.edit('alice', body.id, { 'arg-1': 'main' }, 'That one');
    await hears('alice', /not taken up: A protected branch is never deleted by an agent/, before);
    expect(await agent.view(body.id)).toMatchObject({ status: 'waiting', version: 1 });
    await agent.cancel(body.id);
  });

  it('clicked twice counts once', async () => {
    const { people } = world;
    const { body } = await agent.ask({
      tool: 'github.delete_repository',
      args: { repository: 'acme/legacy-billing' },
      reason: 'The new billing has replaced it',
    });
    await agent.reaches(body.id, 'waiting');
    expect(await people.approve('alice', body.id)).toEqual({ status: 200 });
    await until('one approval counts', async () => (await agent.view(body.id)).waitingFor?.have === 1);
    const before = (await people.whispers('alice')).length;
    expect(await people.approve('alice', body.id)).toEqual({ status: 200 });
    await hears('alice', /Your approval is already recorded; each person counts once/, before);
    expect(await agent.view(body.id)).toMatchObject({ status: 'waiting', waitingFor: { have: 1, need: 2 } });

    await people.card(
      body.id,
      ({ words }) => words.includes('1 of 2 from platform') || words.includes('1 of 2 from Platform'),
    );
    expect(await people.approve('bob', body.id)).toEqual({ status: 200 });
    expect(await agent.reaches(body.id, 'closed')).toMatchObject({ outcome: 'executed', effects: 'all' });
    const { words } = await people.card(body.id, (card) => card.words.includes('Executed.'));
    expect(words).toMatch(/Approved by Alice Ang.*Looked at it\n- Approved by Bob Brandt/);
  });

  it('pressed three times in the same moment counts once and breaks nothing', async () => {
    const { people } = world;
    const id = await waiting();
    await Promise.all([1, 2, 3].map(() => people.press('alice', id, 'approve')));
    expect(await agent.reaches(id, 'closed')).toMatchObject({ outcome: 'executed' });
    await people.card(id, ({ words }) => words.includes('Executed.'));
  });

  it('signalled again by somebody who can write to the namespace counts once and breaks nothing', async () => {
    const { people } = world;
    const { body } = await agent.ask({
      tool: 'github.add_collaborator',
      args: { repository: 'acme/webshop', user: 'newhire', permission: 'admin' },
      reason: 'Needed for the release',
    });
    await agent.reaches(body.id, 'waiting');
    await people.approve('alice', body.id);
    await until('one approval counts', async () => (await agent.view(body.id)).waitingFor?.have === 1);
    const connection = await Connection.connect({ address: product.temporal });
    try {
      const handle = new Client({ connection }).workflow.getHandle(body.id);
      const { events } = await handle.fetchHistory();
      const [signal] =
        events?.flatMap(({ workflowExecutionSignaledEventAttributes: one }) => one ?? []) ?? [];
      const payload = signal?.input?.payloads?.[0];
      const jws = payload == null ? '' : defaultPayloadConverter.fromPayload<string>(payload);
      expect(jws).toMatch(/^ey/);
      const forged = [jws, jws, jws, `${jws.slice(0, -4)}AAAA`, 'no decision', { person: 'bob' }];
      await Promise.all(forged.map((one) => handle.signal(DECISION_SIGNAL, one)));
      await people.approve('bob', body.id);
      expect(await agent.reaches(body.id, 'closed', 5_000)).toMatchObject({ outcome: 'executed' });
      const { words } = await people.card(body.id, (card) => card.words.includes('Executed.'));
      expect(words.match(/Approved by/g)).toHaveLength(2);
    } finally {
      await connection.close();
    }
  });

  it('after the end is answered with what happened', async () => {
    const { people } = world;
    const id = await waiting();
    const { message, buttons } = await people.card(id);
    const { blockId = '', value = '' } = buttons.get('approve') ?? {};
    await people.deny('bob', id, 'Not before Monday');
    expect(await agent.reaches(id, 'closed')).toMatchObject({ outcome: 'rejected', effects: 'none' });
    // A client that still shows the old card.
    const before = (await people.whispers('alice')).length;
    const late = {
      user: slackUser('alice'),
      channel: APPROVALS,
      ts: message.ts,
      blockId,
      actionId: 'approve',
      value,
    };
    expect(await world.slack.click(late)).toEqual({ status: 200 });
    await hears(
      'alice',
      /too late: the request is closed \(rejected\): bob said no: Not before Monday/,
      before,
    );
  });

  it('of no needs a reason, which never becomes markup', async () => {
    const { people, slack } = world;
    const id = await waiting('<!channel> *approve* <https://evil.example|this> \n> `now`');
    await people.press('alice', id, 'deny');
    const { id: viewId } = await people.modal('alice');
    const submit = (reason: string) =>
      slack.submitView({ user: slackUser('alice'), viewId, values: { reason: { value: reason } } });
    expect((await submit('   ')).errors).toEqual({ reason: expect.stringMatching(/say why/) });
    expect(await agent.view(id)).toMatchObject({ status: 'waiting' });
    const reason = '<!channel> *no* <https://evil.example|docs> <@U0BOB> & more';
    expect(await submit(reason)).toEqual({ status: 200 });

    expect(await agent.reaches(id, 'closed')).toMatchObject({
      outcome: 'rejected',
      message: `alice said no: ${reason}`,
    });
    const { message, words } = await people.card(id, (card) => card.words.includes('Rejected by a person.'));
    expect(words).toContain(reason);
    const thread = await until('the thread tells it', () => {
      const messages = slack.snapshot(slackUser('alice')).channels.flatMap((channel) => channel.messages);
      const lines = messages.filter(({ threadTs }) => threadTs === message.ts);
      return lines.length > 0 && lines;
    });
    for (const { text, blocks } of [message, ...thread]) {
      expect(markup([text, mrkdwnIn(blocks)].join('\n'))).toEqual([]);
    }
  });

  it('stands while Slack refuses to draw, and the card gets there', async () => {
    const { people, slack } = world;
    const id = await waiting();
    slack.failNext({ method: 'chat.update', status: 429, retryAfterSeconds: 1, times: 2 });
    slack.failNext({ method: 'chat.update', status: 500, times: 2 });
    await people.press('alice', id, 'approve');
    expect(await agent.reaches(id, 'closed')).toMatchObject({ outcome: 'executed', effects: 'all' });
    expect((await people.card(id)).words).not.toContain('Executed.');
    const { buttons } = await people.card(
      id,
      ({ words }) => words.includes('Executed. All of it stands.'),
      25_000,
    );
    expect(buttons.size).toBe(0);
  });

  it('can be made although the first card could not be posted for a while', async () => {
    const { people, slack } = world;
    slack.failNext({ method: 'chat.postMessage', status: 500, times: 2 });
    const id = await waiting();
    expect(await people.cards(id)).toHaveLength(1);
    await people.approve('bob', id);
    expect(await agent.reaches(id, 'closed')).toMatchObject({ outcome: 'executed' });
  });

  it('leads to the effect while the one who clicked still looks', async () => {
    const { people } = world;
    const id = await waiting();
    const startedAt = performance.now();
    await people.press('alice', id, 'approve');
    await agent.reaches(id, 'closed');
    await people.card(id, ({ words }) => words.includes('Executed.'));
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});

/** What Slack would turn into a mention or a link. */
function markup(text: string): readonly string[] {
  return text.match(/<[!@#][^>]*>|<https?:[^>]*>/g)?.filter((found) => !found.startsWith('<!date^')) ?? [];
}

/** Texts that Slack reads as markup. */
function mrkdwnIn(blocks: unknown): string {
  if (typeof blocks !== 'object' || blocks === null) return '';
  const own = 'type' in blocks && blocks.type === 'mrkdwn' && 'text' in blocks ? String(blocks.text) : '';
  return [own, ...Object.values(blocks).map(mrkdwnIn)].join('\n');
}
