import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, test, vi } from 'vitest';
import {
  type PastJudgement,
  pastFrom,
  pastJudgement,
  pastJudgements,
} from '../../src/orchestrator/past-judgements.ts';
import { deleting, LIST, LOST_AGENT, newAgent, openOrchestra } from './orchestra.ts';

const FOLDER = join(import.meta.dirname, '..', 'histories');
const RECORDED = (await readdir(FOLDER)).map((name) => name.replace('.json', ''));

async function eventsOf(name: string) {
  const text = await readFile(join(FOLDER, `${name}.json`), 'utf8');
  return historyFromJSON(JSON.parse(text)).events ?? [];
}

const since = new Date(Date.now() - 1000);
const { client, requests, start, waiting } = await openOrchestra();

async function ofAgents(agents: readonly string[]): Promise<readonly PastJudgement[]> {
  const found: PastJudgement[] = [];
  for await (const one of pastJudgements(client, { since, limit: 10_000 }))
    if (agents.includes(one.agent)) found.push(one);
  return found;
}

/** Visibility follows a moment later. */
const listed = (agents: readonly string[], count: number) =>
  vi.waitFor(
    async () => {
      const found = await ofAgents(agents);
      expect(found).toHaveLength(count);
      return found;
    },
    { timeout: 10_000, interval: 100 },
  );

describe('pastJudgements()', () => {
  test('yields open and closed requests with who asked, when, and what judging said', async () => {
    const agent = newAgent();
    const closed = await start({ agent, steps: [LIST] });
    const open = await start({ agent, steps: [LIST, deleting('old-checkout')] });
    await requests.settled(closed.id, 10_000);
    await waiting(open.id);
    const found = new Map((await listed([agent], 2)).map((one) => [one.id, one]));
    expect(found.get(closed.id)?.judgement?.steps.map(({ verdict }) => verdict.effect)).toEqual(['allow']);
    expect(found.get(open.id)?.judgement?.steps.map(({ verdict }) => verdict.effect)).toEqual([
      'allow',
      'approve',
    ]);
    for (const { at, judgement } of found.values()) {
      expect(new Date(at).getTime()).toBeGreaterThanOrEqual(since.getTime());
      expect(judgement?.policyVersion).toMatch(/^p-/);
    }
  });

  test('yields each of many once, however they are read', async () => {
    const agents = Array.from({ length: 12 }, newAgent);
    for (const agent of agents) await start({ agent });
    const found = await listed(agents, agents.length);
    expect(found.map(({ agent }) => agent).toSorted()).toEqual(agents.toSorted());
    expect(new Set(found.map(({ id }) => id)).size).toBe(agents.length);
  });

  test('yields a request that was not judged without a judgement', async () => {
    const { id } = await start({ agent: LOST_AGENT });
    const [found] = (await listed([LOST_AGENT], 1)).filter((one) => one.id === id);
    expect(found).toMatchObject({ id, agent: LOST_AGENT });
    expect(found).not.toHaveProperty('judgement');
    await client.workflow.getHandle(id).terminate('the test is over');
  });

  test.each([0, 1, 3])('stops at a limit of %d', async (limit) => {
    await Promise.all([start(), start(), start()]);
    await vi.waitFor(async () => {
      const ids: string[] = [];
      for await (const { id } of pastJudgements(client, { since, limit })) ids.push(id);
      expect(ids).toHaveLength(limit);
    });
  });

  test('yields nothing from before the time', async () => {
    await start();
    for await (const one of pastJudgements(client, { since: new Date(Date.now() + 60_000), limit: 10 }))
      expect.unreachable(one.id);
  });

  test('rejects as unavailable when Temporal does not answer', async () => {
    const connection = Connection.lazy({ address: '127.0.0.1:1', connectTimeout: '500ms' });
    const dead = new Client({ connection });
    const first = connection.withDeadline(Date.now() + 500, () =>
      pastJudgements(dead, { since, limit: 1 }).next(),
    );
    await expect(first).rejects.toMatchObject({ code: 'unavailable' });
    await connection.close();
  });
});

describe('pastJudgement()', () => {
  test('finds one request by its id', async () => {
    const { id, agent } = await start();
    await requests.settled(id, 10_000);
    const found = await pastJudgement(client, id);
    expect(found).toMatchObject({ id, agent });
    expect(found?.judgement?.steps[0]?.tool).toBe(LIST.tool);
  });

  test('finds nothing where there is nothing', async () => {
    expect(await pastJudgement(client, `req_${randomUUID()}`)).toBeUndefined();
  });
});

describe('pastFrom()', () => {
  test.each(RECORDED)('reads the recorded history %s, which keeps no facts', async (name) => {
    const { agent, at, judgement } = pastFrom('req_recorded', await eventsOf(name));
    expect(agent).toBe('test-agent');
    expect(at).toMatch(/^20\d\d-/);
    expect(judgement?.steps.length).toBeGreaterThan(0);
    expect(judgement?.steps.every(({ facts }) => facts === undefined)).toBe(true);
  });

  test('says as little as a history that is cut before judging', async () => {
    const events = (await eventsOf('approved')).slice(0, 2);
    expect(pastFrom('req_cut', events)).toEqual({
      id: 'req_cut',
      agent: 'test-agent',
      at: expect.any(String),
    });
    expect(pastFrom('req_none', [])).toEqual({
      id: 'req_none',
      agent: '',
      at: '1970-01-01T00:00:00.000Z',
    });
  });
});
