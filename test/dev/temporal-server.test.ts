import { execFile, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { withBuildLock } from '../../src/dev/temporal-server/build-lock.ts';
import {
  CLI_VERSION,
  cachedBinary,
  defaultCacheFolder,
  whyUnfit,
} from '../../src/dev/temporal-server/cli-binary.ts';
import { freePort } from '../../src/dev/temporal-server/free-port.ts';
import { guardedSpawn } from '../../src/dev/temporal-server/guarded-spawn.ts';
import { resolveTemporalServer } from '../../src/dev/temporal-server/resolve.ts';
import { runCommand } from '../../src/dev/temporal-server/run-command.ts';
import { RETENTION_DAYS, SEARCH_ATTRIBUTE_TYPES } from '../../src/dev/temporal-server/search-attributes.ts';
import { startTemporalServer, type TemporalServer } from '../../src/dev/temporal-server/start.ts';
import { lockFolder } from '../../src/store/folder-lock.ts';

const run = promisify(execFile);
const ip = '127.0.0.1';
const quiet = { onProgress: () => undefined };
let folder: string;
let binary: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-dev-server-'));
  binary = (await resolveTemporalServer(quiet)).path;
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A program that only knows how to print the help it is given. */
function program(name: string, help: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\ncat <<'HELP'\n${help}\nHELP\n`);
  chmodSync(path, 0o755);
  return path;
}

const goodHelp =
  '--db-filename --dynamic-config-value --headless --search-attribute --sqlite-pragma --ui-disable-news-fetch --ui-port';

describe('resolveTemporalServer()', () => {
  it('resolveTemporalServer() takes the setting first', async () => {
    const set = program('set/temporal', goodHelp);
    const path = join(program('path/temporal', goodHelp), '..');
    expect(await resolveTemporalServer({ ...quiet, binary: set, path })).toMatchObject({
      path: set,
      how: 'setting',
    });
  });

  it('resolveTemporalServer() takes what is on PATH before the cache', async () => {
    const onPath = program('path/temporal', goodHelp);
    const cached = program(`cache/temporal-cli-${CLI_VERSION}`, goodHelp);
    const options = { ...quiet, path: `/nowhere:${join(onPath, '..')}`, cacheFolder: join(cached, '..') };
    expect(await resolveTemporalServer(options)).toMatchObject({ path: onPath, how: 'PATH' });
  });

  it('resolveTemporalServer() passes over a PATH that is too old and takes the cache', async () => {
    const old = program('old/temporal', '--db-filename --headless');
    const cached = program(`cache/temporal-cli-${CLI_VERSION}`, goodHelp);
    const found = await resolveTemporalServer({
      ...quiet,
      path: join(old, '..'),
      cacheFolder: join(cached, '..'),
    });
    expect(found).toMatchObject({ path: cached, how: 'cache' });
    expect(found.tookMs).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ['is not there', 'nowhere', 'is not an executable file'],
    ['is too old', 'old/temporal', 'is too old: it lacks --dynamic-config-value'],
  ])('resolveTemporalServer() refuses a setting that %s rather than look further', async (_, file, why) => {
    program('old/temporal', '--db-filename');
    await expect(resolveTemporalServer({ ...quiet, binary: join(folder, file) })).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining(why),
    });
  });
});

describe('whyUnfit()', () => {
  it('whyUnfit() finds nothing against the real CLI', async () => {
    expect(await whyUnfit(binary)).toBeUndefined();
  });

  it('whyUnfit() tells a program that fails, a folder and a plain file apart from a CLI', async () => {
    const plain = join(folder, 'plain');
    writeFileSync(plain, 'x');
    expect(await whyUnfit(plain)).toBe('is not an executable file');
    expect(await whyUnfit('/bin/false')).toBe('does not run (1)');
    expect(await whyUnfit(folder)).toContain('does not run');
  });

  it.each([
    [{ COUNTERSIGN_CACHE: '/c' }, '/c'],
    [{ XDG_CACHE_HOME: '/x' }, '/x/countersign'],
  ])('defaultCacheFolder() of %j is %s', (env, wanted) => {
    expect(defaultCacheFolder(env)).toBe(wanted);
    expect(cachedBinary(wanted)).toBe(`${wanted}/temporal-cli-${CLI_VERSION}`);
  });

  it('recipe names the release that the cache is called after', () => {
    const recipe = fileURLToPath(new URL('../../src/dev/temporal-server/recipe/go.mod', import.meta.url));
    expect(readFileSync(recipe, 'utf8')).toContain(`github.com/temporalio/cli v${CLI_VERSION}`);
  });
});

describe('withBuildLock()', () => {
  it('withBuildLock() lets one work at a time and says that it waits', async () => {
    const path = join(folder, 'lock-a');
    const order: string[] = [];
    const held = await lockFolder(path);
    const waited = withBuildLock(path, { onWait: () => order.push('waits'), waitMsMax: 10_000 }, async () => {
      order.push('works');
    });
    await vi.waitFor(() => expect(order).toContain('waits'));
    expect(order).not.toContain('works');
    await held.release();
    await waited;
    expect(order.at(-1)).toBe('works');
  });

  it('withBuildLock() gives the lock back when the work fails, and gives up in the end', async () => {
    const path = join(folder, 'lock-b');
    const options = { onWait: () => undefined, waitMsMax: 0 };
    await expect(withBuildLock(path, options, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const held = await lockFolder(path);
    await expect(withBuildLock(path, options, () => Promise.resolve())).rejects.toMatchObject({
      code: 'unavailable',
    });
    await held.release();
  });
});

describe('runCommand()', () => {
  it('runCommand() gives the exit code and both streams, line by line too', async () => {
    const lines: string[] = [];
    const end = await runCommand('/bin/sh', ['-c', 'echo out; echo err >&2; exit 3'], {
      timeoutMs: 5_000,
      onLine: (line) => lines.push(line),
    });
    expect(end.code).toBe(3);
    expect(lines.toSorted()).toEqual(['err', 'out']);
  });

  it('runCommand() ends what takes too long, what is stopped, and what is not there, without a code', async () => {
    const stopped = AbortSignal.abort();
    expect(await runCommand('sleep', ['30'], { timeoutMs: 50 })).not.toHaveProperty('code');
    expect(await runCommand('sleep', ['30'], { timeoutMs: 5_000, signal: stopped })).not.toHaveProperty(
      'code',
    );
    expect((await runCommand('/nowhere', [], { timeoutMs: 5_000 })).output).toContain('ENOENT');
  });

  it('runCommand() keeps only the end of a long output', async () => {
    const { output } = await runCommand('/bin/sh', ['-c', 'yes | head -c 200000; echo the end'], {
      timeoutMs: 10_000,
    });
    expect(output.length).toBeLessThanOrEqual(64_000);
    expect(output).toMatch(/the end\n$/);
  });
});

describe('startTemporalServer()', () => {
  const start = (more: object = {}): Promise<TemporalServer> =>
    startTemporalServer({
      binary,
      ip,
      port: 0,
      namespace: 'default',
      logFile: join(folder, 'log', 'server.log'),
      ...more,
    });

  it('startTemporalServer() serves the namespace with our search attributes, retention and no UI', async () => {
    const server = await start({ namespace: 'approvals' });
    const connection = await NativeConnection.connect({ address: server.address });
    try {
      expect(server.uiUrl).toBeUndefined();
      const namespace = 'approvals';
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      expect(Object.keys(customAttributes ?? {})).toEqual(
        expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTE_TYPES)),
      );
      const { config } = await connection.workflowService.describeNamespace({ namespace });
      expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(RETENTION_DAYS * 86_400);
    } finally {
      await connection.close();
      await server.stop();
    }
  });

  it('startTemporalServer() keeps history in its file over a restart, and serves a UI where asked', async () => {
    const dbFile = join(folder, 'db', 'temporal.db');
    const first = await start({ dbFile, uiPort: 0 });
    expect((await fetch(first.uiUrl ?? '')).status).toBe(200);
    await withClient(first, (client) =>
      client.workflow.start('Nobody', { taskQueue: 'nobody', workflowId: 'kept', args: [] }),
    );
    await first.stop();
    const second = await start({ dbFile });
    const { status } = await withClient(second, (client) => client.workflow.getHandle('kept').describe());
    expect(status.name).toBe('RUNNING');
    await second.stop();
    await second.stop();
  });

  it('startTemporalServer() adds the search attributes that an older database file lacks', async () => {
    const dbFile = join(folder, 'older.db');
    const port = await freePort(ip);
    const args = [
      'server',
      'start-dev',
      '--headless',
      '--ip',
      ip,
      '--port',
      String(port),
      '--db-filename',
      dbFile,
    ];
    const older = spawn(binary, args, { stdio: 'ignore' });
    await vi.waitFor(async () => (await NativeConnection.connect({ address: `${ip}:${port}` })).close(), {
      timeout: 15_000,
    });
    const ended = new Promise((resolve) => older.once('exit', resolve));
    older.kill('SIGTERM');
    await ended;
    const server = await start({ dbFile });
    const found = await withClient(server, async (client) => {
      await client.workflow.start('Nobody', {
        taskQueue: 'nobody',
        workflowId: 'found',
        searchAttributes: { CountersignAgent: ['support-agent'] },
      });
      return vi.waitFor(async () => {
        const { count } = await client.workflow.count("CountersignAgent = 'support-agent'");
        expect(count).toBe(1);
        return count;
      }, 10_000);
    });
    expect(found).toBe(1);
    await server.stop();
  });

  it.each([
    ['port', 'COUNTERSIGN_TEMPORAL_PORT'],
    ['uiPort', 'COUNTERSIGN_TEMPORAL_UI_PORT'],
  ])('startTemporalServer() names the setting when its %s is in use', async (which, setting) => {
    const other = createServer();
    await new Promise<void>((resolve) => {
      other.listen(0, ip, resolve);
    });
    const { port } = other.address() as { port: number };
    await expect(start({ [which]: port })).rejects.toMatchObject({
      code: 'misconfigured',
      message: `Cannot start the Temporal dev server: port "${port}" is in use, set ${setting} to a free one`,
    });
    other.close();
  });

  it('startTemporalServer() shows what the server said when it does not come up', async () => {
    const broken = program('broken', 'the disk is full');
    await expect(start({ binary: broken })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('the disk is full'),
    });
  });

  it('startTemporalServer() tells when the server dies by itself, and not when it is stopped', async () => {
    const server = await start();
    const stopped = await start();
    let falseAlarm = false;
    void stopped.died.then(() => {
      falseAlarm = true;
    });
    process.kill(-server.pid, 'SIGKILL');
    expect(await server.died).toMatch(/^Temporal dev server ended by itself/);
    await stopped.stop();
    expect(falseAlarm).toBe(false);
  });
});

describe('guardedSpawn()', () => {
  const alive = (pid: number): boolean => existsSync(`/proc/${pid}`);

  it('guardedSpawn() ends its child, also one that ignores the polite signal', async () => {
    const stubborn = guardedSpawn('/bin/sh', ['-c', 'trap "" TERM; while :; do sleep 0.2; done'], 2);
    await stubborn.stop();
    expect(await stubborn.ended).not.toBe(0);
  });

  it('guardedSpawn() passes on the exit code of a child that ends by itself', async () => {
    expect(await guardedSpawn('/bin/sh', ['-c', 'exit 7'], 2).ended).toBe(7);
  });

  it.runIf(existsSync('/proc/self'))(
    'guardedSpawn() leaves nothing behind when its parent is killed',
    async () => {
      const pidFile = join(folder, 'guarded.pid');
      const module = new URL('../../src/dev/temporal-server/guarded-spawn.ts', import.meta.url).href;
      const script = `import('${module}').then(({ guardedSpawn }) => {
      guardedSpawn('/bin/sh', ['-c', 'echo $$ > ${pidFile}; exec sleep 300'], 2);
      setInterval(() => undefined, 1000);
    })`;
      const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
        stdio: 'inherit',
      });
      const pid = await vi.waitFor(() => {
        const found = Number(readFileSync(pidFile, 'utf8'));
        expect(found).toBeGreaterThan(0);
        return found;
      }, 15_000);
      expect(alive(pid)).toBe(true);
      parent.kill('SIGKILL');
      await vi.waitFor(() => expect(alive(pid)).toBe(false), 10_000);
    },
  );
});

describe('bootstrap.mjs', () => {
  const bootstrap = fileURLToPath(new URL('../../bootstrap.mjs', import.meta.url));

  it.each([[[]], [['--nothing']]])('bootstrap.mjs says how it is used when called with %j', async (args) => {
    await expect(run(process.execPath, [bootstrap, ...args])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Cannot run: no script given'),
    });
  });

  it('bootstrap.mjs imports only what Node brings until the packages are there', () => {
    const text = readFileSync(bootstrap, 'utf8');
    const early = [...text.matchAll(/^import .* from '([^']+)'/gm)].map(([, specifier]) => specifier ?? '');
    expect(early.length).toBeGreaterThan(3);
    expect(early.filter((specifier) => !specifier.startsWith('node:'))).toEqual([]);
  });
});

async function withClient<T>({ address }: TemporalServer, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await NativeConnection.connect({ address });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}
