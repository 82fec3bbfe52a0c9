import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const BIN = resolve('bin/countersign.mjs');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-bin-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(
  bin: string,
  line: readonly string[],
  input = '',
): Promise<{ exit: number; out: string; err: string }> {
  const env = {
    PATH: process.env.PATH,
    COUNTERSIGN_DATA: folder,
    COUNTERSIGN_GATEWAY_URL: 'http://127.0.0.1:1',
    COUNTERSIGN_TOKEN: 'x',
  };
  const child = spawn(process.execPath, [bin, ...line], { env, stdio: 'pipe' });
  child.stdin.end(input);
  const [out, err, [exit]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { exit, out, err };
}

describe('bin/countersign.mjs', { timeout: 60_000 }, () => {
  test('runs the command line and ends with its exit code', async () => {
    const help = await run(BIN, ['--help']);
    expect(help).toMatchObject({ exit: 0, err: '' });
    expect(help.out).toContain('Exit codes:');
    expect(await run(BIN, ['halt', 'everything', '--reason', 'Drill'])).toMatchObject({ exit: 0, err: '' });
    const unknown = await run(BIN, ['fly']);
    expect(unknown).toMatchObject({ exit: 2, out: '' });
    expect(unknown.err).toContain("unknown command 'fly'");
  });

  test('reads a body from standard input, bounded', async () => {
    const { exit, err } = await run(BIN, ['ask', '-'], 'x'.repeat(300_000));
    expect(exit).toBe(1);
    expect(err).toBe('Cannot ask: standard input is larger than 256 KiB\n');
  });

  test('says what to do when the dependencies are missing', async () => {
    const bare = join(folder, 'bare', 'bin');
    await mkdir(bare, { recursive: true });
    await copyFile(BIN, join(bare, 'countersign.mjs'));
    const said = await run(join(bare, 'countersign.mjs'), ['--help']);
    expect(said).toMatchObject({ exit: 1, out: '' });
    expect(said.err).toMatch(/^Cannot run countersign: its dependencies are missing, run "npm install"/);
  });
});
