/** What each login of the production database may do: exactly the table in `role-grants.ts`, tried on a real server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgres } from '../../src/store/open-postgres.ts';
import { DATABASE_ROLES, loginOf, ROLE_GRANTS, type TableGrant } from '../../src/store/role-grants.ts';
import { type DeployedDatabase, startDeployedDatabase } from '../support/deployed-database.ts';
import { postgresBinaries } from '../support/postgres.ts';

const DENIED = 'permission denied';

describe.skipIf(postgresBinaries() === undefined)(
  'logins of the production database',
  { timeout: 60_000 },
  () => {
    let database: DeployedDatabase;
    beforeAll(async () => {
      database = await startDeployedDatabase();
      await database.makeDatabases();
    }, 60_000);
    afterAll(() => database?.close());
    const rows = (login: string, sql: string) => database.query(login, sql);

    it('openPostgres() with a narrow login waits for the schema, and says what it lacks', async () => {
      const databaseUrl = database.urlOf('countersign_gateway');
      await expect(openPostgres({ databaseUrl, poolMax: 1, schemaWaitMs: 0 })).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringMatching(
          /^Cannot use database: it lacks "0001-effects, .*wanted the schema's owner/,
        ),
      });
    });

    it('the job that migrates refuses a login that may not, in so many words', async () => {
      const { code, said } = await database.migrateAs('countersign_approvals');
      expect(code).not.toBe(0);
      expect(said).toContain("wanted the schema's owner to migrate it first");
    });

    it('a role that starts before the job waits for it; script and job may run twice', async () => {
      const databaseUrl = database.urlOf('countersign_executor');
      const waiting = openPostgres({ databaseUrl, poolMax: 1, schemaWaitMs: 30_000 });
      expect(await database.migrateAs('countersign')).toEqual({
        code: 0,
        said: 'database: migrated, and the roles have their rights\n',
      });
      await (await waiting).destroy();
      await database.makeDatabases();
      expect(await database.migrateAs('countersign')).toMatchObject({ code: 0 });
    });

    it.each(DATABASE_ROLES)('login of %s has the rights of the table and no other', async (role) => {
      expect(await rightsIn(loginOf(role))).toEqual({
        ...Object.fromEntries(
          Object.entries(ROLE_GRANTS[role]).map(([table, grant]) => [table, rightsOf(grant)]),
        ),
        kysely_migration: ['select'],
      });
    });

    it('a right that was given by hand is taken by the next run of the job', async () => {
      await rows('countersign', 'GRANT SELECT (captured), DELETE ON effects TO countersign_gateway');
      await database.migrateAs('countersign');
      expect(await rightsIn('countersign_gateway')).not.toHaveProperty('effects');
    });

    it.each([
      ['gateway', 'read effects', 'SELECT captured FROM effects'],
      ['gateway', 'count effects in their own table', 'SELECT count(*) FROM effects'],
      ['gateway', 'remove a revocation', 'DELETE FROM revocations'],
      ['gateway', 'reinstate an agent', "UPDATE revocations SET lifted_at = now(), lifted_by = 'me'"],
      ['gateway', 'lift a halt', "UPDATE halts SET lifted_at = now(), lifted_by = 'me'"],
      ['gateway', 'widen a declared task', "UPDATE sessions SET task = '{}'"],
      ['gateway', 'give access', "INSERT INTO access_grants (id) VALUES ('x')"],
      ['gateway', 'allow in advance', "INSERT INTO standing_grants (id) VALUES ('x')"],
      ['gateway', 'read what was allowed in advance whole', 'SELECT proof FROM standing_grant_proofs'],
      ['gateway', 'forget denials', 'DELETE FROM observations'],
      ['gateway', 'note a read that never was', noteOf('observations', 'read')],
      ['gateway', 'note a denial', noteOf('denials', 'denied')],
      ['gateway', 'read the inbox', 'SELECT * FROM approvals'],
      ['workflows', 'revoke', "INSERT INTO revocations (kind) VALUES ('agent')"],
      ['workflows', 'declare a task', "INSERT INTO sessions (id) VALUES ('x')"],
      ['workflows', 'note a read in advance', noteOf('observations', 'read')],
      ['workflows', 'allow in advance', "INSERT INTO standing_grants (id) VALUES ('x')"],
      ['workflows', 'intend an effect', "INSERT INTO effects (request) VALUES ('x')"],
      ['approvals', 'intend an effect', "INSERT INTO effects (request) VALUES ('x')"],
      ['approvals', 'remove a halt', 'DELETE FROM halts'],
      ['approvals', 'reword a halt', "UPDATE halts SET reason = 'x'"],
      ['approvals', 'let a halt end early', 'UPDATE halts SET until = now()'],
      ['approvals', 'read revocations', 'SELECT * FROM revocations'],
      ['approvals', 'give access', "INSERT INTO access_grants (id) VALUES ('x')"],
      ['approvals', 'allow in advance', "INSERT INTO standing_grants (id) VALUES ('x')"],
      ['approvals', 'widen what was allowed', 'UPDATE standing_grants SET uses_max = 1000'],
      ['approvals', 'rewrite whom an asking asked', "UPDATE oversight_asked SET groups = '[]'"],
      ['approvals', 'rewrite an answer that was given', "UPDATE oversight_answers SET person = 'bob'"],
      ['approvals', 'remove an answer that was given', 'DELETE FROM oversight_answers'],
      ['approvals', 'change what an open approval says', "UPDATE approvals SET body = '{}'"],
      ['approvals', 'prolong an absence', "UPDATE absences SET ends_at = 'infinity'"],
      ['approvals', 'name another delegate', "UPDATE absences SET delegate = 'mallory'"],
      ['approvals', 'forget an absence', 'DELETE FROM absences'],
      ['gateway', 'read who is away', 'SELECT * FROM absences'],
      ['workflows', 'name a delegate', "INSERT INTO absences (id) VALUES ('x')"],
      ['executor', 'end an absence', "UPDATE absences SET ended_at = now(), ended_by = 'me'"],
      ['operator', 'name another delegate', "UPDATE absences SET delegate = 'mallory'"],
      ['executor', 'rewrite an intent', "UPDATE effects SET target = 'other'"],
      ['executor', 'remove an effect', 'DELETE FROM effects'],
      ['executor', 'prolong access', "UPDATE access_grants SET ends_at = 'infinity'"],
      ['executor', 'prolong what was allowed', "UPDATE standing_grants SET ends_at = 'infinity'"],
      ['executor', 'forget a use', 'DELETE FROM standing_grant_uses'],
      ['executor', 'lift a halt', "UPDATE halts SET lifted_at = now(), lifted_by = 'me'"],
      ['executor', 'switch a tool on', "UPDATE tool_switches SET lifted_at = now(), lifted_by = 'me'"],
      ['executor', 'vote', "INSERT INTO approvals (request) VALUES ('x')"],
      ['operator', 'give access', "INSERT INTO access_grants (id) VALUES ('x')"],
      ['operator', 'allow in advance', "INSERT INTO standing_grants (id) VALUES ('x')"],
      ['operator', 'read effects', 'SELECT captured FROM effects'],
      ['operator', 'remove a halt', 'DELETE FROM halts'],
      ['operator', 'forget who was asked', 'DELETE FROM oversight_asked'],
      ['workflows', 'read who answers how fast', 'SELECT * FROM oversight_answers'],
    ] as const)('login of %s cannot %s', async (role, _what, sql) => {
      await expect(rows(loginOf(role), sql)).rejects.toThrow(DENIED);
    });

    it('login of workflows notes denials and, where it may write, no reads', async () => {
      const login = loginOf('workflows');
      await rows(login, noteOf('denials', 'denied'));
      await expect(rows(login, noteOf('denials', 'read'))).rejects.toThrow('check option');
    });

    it('login of an operator takes access back and cannot give it back', async () => {
      await rows(
        loginOf('executor'),
        `INSERT INTO access_grants (id, agent, tool, scope, reason, request, starts_at, ends_at)
         VALUES ('g', 'a', 't', 's', 'r', 'q', now(), now() + interval '1 hour')`,
      );
      const login = loginOf('operator');
      await rows(login, "UPDATE access_grants SET revoked_at = now(), revoked_by = 'alice'");
      await expect(
        rows(login, 'UPDATE access_grants SET revoked_at = NULL, revoked_by = NULL'),
      ).rejects.toThrow('stays so');
    });

    it.each(DATABASE_ROLES)(
      'login of %s cannot change the schema or make others of its kind',
      async (role) => {
        const login = loginOf(role);
        await expect(rows(login, 'CREATE TABLE mine ()')).rejects.toThrow(DENIED);
        await expect(rows(login, 'CREATE TEMPORARY TABLE mine ()')).rejects.toThrow(DENIED);
        await expect(rows(login, 'DROP TABLE halts')).rejects.toThrow('must be owner');
        await expect(rows(login, 'TRUNCATE halts')).rejects.toThrow(DENIED);
        await expect(rows(login, 'CREATE ROLE other')).rejects.toThrow(DENIED);
        await expect(rows(login, "INSERT INTO kysely_migration VALUES ('9999-future', 'x')")).rejects.toThrow(
          DENIED,
        );
      },
    );

    it('no login reaches a database that is not its own', async () => {
      for (const login of ['countersign', ...DATABASE_ROLES.map(loginOf)]) {
        await expect(database.query(login, 'SELECT 1', 'temporal')).rejects.toThrow(DENIED);
      }
      await expect(database.query('temporal', 'SELECT 1', 'countersign')).rejects.toThrow(DENIED);
      await database.query('temporal', 'CREATE TABLE t ()', 'temporal_visibility');
    });

    /** Rights by table as the server has them, those of everybody included. */
    async function rightsIn(login: string): Promise<Readonly<Record<string, readonly string[]>>> {
      const given = await rows(
        login,
        `SELECT relname AS table, lower(privilege_type) AS what
           FROM pg_class, aclexplode(relacl)
          WHERE relnamespace = 'public'::regnamespace AND grantee IN ('${login}'::regrole, 0)
         UNION ALL
         SELECT relname, lower(privilege_type) || ' ' || attname
           FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid, aclexplode(attacl)
          WHERE relnamespace = 'public'::regnamespace AND grantee IN ('${login}'::regrole, 0)`,
      );
      const tables = new Set(given.map(({ table }) => String(table)));
      const of = (name: string) =>
        given.filter(({ table }) => table === name).map(({ what }) => String(what));
      return Object.fromEntries([...tables].map((table) => [table, of(table).toSorted()]));
    }
  },
);

function noteOf(table: 'observations' | 'denials', kind: 'read' | 'denied'): string {
  return `INSERT INTO ${table} (request, step, kind, agent, tenant, tool, target, tier, at)
          VALUES ('r', 0, '${kind}', 'a', 't', 't', 'x', 0, now()) ON CONFLICT DO NOTHING`;
}

function rightsOf({ update = [], ...rights }: TableGrant): readonly string[] {
  return [...Object.keys(rights), ...update.map((column) => `update ${column}`)].toSorted();
}
