import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
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

describe('halts with a DATABASE_URL that does not answer', () => {
  test('are an error that shows no password', async () => {
    const said = await cli(['halts'], { DATABASE_URL: 'postgresql://op:hunter2@127.0.0.1:1/x' });
    expect(said).toMatchObject({ exit: 1, out: '' });
    expect(said.err).toMatch(/^Cannot /);
    expect(said.err).not.toContain('hunter2');
  });
});
