/** The topology of docker-compose.yml as processes: what it promises when they are killed, and what they refuse. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES, type Role } from '../../src/process/setting-table.ts';
import { createVendors, type Vendors } from '../../src/tools/vendors.ts';
import type { AskedView } from '../support/agents.ts';
import { type OutsideWorld, openOutsideWorld } from '../support/outside-world.ts';
import { postgresBinaries } from '../support/postgres.ts';
import { openTopology, type RoleProcess, type Topology } from '../support/role-processes.ts';
import { until } from '../support/until.ts';

const webshop = { owner: 'acme', repo: 'webshop', issue_number: 1 };

describe.skipIf(postgresBinaries() === undefined)('the roles as four processes', { timeout: 120_000 }, () => {
  let world: OutsideWorld;
  let topology: Topology;
  let vendors: Vendors;
  const running = new Map<Role, RoleProcess>();

  beforeAll(async () => {
    world = await openOutsideWorld();
    vendors = createVendors(world.vendors.settings);
    topology = await openTopology(world);
    await Promise.all(ROLES.map(start));
  }, 120_000);
  afterAll(async () => {
    await topology?.close();
    await world?.close();
  });

  async function start(role: Role): Promise<void> {
    running.set(role, await topology.start(role));
  }
  async function end(signal: 'SIGTERM' | 'SIGKILL', ...roles: readonly Role[]) {
    return Promise.all(roles.map((role) => running.get(role)?.end(signal)));
  }
  const refund = (payment: string, amountCents: number) => ({
    tool: 'stripe.refund_payment',
    args: { payment, amountCents, reason: 'requested_by_customer' },
    reason: 'A parcel that arrived broken',
  });
  async function refunded(payment: string, amount: number): Promise<number> {
    const { data } = await vendors.stripe.refunds.list({ payment_intent: payment });
    return data.filter((one) => one.amount === amount).length;
  }

  it('each role says that it is ready, with Temporal and its database behind it', async () => {
    for (const [role, { doors }] of running) {
      const answers = ['healthz', 'readyz'].map((path) => fetch(`http://127.0.0.1:${doors.health}/${path}`));
      expect(
        (await Promise.all(answers)).map(({ status }) => status),
        role,
      ).toEqual([200, 200]);
    }
    expect(running.get('gateway')?.doors.gateway).toBe(world.place.gateway);
  });

  it('a read runs in the executor, over its queue', async () => {
    const agent = await world.place.agent('support-agent');
    const { body } = await agent.ask(
      {
        tool: 'stripe.get_customer',
        args: { customer: 'cus_ada' },
        reason: 'A question',
        onBehalfOf: 'erin',
      },
      { seconds: 20 },
    );
    expect(body).toMatchObject({ outcome: 'executed', steps: [{ result: { name: 'Ada Byron' } }] });
    expect(body.links).toEqual({ self: `/v1/requests/${body.id}` });
    expect(await queuesOf(body.id)).toEqual(['countersign-executor']);
  });

  it('a click in Slack reaches the approvals process, and the executor acts on it', async () => {
    const agent = await world.place.agent('support-agent');
    const { body: asked } = await agent.ask(refund('pi_ada_small', 500));
    await agent.reaches(asked.id, 'waiting');
    expect(await refunded('pi_ada_small', 500)).toBe(0);
    expect(await world.people.approve('erin', asked.id)).toEqual({ status: 200 });
    expect(await agent.reaches(asked.id, 'closed')).toMatchObject({ outcome: 'executed', effects: 'all' });
    expect(await refunded('pi_ada_small', 500)).toBe(1);
    await world.people.card(asked.id, ({ words, buttons }) => /executed/i.test(words) && buttons.size === 0);
  });

  it('processes killed at the worst moment lose nothing and repeat nothing', async () => {
    // The executor: killed after the vendor did it and before anybody wrote that down. GitHub knows no repeat.
    const words = 'Looked at it: the currency is sent in lower case.';
    const release = await world.place.agent('release-agent');
    world.vendors.failNext({
      provider: 'github',
      method: 'POST',
      pathPrefix: '/repos/acme/webshop/issues/1/comments',
      status: 'timeout-after-effect',
    });
    const { body: commented } = await release.ask({
      tool: 'github.comment_on_issue',
      args: { repository: 'acme/webshop', number: 1, body: words },
      reason: 'Telling the reporter',
    });
    const comments = async () => {
      const { data } = await vendors.github.issues.listComments(webshop);
      return data.filter(({ body = '' }) => body.includes(words)).length;
    };
    await until('the comment is there', async () => (await comments()) === 1);
    await end('SIGKILL', 'executor');
    await start('executor');

    // Workflows and approvals: killed while people think.
    const support = await world.place.agent('support-agent');
    const { body: waits } = await support.ask(refund('pi_grace_big', 90_000));
    await support.reaches(waits.id, 'waiting');
    await world.people.card(waits.id, ({ buttons }) => buttons.size > 0);
    await end('SIGKILL', 'workflows', 'approvals');
    await Promise.all([start('workflows'), start('approvals')]);
    for (const person of ['carol', 'dan']) {
      expect(await world.people.approve(person, waits.id)).toEqual({ status: 200 });
    }
    expect(await support.reaches(waits.id, 'closed')).toMatchObject({ outcome: 'executed' });
    expect(await refunded('pi_grace_big', 90_000)).toBe(1);

    // Temporal gives the lost attempt 30 s before it lets another try.
    const closed = await until(
      'the comment is known to be made',
      async () => {
        const path = `/v1/requests/${commented.id}`;
        const { body } = await release.call<AskedView>(path, { headers: { prefer: 'wait=20' } });
        return body.status === 'closed' && body;
      },
      60_000,
    );
    expect(closed).toMatchObject({ outcome: 'executed', effects: 'all' });
    expect(await comments()).toBe(1);
  });

  it('what an operator revokes or switches off counts in every process, also for what people approve then', async () => {
    const session = `ses-${randomUUID()}`;
    const agent = await world.place.agent('support-agent', session);
    const { body: waits } = await agent.ask(refund('pi_ada_small', 600));
    await agent.reaches(waits.id, 'waiting');
    await world.people.card(waits.id, ({ buttons }) => buttons.size > 0);
    await operator('revoke', `session:${session}`, '--reason', 'The laptop was stolen');
    await operator('switch', 'stripe.cancel_subscription', 'off', '--reason', 'Closing the books');
    await until(
      'the door is shut',
      async () => (await agent.ask(refund('pi_ada_small', 601))).status === 401,
    );
    expect(await world.people.approve('erin', waits.id)).toEqual({ status: 200 });

    const other = await world.place.agent('support-agent');
    expect(await other.reaches(waits.id, 'closed')).toMatchObject({ outcome: 'denied', effects: 'none' });
    expect(await refunded('pi_ada_small', 600)).toBe(0);
    const cancel = {
      tool: 'stripe.cancel_subscription',
      args: { subscription: 'sub_ada' },
      reason: 'Asked to',
    };
    const { body: off } = await other.ask(cancel, { seconds: 20 });
    expect(off).toMatchObject({ outcome: 'denied', steps: [{ verdict: { rules: [{ id: 'tool-off' }] } }] });
  });

  async function operator(...line: readonly string[]): Promise<void> {
    const env = { PATH: process.env.PATH, ...topology.operatorEnv };
    const child = spawn(process.execPath, [resolve('bin/countersign.mjs'), ...line], { env, stdio: 'pipe' });
    const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  }

  it('one process that plays all roles finishes what was opened while they were apart', async () => {
    const agent = await world.place.agent('support-agent');
    const { body: waits } = await agent.ask(refund('pi_ada_small', 700));
    await agent.reaches(waits.id, 'waiting');
    await world.people.card(waits.id, ({ buttons }) => buttons.size > 0);
    for (const ended of await end('SIGTERM', ...ROLES)) {
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(ended?.tookMs).toBeLessThan(10_000);
      for (const secret of world.secrets) expect(ended?.stdout).not.toContain(secret);
    }
    await topology.start(...ROLES);
    expect(await world.people.approve('frank', waits.id)).toEqual({ status: 200 });
    expect(await agent.reaches(waits.id, 'closed')).toMatchObject({ outcome: 'executed' });
    expect(await refunded('pi_ada_small', 700)).toBe(1);
    expect(await queuesOf(waits.id)).toEqual(['countersign-approvals', 'countersign-executor']);
  });

  async function queuesOf(id: string): Promise<readonly string[]> {
    const { address, namespace } = topology.temporal;
    const connection = await NativeConnection.connect({ address });
    const { events } = await new Client({ connection, namespace }).workflow.getHandle(id).fetchHistory();
    await connection.close();
    const queues = (events ?? []).flatMap(
      (event) => event.activityTaskScheduledEventAttributes?.taskQueue?.name ?? [],
    );
    return [...new Set(queues)].toSorted();
  }
});
