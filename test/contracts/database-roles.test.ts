/** Each role on the production database with its own login: the rights it has are enough for what it does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRoleDatabase, type RoleDatabase } from '../../src/main/role-database.ts';
import { ROLES, type Role } from '../../src/process/setting-table.ts';
import { openPostgres } from '../../src/store/open-postgres.ts';
import { storeOn } from '../../src/store/open-store.ts';
import { loginOf } from '../../src/store/role-grants.ts';
import { cli } from '../main/cli-run.ts';
import { anAnswer, anAsked, aRefusal } from '../store/oversight-samples.ts';
import {
  aGrant,
  aHalt,
  anAbsence,
  anApproval,
  anIntent,
  anObservation,
  aProof,
  aQuery,
  aRevocation,
  aSession,
  aStandingGrant,
  aSwitch,
  aView,
} from '../store/samples.ts';
import { aPageSession, aPasskey, aTicket } from '../store/web.contract.ts';
import { type DeployedDatabase, startDeployedDatabase } from '../support/deployed-database.ts';
import { postgresBinaries } from '../support/postgres.ts';
import { until } from '../support/until.ts';

describe.skipIf(postgresBinaries() === undefined)(
  'openRoleDatabase() with the login of one role',
  { timeout: 60_000 },
  () => {
    let database: DeployedDatabase;
    const dataFolder = mkdtempSync(join(tmpdir(), 'countersign-roles-'));
    const open = new Map<Role, RoleDatabase>();
    beforeAll(async () => {
      database = await startDeployedDatabase();
      await database.makeDatabases();
      await database.migrateAs('countersign');
      for (const role of ROLES) {
        const databaseUrl = database.urlOf(loginOf(role));
        open.set(role, await openRoleDatabase([role], { databaseUrl, dataFolder }));
      }
    }, 60_000);
    afterAll(async () => {
      await Promise.all([...open.values()].map((one) => one.close()));
      await database?.close();
      rmSync(dataFolder, { recursive: true });
    });
    function storeOf<R extends Role>(role: R): NonNullable<RoleDatabase[R]> {
      const store = open.get(role)?.[role];
      if (store === undefined) throw new Error(`role "${role}" is not open`);
      return store;
    }

    it.each(ROLES)('opens %s with a part of its own and no other', async (role) => {
      await open.get(role)?.ping();
      const parts = Object.keys(open.get(role) ?? {}).filter((part) => ROLES.some((one) => one === part));
      expect(parts).toEqual([role]);
    });

    it.each(['gateway', 'workflows', 'executor'] as const)(
      'lets %s do all that judging takes',
      async (role) => {
        const { orders, sessions, usage, access, grants } = storeOf(role);
        const query = { agent: 'release-agent', tool: 't', request: 'r', step: 0, now: new Date() };
        expect(await grants.inForce(query)).toEqual([]);
        expect(await orders.inForce(new Date())).toMatchObject({ halts: [], switches: [] });
        expect(await sessions.find('nobody')).toBeUndefined();
        expect(await access.inForce('release-agent', new Date())).toEqual([]);
        const { agentHour } = await usage.recent(aQuery({ agent: `agent-of-${role}` }));
        expect(agentHour).toEqual({ steps: 0, denied: 0, cents: 0 });
      },
    );

    it.each(['workflows', 'executor'] as const)('lets %s note denials, once each', async (role) => {
      const { usage } = storeOf(role);
      const denied = anObservation({ kind: 'denied', agent: `denied-by-${role}` });
      await usage.observe(denied);
      await usage.observe(denied);
      const { agentHour } = await usage.recent(aQuery({ agent: denied.agent }));
      expect(agentHour).toEqual({ steps: 0, denied: 1, cents: 0 });
    });

    it('lets the executor note reads', async () => {
      const { usage } = storeOf('executor');
      const read = anObservation({ kind: 'read', agent: 'reader' });
      await usage.observe(read);
      expect((await usage.recent(aQuery({ agent: 'reader' }))).agentHour.steps).toBe(1);
    });

    it('lets the gateway declare a task and revoke, and everybody sees it', async () => {
      const { sessions, revocations } = storeOf('gateway');
      const [session, revocation] = [aSession(), aRevocation()];
      expect(await sessions.declare(session)).toBe(true);
      expect(await sessions.declare(session)).toBe(true);
      await revocations.add(revocation);
      await revocations.add(revocation);
      expect(await storeOf('workflows').sessions.find(session.id)).toEqual(session);
      const seen = () => storeOf('executor').orders.inForce(new Date());
      await until('the executor knows of it', async () => (await seen()).revocations.length === 1, 2_000);
    });

    it('lets the gateway see what waits for people and note asks, and approvals see it too', async () => {
      const { openAsks } = storeOf('gateway');
      const approval = anApproval({
        agent: 'waiting-agent',
        expiresAt: new Date(Date.now() + 60_000).toISOString(),
      });
      await storeOf('approvals').inbox.open(approval);
      const query = { agent: 'waiting-agent', twin: 't', now: new Date() };
      await openAsks.note({ ...query, id: 'req', request: 'req', body: 'b', at: new Date() });
      const seen = { waiting: [approval.request], rejected: [], twin: 'req' };
      expect(await openAsks.look(query)).toEqual(seen);
      expect(await storeOf('approvals').openAsks.look(query)).toEqual(seen);
    });

    it('lets the executor reserve, settle, give access and take it back', async () => {
      const { effects, access } = storeOf('executor');
      const [intent, plain] = [anIntent(), anIntent()];
      expect(await effects.intendWithin(intent, new Date(), () => true)).toMatchObject({ created: true });
      await effects.settle(intent, 'done', { ok: true });
      expect(await effects.intend(plain)).toMatchObject({ created: true });
      const grant = aGrant({
        from: new Date(0).toISOString(),
        until: new Date(Date.now() + 60_000).toISOString(),
      });
      await access.give(grant);
      await access.give(grant);
      expect(await access.revoke(grant.id, 'alice')).toBe(true);
      expect((await storeOf('gateway').usage.recent(aQuery())).toolHour.steps).toBe(2);
    });

    it('lets the executor mint and use a standing grant, and approvals and an operator see and revoke it', async () => {
      const { effects, grants } = storeOf('executor');
      const grant = aStandingGrant({
        mintedAt: new Date().toISOString(),
        until: new Date(Date.now() + 60_000).toISOString(),
      });
      const other = { ...grant, id: `${grant.id}-other` };
      for (const one of [grant, grant, other]) await grants.mint(one, aProof());
      expect(await grants.proofOf(grant.id)).toEqual(aProof());
      expect(await effects.intendWithin(anIntent({ under: grant.id }), new Date(), () => true)).toMatchObject(
        {
          created: true,
        },
      );
      expect(await grants.use({ grant: grant.id, request: 'req', step: 0, cents: 0 }, new Date())).toBe(true);
      const door = storeOf('approvals').grants;
      expect(await door.list({ grantedBy: grant.grantedBy })).toMatchObject([{ uses: 2 }, { uses: 0 }]);
      expect(await door.usesOf(grant.id)).toHaveLength(2);
      expect(await door.revoke(grant.id, 'bob')).toBe(true);
      const db = await openPostgres({ databaseUrl: database.urlOf(loginOf('operator')), poolMax: 2 });
      const operator = storeOn(db, { forgets: false });
      expect(await operator.grants.find(grant.id)).toMatchObject({ uses: 2, revokedBy: 'bob' });
      expect(await operator.grants.revoke(other.id, 'olga')).toBe(true);
      await db.destroy();
    });

    it('lets approvals keep the inbox, cards, messages, people and clicks', async () => {
      const { inbox, cards, messages, identities, clicks } = storeOf('approvals');
      const approval = anApproval();
      await inbox.open(approval);
      await inbox.close(approval.request, approval.version);
      const view = aView();
      const key = [view.request, view.version] as const;
      await cards.want(view);
      await cards.want({ ...view, seq: 2 });
      await cards.placed(...key, { channel: 'C1', ts: '1.0' });
      await cards.shown(...key, 2);
      expect(await messages.claim('notice', new Date())).toBe('mine');
      await messages.record('notice', { channel: 'C1', ts: '1.1' });
      await identities.sync([{ team: 'T1', user: 'U1', person: 'dana' }]);
      await identities.sync([{ team: 'T1', user: 'U2', person: 'dana' }]);
      expect(await clicks.firstSeen('click', new Date(0))).toBe(true);
      expect(await clicks.firstSeen('later', new Date())).toBe(true);
      expect(await clicks.seen('click')).toBe(false);
    });

    it('lets approvals say who is away and end it, and who judges decisions see it', async () => {
      const { absences } = storeOf('approvals');
      const from = new Date(Date.now() - 60_000).toISOString();
      const absence = anAbsence({ from, madeAt: from, until: new Date(Date.now() + 60_000).toISOString() });
      await absences.add(absence);
      for (const role of ['workflows', 'executor'] as const)
        expect(await storeOf(role).absences.inForce(new Date())).toEqual([absence]);
      expect(await absences.end(absence.id, absence.person)).toBe(true);
      expect(await storeOf('workflows').absences.inForce(new Date())).toEqual([]);
    });

    it('lets approvals keep the records of oversight, and an operator read them', async () => {
      const { oversight } = storeOf('approvals');
      const asked = anAsked({ askedAt: new Date(0).toISOString(), answers: [anAnswer()] });
      const click = aRefusal({ person: 'alice' });
      expect(await oversight.note(asked)).toMatchObject({ isNew: true });
      await oversight.note({ ...asked, seq: 2, fate: 'approved', closedAt: new Date(1).toISOString() });
      await oversight.said(asked, anAnswer({ person: 'bob' }));
      await oversight.note({ ...asked, answers: [anAnswer({ person: 'bob' })] });
      await oversight.shown({ ...asked, at: new Date(2).toISOString() });
      expect(await oversight.refused(click)).toBe(true);
      expect(await oversight.approvalsOf('alice', 9)).toHaveLength(1);
      expect(await oversight.earlier({ ...asked, request: 'req_other' }, 5)).toHaveLength(1);
      const databaseUrl = database.urlOf(loginOf('operator'));
      const line = ['oversight', '--by', 'agent', '--since', '1970-01-01', '--json'];
      const said = await cli(line, { DATABASE_URL: databaseUrl });
      expect(said.json().lines).toMatchObject([{ subject: asked.agent, asked: 1, approved: 1 }]);
      const db = await openPostgres({ databaseUrl, poolMax: 1 });
      const seen = await storeOn(db, { forgets: false }).oversight.since(new Date(0));
      expect(seen.asked).toMatchObject([{ request: asked.request, seq: 2 }]);
      expect(seen.refused).toEqual([click]);
      await db.destroy();
      await oversight.note(anAsked({ askedAt: new Date().toISOString() }));
    });

    it('lets approvals pause and resume, and the executor sees it', async () => {
      const { halts } = storeOf('approvals');
      const halt = aHalt({ subject: 'paused-agent' });
      await halts.add(halt);
      expect(await halts.active(new Date())).toContainEqual(halt);
      expect(await storeOf('executor').halts.active(new Date())).toContainEqual(halt);
      expect(await halts.lift(halt.id, 'dana')).toBe(true);
    });

    it('lets approvals keep sessions, passkeys and tickets of the approver pages', async () => {
      const { pageSessions, passkeys, tickets, identities } = storeOf('approvals');
      const [session, key, ticket] = [aPageSession(), aPasskey(), aTicket()];
      const now = new Date(session.startedAt);
      await pageSessions.open(session);
      expect(await pageSessions.seen(session.hash, now, 1_000)).toMatchObject({ person: 'alice' });
      await pageSessions.end(session.hash);
      await passkeys.add(key, 5);
      expect(await passkeys.used(key.id, 1, now)).toBe(true);
      expect(await passkeys.remove(key.person, key.id)).toBe(true);
      await tickets.issue(ticket, now);
      expect(await tickets.take('link', ticket.hash, now)).toEqual(ticket.body);
      expect(await identities.link({ team: 'T1', user: 'U9', person: 'zoe' })).toBe('linked');
      expect(await identities.slackOf('zoe')).toEqual({ team: 'T1', user: 'U9' });
      expect(await identities.unlink('zoe')).toBe(true);
    });

    it('lets an operator write standing orders and take back access', async () => {
      const db = await openPostgres({ databaseUrl: database.urlOf(loginOf('operator')), poolMax: 2 });
      const { halts, revocations, switches, access, absences } = storeOn(db, { forgets: false });
      const [halt, revocation] = [aHalt(), aRevocation({ kind: 'agent', subject: 'rogue' })];
      await halts.add(halt);
      expect(await halts.lift(halt.id, 'alice')).toBe(true);
      await revocations.add(revocation);
      expect(await revocations.lift('rogue', 'alice')).toBe(true);
      const off = aSwitch();
      await switches.set(off);
      await switches.set({ ...off, state: 'read-only' });
      expect(await switches.remove(off.subject, off.environment, 'alice')).toBe(true);
      const grant = aGrant({
        from: new Date(0).toISOString(),
        until: new Date(Date.now() + 60_000).toISOString(),
      });
      await storeOf('executor').access.give(grant);
      expect(await access.revoke(grant.id, 'alice')).toBe(true);
      const absence = anAbsence({ until: new Date(Date.now() + 60_000).toISOString() });
      await absences.add(absence);
      expect(await absences.end(absence.id, 'operator')).toBe(true);
      await db.destroy();
    });

    it('refuses to open without an address', async () => {
      await expect(openRoleDatabase(['gateway'], { dataFolder })).rejects.toMatchObject({
        code: 'misconfigured',
      });
    });
  },
);
