/** Every prepared request of config/examples.yaml, through the door, past the people it needs, to its outcome. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EFFECTS_WORDS, OUTCOME_WORDS } from '../../src/approvals/wording.ts';
import type { Example, RequestDetail, WorldAnswer } from '../../src/dev/sandbox/api.ts';
import { loadExamples } from '../../src/dev/sandbox/examples.ts';
import type { AskedView, TestAgent } from '../support/agents.ts';
import { approveOnPage } from '../support/approver-page.ts';
import { handsOverHttp, type People, peopleIn } from '../support/people.ts';
import { newPlace, type Product, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';
import { type StepTrace, standsOutside, type VendorState, vendorState } from '../support/vendor-state.ts';

const examples = await loadExamples(join(import.meta.dirname, '../../config'));
const nothing = () => Promise.resolve();
const READS = /^(github\.(get|list)_|stripe\.get_)/;

describe('the prepared requests', () => {
  let product: Product;
  let people: People;
  let world: WorldAnswer;
  beforeAll(async () => {
    product = await startProduct(await newPlace());
    people = peopleIn(handsOverHttp(product.sandbox));
    world = await sandbox<WorldAnswer>('/api/world');
  }, 120_000);
  afterAll(async () => {
    expect(await product.troubles()).toEqual([]);
    await product.stop();
    await product.remove();
  });

  async function sandbox<Body>(path: string, method = 'GET'): Promise<Body> {
    const answer = await fetch(`${product.sandbox}${path}`, { method, headers: { origin: product.sandbox } });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return (method === 'GET' ? await answer.json() : undefined) as Body;
  }

  /** People of the groups asked, but for those the product bars. */
  function eligible(example: Example, { waitingFor }: AskedView): readonly string[] {
    const owner = world.agents.find(({ id }) => id === example.agent)?.owner;
    const barred = [owner, example.request.onBehalfOf];
    return world.people
      .filter(({ groups }) => groups.some((group) => waitingFor?.groups.includes(group)))
      .map(({ id }) => id)
      .filter((id) => !barred.includes(id));
  }

  /** In Slack where the card has a button for it, else on the page it links to. */
  async function approve(person: string, request: string): Promise<void> {
    const { buttons } = await people.card(request);
    const page = buttons.get('open-page')?.url;
    if (page === undefined) expect(await people.approve(person, request)).toEqual({ status: 200 });
    else expect((await approveOnPage(person, page)).text).toContain('Your approval is recorded');
  }

  /** One person after the other approves, each on the version that is asked about then. */
  async function approveAll(example: Example, agent: TestAgent, first: AskedView, before = nothing) {
    const voted = new Set<string>();
    for (let view = first; view.status === 'waiting'; ) {
      const { version, waitingFor } = view;
      const person = eligible(example, view).find((one) => !voted.has(`${version} ${one}`)) ?? 'nobody left';
      voted.add(`${version} ${person}`);
      await before();
      await people.card(view.id, (card) => card.version === version && card.buttons.size > 0);
      await approve(person, view.id);
      view = await until(`${person}'s approval counts`, async () => {
        const now = await agent.view(view.id);
        const same = now.version === version && now.waitingFor?.have === waitingFor?.have;
        return now.status === 'closed' || (now.status === 'waiting' && !same) ? now : undefined;
      });
    }
  }

  const happens: Readonly<Record<NonNullable<Example['then']> | 'approved', typeof approveAll>> = {
    approved: approveAll,
    deny: async (example, _, view) => {
      await people.deny(eligible(example, view)[0] ?? '', view.id, 'We still need it');
    },
    'nobody-answers': nothing,
    'agent-cancels': async (_, agent, { id }) => {
      expect((await agent.cancel(id)).status).toBeLessThan(300);
    },
    'target-drifts': (example, agent, view) =>
      approveAll(example, agent, view, () => sandbox('/api/world/drift', 'POST')),
    'operator-halts': async (example, agent, view) => {
      await sandbox('/api/halts', 'POST');
      await approveAll(example, agent, view);
      await agent.reaches(view.id, 'closed');
      await sandbox('/api/halts', 'DELETE');
    },
  };

  it.each(examples.map((example) => [example.name, example] as const))(
    '%s ends as its example says',
    async (_, example) => {
      const agent = await product.agent(example.agent);
      expect((await agent.dryRun(example.request)).body).toMatchObject({ effect: example.expect.effect });

      const before = outside();
      const { body: asked } = await agent.ask(example.request);
      const open = await until('it waits or is closed', async () => {
        const now = await agent.view(asked.id);
        return now.status === 'running' ? undefined : now;
      });
      if (open.status === 'waiting') await happens[example.then ?? 'approved'](example, agent, open);
      const view = await agent.reaches(open.id, 'closed');
      expect(view).toMatchObject({
        outcome: example.expect.outcome,
        message: expect.stringMatching(/\.$|: /),
      });

      agreesOutside(example, view, before);
      await agreesOnCard(view, open.status === 'waiting');
      const { timeline } = await sandbox<RequestDetail>(`/api/requests/${view.id}`);
      expect(timeline[0]?.kind).toBe('asked');
      await until(
        'the timeline is closed',
        async () => {
          const { timeline: lines } = await sandbox<RequestDetail>(`/api/requests/${view.id}`);
          return lines.at(-1)?.text === `Closed as ${view.outcome}: ${view.message}`;
          // Notices are gathered for half a minute, and the history ends when the last one is out.
        },
        60_000,
      );
    },
    90_000,
  );

  const outside = () => vendorState(join(product.dataFolder, 'vendors'));

  /** The vendors hold exactly the steps the request says are done; what did not run is as it was before. */
  function agreesOutside(example: Example, view: AskedView, before: VendorState): void {
    const now = outside();
    const asks = (example.request.steps ?? [example.request]) as readonly Pick<StepTrace, 'args'>[];
    const changing = view.steps.flatMap(({ tool, status }, step) => {
      if (READS.test(tool)) return [];
      const trace = { request: view.id, step, tool, args: asks[step]?.args ?? {} };
      return [{ tool, status, stood: standsOutside(before, trace), stands: standsOutside(now, trace) }];
    });
    const isDone = (status: string) => status === 'done' || status === 'undo_failed';
    expect(changing.map(({ tool, status, stands }) => ({ tool, status, stands }))).toEqual(
      changing.map(({ tool, status, stood }) => ({ tool, status, stands: stood || isDone(status) })),
    );
    const standing = changing.filter(({ status }) => isDone(status)).length;
    expect(view.effects).toBe(standing === 0 ? 'none' : standing === changing.length ? 'all' : 'some');
  }

  async function agreesOnCard(view: AskedView, asked: boolean): Promise<void> {
    if (!asked) {
      expect((await people.cards(view.id)).map(({ words }) => words)).toEqual([]);
      return;
    }
    const words = `${OUTCOME_WORDS[view.outcome ?? 'failed']}. ${EFFECTS_WORDS[view.effects ?? 'none']}`;
    const card = await people.card(view.id, (one) => one.words.includes(words));
    expect(card.words).toContain(view.message);
    expect(card.buttons.size).toBe(0);
    const older = (await people.cards(view.id)).slice(0, -1);
    expect(older.every(({ buttons, words: said }) => buttons.size === 0 && said.includes('Replaced'))).toBe(
      true,
    );
  }
});
