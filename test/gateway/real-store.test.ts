/** The door on a real store: what it writes down is what it is refused by, in time. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canariesOf, canaryHash } from '../../src/gateway/canary.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { until } from '../support/until.ts';
import { type OpenDoor, openDoor } from './open-door.ts';
import { revoking } from './orders-in-memory.ts';

const CANARY = `csc_${'2'.repeat(26)}`;
const ASK = { tool: 'email.send', args: { to: [], text: 'x' }, reason: 'r' };
const WITHIN_MS = 1_000;

let folder: string;
let store: Store;
let door: OpenDoor;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'door-store-'));
  store = await openStore({ dataDir: folder });
  door = await openDoor({ store, canaries: canariesOf([{ id: 'wiki', sha256: canaryHash(CANARY) }]) });
});
afterAll(async () => {
  await door.close();
  await store.close();
  await rm(folder, { recursive: true });
});

const tools = async (session: string, agent = 'release-agent') =>
  (await door.call('/v1/tools', { session, agent })).status;
const refusedSoon = (session: string, agent?: string) =>
  until(
    `${session} is refused`,
    async () => ((await tools(session, agent)) === 401 ? true : undefined),
    WITHIN_MS,
  );

describe('the door on a real store', () => {
  test('refuses a session within a second of its revocation, and no other', async () => {
    expect(await tools('ses_1')).toBe(200);
    await store.revocations.add(revoking('session', 'ses_1'));
    await refusedSoon('ses_1');
    expect(await tools('ses_2')).toBe(200);
  });

  test('refuses a session that sent a canary, and keeps no canary', async () => {
    const body = { ...ASK, reason: `See ${CANARY}` };
    expect(await door.call('/v1/requests', { body, session: 'ses_3' })).toMatchObject({ status: 403 });
    await refusedSoon('ses_3');
    const kept = JSON.stringify(await store.revocations.list());
    expect(kept).toContain('Canary \\"wiki\\" turned up');
    expect(kept).not.toContain(CANARY);
  });

  test('refuses an agent that sent one without a session, until it is reinstated', async () => {
    const body = { ...ASK, args: { to: [], text: CANARY } };
    const agent = 'outreach-agent';
    expect(await door.call('/v1/requests', { body, agent })).toMatchObject({ status: 403 });
    await refusedSoon('ses_4', agent);
    expect(await store.revocations.lift(agent, 'alice')).toBe(true);
    await until(
      'it is back',
      async () => ((await tools('ses_4', agent)) === 200 ? true : undefined),
      WITHIN_MS,
    );
  });

  test('stops a session of the longest name that a token may carry', async () => {
    const session = 's'.repeat(199);
    expect(await door.call('/v1/requests', { body: { ...ASK, reason: CANARY }, session })).toMatchObject({
      status: 403,
    });
    await refusedSoon(session);
  });

  test('declares a task once, also with the longest lists at once', async () => {
    const many = (one: (at: number) => string) => Array.from({ length: 100 }, (_, at) => one(at));
    const task = {
      purpose: 'p'.repeat(300),
      tools: many(() => 'email.send'),
      targets: many((at) => `mail/${at}`.padEnd(300, 'x')),
      recipients: many((at) => `${at}@${'a'.repeat(200)}.example`),
    };
    const declared = await Promise.all(
      [1, 2, 3].map(() => door.call('/v1/sessions', { body: task, session: 'ses_5' })),
    );
    for (const one of declared) expect(one).toMatchObject({ status: 200, body: { id: 'ses_5', task } });
    const other = { body: { ...task, purpose: 'wider' }, session: 'ses_5' };
    expect(await door.call('/v1/sessions', other)).toMatchObject({ status: 409 });
  });

  test('lists access that was given and taken back', async () => {
    const [from, to] = ['2026-11-21T08:00:00.000Z', '2099-01-01T00:00:00.000Z'];
    const grant = {
      agent: 'release-agent',
      tool: 'email.send',
      scope: 'mail',
      reason: 'r',
      request: 'req_1',
    };
    await store.access.give({ ...grant, id: 'req_1:0:do', from, until: to });
    await store.access.give({ ...grant, id: 'req_2:0:do', agent: 'outreach-agent', from, until: to });
    const listed = async () => (await door.call('/v1/access')).body.access;
    expect(await listed()).toMatchObject([{ scope: 'mail', inForce: true }]);
    await store.access.revoke('req_1:0:do', 'alice');
    expect(await listed()).toMatchObject([{ inForce: false, revokedAt: expect.any(String) }]);
  });
});
