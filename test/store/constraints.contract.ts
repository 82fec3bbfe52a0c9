import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { createAbsences } from '../../src/store/absences.ts';
import { HALTS_MAX } from '../../src/store/halts.ts';
import { INBOX_LIST_MAX } from '../../src/store/inbox.ts';
import type { StoreUnderTest } from './both-databases.ts';
import { anAbsence, anApproval } from './samples.ts';

/** What the database itself refuses, whatever code comes to write to it, and what is bounded. */
export function constraintsContract(store: StoreUnderTest): void {
  describe('the tables', () => {
    test.each([
      [
        'effects',
        'a direction that is none',
        sql`insert into effects (request, step, direction, tool, target, idempotency_key, captured) values ('r', 0, 'redo', 't', 'x', 'k1', 'null')`,
      ],
      [
        'effects',
        'a state that is none',
        sql`insert into effects (request, step, direction, tool, target, idempotency_key, captured, state, settled_at) values ('r', 0, 'do', 't', 'x', 'k2', 'null', 'maybe', now())`,
      ],
      [
        'effects',
        'a settled row without a date',
        sql`insert into effects (request, step, direction, tool, target, idempotency_key, captured, state) values ('r', 0, 'do', 't', 'x', 'k3', 'null', 'done')`,
      ],
      [
        'effects',
        'a result before the end',
        sql`insert into effects (request, step, direction, tool, target, idempotency_key, captured, result) values ('r', 0, 'do', 't', 'x', 'k4', 'null', '1')`,
      ],
      [
        'approvals',
        'version zero',
        sql`insert into approvals (request, version, digest, body, opened_at, expires_at) values ('r', 0, 'd', '{}', now(), now())`,
      ],
      [
        'cards',
        'a channel without a message',
        sql`insert into cards (request, version, channel, wanted_seq, wanted_view) values ('r', 1, 'C', 1, '{}')`,
      ],
      [
        'messages',
        'a message without a channel',
        sql`insert into messages (key, claimed_at, ts) values ('k', now(), '1.0')`,
      ],
      [
        'identities',
        'a source that is none',
        sql`insert into identities (team, slack_user, person, source) values ('T', 'U', 'p', 'guess')`,
      ],
      [
        'halts',
        'a scope that is none',
        sql`insert into halts (id, scope, subject, reason, by, at) values ('h', 'some', 'x', 'r', 'b', now())`,
      ],
      [
        'halts',
        'a lifting by nobody',
        sql`insert into halts (id, scope, subject, reason, by, at, lifted_at) values ('h', 'agent', 'x', 'r', 'b', now(), now())`,
      ],
      [
        'effects',
        'counting without saying for whom',
        sql`insert into effects (request, step, direction, tool, target, idempotency_key, captured, tier) values ('r', 0, 'do', 't', 'x', 'k5', 'null', 1)`,
      ],
      [
        'effects',
        'a session of nobody',
        sql`insert into effects (request, step, direction, tool, target, idempotency_key, captured, session) values ('r', 0, 'do', 't', 'x', 'k6', 'null', 's')`,
      ],
      [
        'observations',
        'a kind that is none',
        sql`insert into observations (request, step, kind, agent, tenant, tool, target, tier, at) values ('r', 0, 'change', 'a', 't', 't', 'x', 1, now())`,
      ],
      [
        'revocations',
        'a token that comes back',
        sql`insert into revocations (kind, subject, reason, by, at, lifted_at, lifted_by) values ('token', 's', 'r', 'b', now(), now(), 'b')`,
      ],
      [
        'revocations',
        'nobody in particular',
        sql`insert into revocations (kind, subject, reason, by, at) values ('agent', '', 'r', 'b', now())`,
      ],
      [
        'tool_switches',
        'a state that is none',
        sql`insert into tool_switches (subject, environment, state, reason, by, at) values ('s', 'all', 'on', 'r', 'b', now())`,
      ],
      [
        'access_grants',
        'a scope that is everything',
        sql`insert into access_grants (id, agent, tool, scope, reason, request, starts_at, ends_at) values ('i', 'a', 't', '', 'r', 'q', now(), now() + interval '1 hour')`,
      ],
      [
        'absences',
        'no end',
        sql`insert into absences (id, person, delegate, starts_at, ends_at, made_at, made_by) values ('i', 'a', null, now(), now() + interval '100 days', now(), 'b')`,
      ],
      [
        'absences',
        'an end before its beginning',
        sql`insert into absences (id, person, delegate, starts_at, ends_at, made_at, made_by) values ('i', 'a', null, now(), now() - interval '1 hour', now(), 'b')`,
      ],
      [
        'absences',
        'the person as delegate',
        sql`insert into absences (id, person, delegate, starts_at, ends_at, made_at, made_by) values ('i', 'a', 'a', now(), now() + interval '1 hour', now(), 'b')`,
      ],
      [
        'absences',
        'nobody',
        sql`insert into absences (id, person, delegate, starts_at, ends_at, made_at, made_by) values ('i', '', null, now(), now() + interval '1 hour', now(), 'b')`,
      ],
    ])('%s refuses %s', async (_table, _what, statement) => {
      await expect(statement.execute(store().db)).rejects.toMatchObject({
        code: 'internal',
        cause: { code: '23514' },
      });
    });

    test('one Slack user is one person and one person is one Slack user', async () => {
      const add = (user: string, person: string) =>
        sql`insert into identities (team, slack_user, person, source) values ('T0OTHER', ${user}, ${person}, 'linked')`.execute(
          store().db,
        );
      await add('U1', 'person-1');
      await expect(add('U1', 'person-2')).rejects.toMatchObject({ cause: { code: '23505' } });
      await expect(add('U2', 'person-1')).rejects.toMatchObject({ cause: { code: '23505' } });
      await sql`delete from identities where team = 'T0OTHER'`.execute(store().db);
    });
  });

  describe('an absence in its table', () => {
    test('stays ended, whoever may end it', async () => {
      const absence = anAbsence();
      const book = createAbsences(store().db, () => new Date(absence.from));
      await book.add(absence);
      await book.end(absence.id, 'alice');
      const reopen = sql`update absences set ended_at = null, ended_by = null where id = ${absence.id}`;
      await expect(reopen.execute(store().db)).rejects.toMatchObject({ cause: { code: '23001' } });
    });

    test('add() by two at once lets one of two that overlap in', async () => {
      const { person } = anAbsence();
      const book = createAbsences(store().db);
      const adding = Array.from({ length: 6 }, () => book.add(anAbsence({ person })));
      const added = (await Promise.allSettled(adding)).filter(({ status }) => status === 'fulfilled');
      expect(added).toHaveLength(1);
    });
  });

  describe('bounds', () => {
    test('list() of the inbox stops at its limit and keeps the soonest to expire', async () => {
      const soonest = anApproval({ expiresAt: new Date(Date.now() + 30_000).toISOString() });
      await store().inbox.open(soonest);
      await sql`
        insert into approvals (request, version, digest, body, opened_at, expires_at)
        select 'many_' || n, 1, 'd', '{"request":"many"}', now(), now() + n * interval '1 minute'
        from generate_series(1, ${sql.lit(INBOX_LIST_MAX)}::int4) as n`.execute(store().db);
      const listed = await store().inbox.list();
      expect(listed).toHaveLength(INBOX_LIST_MAX);
      expect(listed[0]).toEqual(soonest);
      await sql`update approvals set closed_at = now() where request like 'many_%'`.execute(store().db);
    });

    test('active() of the halts rejects when there are more than it reads, because one left out would be ignored', async () => {
      await sql`
        insert into halts (id, scope, subject, reason, by, at)
        select 'many_' || n, 'agent', 'x', 'r', 'b', now()
        from generate_series(1, ${sql.lit(HALTS_MAX + 1)}::int4) as n`.execute(store().db);
      await expect(store().halts.active(new Date())).rejects.toMatchObject({ code: 'unavailable' });
      await sql`delete from halts where id like 'many_%'`.execute(store().db);
      await expect(store().halts.active(new Date())).resolves.toBeInstanceOf(Array);
    });
  });
}
