import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { aProof, aStandingGrant } from '../store/samples.ts';
import { postgresBinaries, startPostgres, type TestPostgres } from '../support/postgres.ts';
import { type CliEnv, cli } from './cli-run.ts';

describe.skipIf(postgresBinaries() === undefined)('halts with DATABASE_URL', { timeout: 60_000 }, () => {
  let postgres: TestPostgres;
  let folder: string;
  let env: CliEnv;
  beforeAll(async () => {
    postgres = await startPostgres();
    folder = await mkdtemp(join(tmpdir(), 'countersign-cli-'));
    env = { DATABASE_URL: postgres.url, COUNTERSIGN_DATA: folder };
  }, 60_000);
  afterAll(async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('are seen by the store of the roles, and lifted again', async () => {
    const said = await cli(['halt', 'provider:stripe', '--reason', 'Refunds look wrong', '--json'], env);
    expect(said.json()).toMatchObject({
      where: 'the database',
      halt: { scope: 'provider', subject: 'stripe' },
    });
    const store = await openStore({ databaseUrl: postgres.url, dataDir: folder });
    expect(await store.halts.active(new Date())).toMatchObject([{ id: said.json().halt.id }]);
    expect(await store.haltFiles.active(new Date())).toEqual([]);
    expect((await cli(['halts', '--json'], env)).json().halts).toHaveLength(1);
    expect(await cli(['resume', '--all'], env)).toMatchObject({ exit: 0 });
    expect(await store.halts.active(new Date())).toEqual([]);
    await store.close();
  });
});

describe.skipIf(postgresBinaries() === undefined)('orders with DATABASE_URL', { timeout: 60_000 }, () => {
  let postgres: TestPostgres;
  let folder: string;
  let env: CliEnv;
  beforeAll(async () => {
    postgres = await startPostgres();
    folder = await mkdtemp(join(tmpdir(), 'countersign-cli-'));
    env = {
      DATABASE_URL: postgres.url,
      COUNTERSIGN_DATA: join(folder, 'none'),
      COUNTERSIGN_CONFIG: 'config',
    };
  }, 60_000);
  afterAll(async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('are seen by the store of the roles, and taken back again', async () => {
    const said = await cli(['revoke', 'agent:release-agent', '--reason', 'Runs wild', '--json'], env);
    expect(said.json()).toMatchObject({ where: 'the database' });
    await cli(['switch', 'github', 'off', '--environment', 'prod', '--reason', 'Down'], env);
    const store = await openStore({ databaseUrl: postgres.url, dataDir: folder });
    await store.access.give({
      ...{ id: 'req_a.0', agent: 'release-agent', tool: 'github.add_collaborator', scope: 'github' },
      ...{ reason: 'On call', request: 'req_a', from: new Date().toISOString() },
      until: new Date(Date.now() + 3_600_000).toISOString(),
    });
    expect(await store.revocations.active()).toMatchObject([{ subject: 'release-agent', by: 'op' }]);
    expect(await store.switches.active()).toMatchObject([{ subject: 'github', environment: 'prod' }]);
    expect((await cli(['grants', '--json'], env)).json().grants).toMatchObject([{ id: 'req_a.0' }]);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const grant = aStandingGrant({ mintedAt: new Date().toISOString(), until, usesMax: 3, centsMax: 500 });
    await store.grants.mint(grant, aProof());
    await store.grants.use({ grant: grant.id, request: 'req_b', step: 0, cents: 120 }, new Date());
    expect((await cli(['allowances', '--json'], env)).json().allowances).toMatchObject([
      { id: grant.id, uses: 1, usesLeft: 2, cents: 120, centsLeft: 380 },
    ]);
    expect((await cli(['allowances'], env)).out).toMatch(/2 of 3 +3\.80 of 5\.00/);
    for (const line of [
      ['allowances', 'revoke', grant.id],
      ['grants', 'revoke', 'req_a.0'],
      ['switch', 'github', 'on', '--environment', 'prod'],
      ['reinstate', 'agent:release-agent'],
    ])
      expect(await cli(line, env)).toMatchObject({ exit: 0, err: '' });
    expect(await store.grants.find(grant.id)).toMatchObject({ revokedBy: 'op' });
    expect(await store.revocations.active()).toEqual([]);
    expect(await store.switches.active()).toEqual([]);
    expect(await store.access.inForce('release-agent', new Date())).toEqual([]);
    await store.close();
  });
});

describe.each(['halts', 'revocations', 'switches', 'grants', 'allowances', 'oversight'])(
  '%s with a database that does not answer',
  (word) => {
    test('are an error that shows no password', async () => {
      const said = await cli([word], { DATABASE_URL: 'postgresql://op:hunter2@127.0.0.1:1/x' });
      expect(said).toMatchObject({ exit: 1, out: '' });
      expect(said.err).toMatch(/^Cannot /);
      expect(said.err).not.toContain('hunter2');
    });
  },
);
