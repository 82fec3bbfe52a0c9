/** Deciding from the command line, against the real approver pages: sign-in, tokens and decisions are theirs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWebWorld, type WebWorld } from '../web/world.ts';
import { CODE, loginAs } from './cli-login.ts';
import { type CliEnv, cli, type Said } from './cli-run.ts';

const TARGET = 'acme/webshop branch old-checkout';
const MINUTE_MS = 60_000;

describe('the command line of a person', { timeout: 60_000 }, () => {
  let world: WebWorld;
  let folder: string;
  let env: CliEnv;
  beforeAll(async () => {
    world = await createWebWorld();
    ({ folder, env } = await newFolder());
    expect((await login('alice')).exit).toBe(0);
  }, 240_000);
  beforeEach(() => {
    world.requests.decided.length = 0;
    world.shift.ms = 0;
  });
  afterAll(async () => {
    await world.close();
    await rm(folder, { recursive: true });
  });

  async function newFolder() {
    const made = await mkdtemp(join(tmpdir(), 'countersign-decide-'));
    return { folder: made, env: { COUNTERSIGN_DATA: made, COUNTERSIGN_APPROVALS_URL: world.baseUrl } };
  }

  const login = (person: string, where = env, more: Parameters<typeof loginAs>[2] = {}): Promise<Said> =>
    loginAs(() => world.signedIn(person), where, more);

  const decide = async (pointer: string, line: readonly string[], where: CliEnv = env) =>
    cli(['decide', pointer.split('.')[0] ?? '', ...line], where);

  describe('countersign login', () => {
    it('keeps a token that only its owner can read, and says whose it is and until when', async () => {
      const file = join(folder, 'login.json');
      const kept = JSON.parse(await readFile(file, 'utf8'));
      expect(kept).toMatchObject({ person: 'alice', url: world.baseUrl });
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      const said = await cli(['whoami'], env);
      expect(said.out).toBe(`Signed in as alice at ${world.baseUrl} until ${kept.endsAt}\n`);
      expect((await cli(['whoami', '--json'], env)).json()).toMatchObject({ person: 'alice' });
      expect((await cli(['whoami', '--json'], env)).out).not.toContain(kept.token);
    });

    it('tells in JSON what came of it, without the token', async () => {
      const fresh = await newFolder();
      const said = await login('bob', fresh.env, { line: ['--json'] });
      expect(said.json()).toEqual({
        ...{ status: 'allowed', person: 'bob', url: world.baseUrl },
        endsAt: expect.stringMatching(/Z$/),
      });
      await rm(fresh.folder, { recursive: true });
    });

    it('keeps nothing when its owner refuses, or answers too late', async () => {
      const fresh = await newFolder();
      const refused = await login('alice', fresh.env, { answer: 'refuse', line: ['--json'] });
      expect([refused.exit, refused.json()]).toEqual([3, { status: 'refused' }]);
      let calls = 0;
      const late = await cli(['login'], fresh.env, {
        now: () => new Date(Date.now() + (calls++ === 0 ? 0 : 11 * MINUTE_MS)),
      });
      expect(late).toMatchObject({ exit: 3, out: '' });
      expect(late.err).toContain('Nobody is signed in: nobody allowed it in time');
      expect(await readdir(fresh.folder)).toEqual([]);
      await rm(fresh.folder, { recursive: true });
    });

    it('ends on Ctrl-C with its waiting said and nothing kept', async () => {
      const fresh = await newFolder();
      const child = spawn(process.execPath, [resolve('bin/countersign.mjs'), 'login'], {
        env: { PATH: process.env.PATH, ...fresh.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const ended = once(child, 'exit');
      let said = '';
      for await (const text of child.stderr) {
        said += String(text);
        if (said.includes('Waiting')) break;
      }
      child.kill('SIGINT');
      expect(await ended).toEqual([null, 'SIGINT']);
      expect(said).toMatch(CODE);
      expect(said).toContain('10 min left (Ctrl-C ends it and keeps nothing)');
      expect(await readdir(fresh.folder)).toEqual([]);
      await rm(fresh.folder, { recursive: true });
    });
  });

  describe('countersign decide', () => {
    it.each([
      ['low', ['--approve'], 'approve', 'click'],
      ['medium', ['--approve', '--reason', 'Merged in May'], 'approve', 'click'],
      ['medium', ['--deny', '--reason', 'Not today'], 'deny', 'click'],
      ['high', ['--approve', '--reason', 'Checked', '--target', TARGET], 'approve', 'reviewed'],
      ['critical', ['--deny', '--reason', 'Not today'], 'deny', 'click'],
    ] as const)('T67 records for %s risk what %j says', async (tier, line, answer, assurance) => {
      const said = await decide(await world.raise({ tier }), [...line, '--version', '1']);
      expect(said).toMatchObject({ exit: 0, err: '' });
      expect(said.out).toContain(`Recorded: you ${answer} this`);
      expect(said.out).toContain('1a2b3c4d');
      expect(await world.decisions()).toMatchObject([
        { person: 'alice', surface: 'cli', answer, assurance, version: 1 },
      ]);
    });

    it('T67 records once what is said twice under one key, and tells it in JSON', async () => {
      const pointer = await world.raise();
      const said = await decide(pointer, ['--approve', '--key', 'k', '--json']);
      expect(said.json()).toMatchObject({ status: 'recorded', answer: 'approve', version: 1 });
      expect((await decide(pointer, ['--approve', '--key', 'k'])).exit).toBe(0);
      expect(world.requests.decided).toHaveLength(1);
    });

    const HIGH = ['--approve', '--reason', 'Checked'];
    it.each([
      ['a high risk without its target', { tier: 'high' }, HIGH, `type exactly "${TARGET}"`],
      ['another target', { tier: 'high' }, [...HIGH, '--target', 'x'], `type exactly "${TARGET}"`],
      ['a high risk without a reason', { tier: 'high' }, ['--approve', '--target', TARGET], 'say why'],
      ['a critical risk', { tier: 'critical' }, [...HIGH, '--target', TARGET], 'with your passkey only'],
      ['somebody excluded', { excluded: ['alice'] }, ['--approve'], 'Only people in platform'],
      ['somebody not asked', { needs: [{ groups: ['finance'], count: 1 }] }, ['--approve'], 'not among them'],
      ['a version there is not', {}, ['--approve', '--version', '7'], 'knows no such request'],
    ])('T67 refuses %s in the words of the page', async (_, changes, line, sentence) => {
      const pointer = await world.raise(changes as object);
      const said = await decide(pointer, line);
      expect(said).toMatchObject({ exit: 3, out: '', err: expect.stringContaining(sentence) });
      const asJson = await decide(pointer, [...line, '--json']);
      expect(asJson.exit).toBe(3);
      expect(asJson.json()).toMatchObject({ status: 'refused' });
      expect(world.requests.decided).toEqual([]);
    });

    it('T67 leads to the page where a critical request is decided', async () => {
      const pointer = await world.raise({ tier: 'critical' });
      const said = await decide(pointer, [...HIGH, '--target', TARGET]);
      expect(said.err).toContain(`page  ${world.baseUrl}/decide/${pointer}\n`);
    });

    it('refuses a version that another replaced, and the newest where none is named', async () => {
      const request = `req_edited_${Date.now()}`;
      await world.raise({ request, version: 1 });
      await world.store.inbox.close(request, 1);
      const newest = await world.raise({ request, version: 2 });
      expect((await decide(request, ['--approve', '--version', '1'])).exit).toBe(3);
      const unnamed = await decide(request, ['--approve']);
      expect([unnamed.exit, unnamed.err]).toEqual([
        3,
        expect.stringContaining('the newest is 2; nothing was'),
      ]);
      expect(unnamed.err).toContain(`/decide/${newest}\n`);
      expect(world.requests.decided).toEqual([]);
      expect((await decide(request, ['--approve', '--version', '2'])).out).toContain('version 2');
    });

    it.each([
      ['both answers', ['req_1', '--approve', '--deny', '--reason', 'x'], "either '--approve' or '--deny'"],
      ['no answer', ['req_1', '--reason', 'x'], "either '--approve' or '--deny'"],
      ['a denial without a reason', ['req_1', '--deny'], "'--deny' goes with '--reason'"],
      ['an empty reason', ['req_1', '--deny', '--reason', ' '], "'--deny' goes with '--reason'"],
      ['what is no id', ['../req', '--approve'], 'Want the id of a request'],
      ['a version below 1', ['req_1', '--approve', '--version', '0'], 'from 1 to 9999'],
    ])('refuses %s as a wrong command line', async (_, line, words) => {
      const said = await cli(['decide', ...line], env);
      expect(said).toMatchObject({ exit: 2, out: '', err: expect.stringContaining(words) });
    });

    it('says about a request that nobody knows that nothing was recorded', async () => {
      expect(await decide('req_nowhere', ['--approve'])).toMatchObject({
        exit: 3,
        err: 'Countersign knows no such request; nothing was recorded\n',
      });
    });
  });

  describe('a sign-in', () => {
    it('T41 that ended says how to get another, whoever notices first', async () => {
      const pointer = await world.raise();
      const later = { now: () => new Date(Date.now() + 16 * MINUTE_MS) };
      const here = await cli(['decide', pointer.split('.')[0] ?? '', '--approve'], env, later);
      world.shift.ms = 16 * MINUTE_MS;
      const there = await decide(pointer, ['--approve', '--json']);
      for (const { exit, err } of [here, there]) {
        expect(exit).toBe(1);
        expect(err).toContain('sign in again: countersign login');
      }
      expect(world.requests.decided).toEqual([]);
    });

    it('T41 is refused when others can read it, when it is none, and for other pages', async () => {
      const fresh = await newFolder();
      const file = join(fresh.folder, 'login.json');
      const kept = await readFile(join(folder, 'login.json'), 'utf8');
      const pointer = await world.raise();
      const tried = async (content: string, mode: number, more: CliEnv = {}) => {
        await writeFile(file, content);
        await chmod(file, mode);
        return (await decide(pointer, ['--approve'], { ...fresh.env, ...more })).err;
      };
      expect(await tried(kept, 0o644)).toContain('can be read by others, wanted mode 0600');
      expect(await tried(kept, 0o620)).toContain('can be read by others');
      for (const garbage of ['', '{', '{"token":"x"}', 'x'.repeat(10_000)])
        expect(await tried(garbage, 0o600)).toContain('is not one of ours; run countersign logout');
      const elsewhere = await tried(kept, 0o600, { COUNTERSIGN_APPROVALS_URL: 'https://other.example' });
      expect(elsewhere).toContain('wanted "https://other.example"; sign in again');
      expect(world.requests.decided).toEqual([]);
      expect(await tried(kept, 0o600)).toBe('');
      await rm(fresh.folder, { recursive: true });
    });

    it('is over at the pages and here after countersign logout, also when others could read it', async () => {
      const fresh = await newFolder();
      const file = join(fresh.folder, 'login.json');
      await login('alice', fresh.env);
      const stolen = await readFile(file, 'utf8');
      await chmod(file, 0o644);
      expect(await cli(['logout'], fresh.env)).toMatchObject({ exit: 0, out: 'Signed out\n' });
      expect((await cli(['logout', '--json'], fresh.env)).json()).toEqual({ status: 'nobody' });
      const pointer = await world.raise();
      expect((await decide(pointer, ['--approve'], fresh.env)).err).toContain(
        'sign in first: countersign login',
      );
      await writeFile(file, stolen, { mode: 0o600 });
      expect((await decide(pointer, ['--approve'], fresh.env)).err).toContain('counts no more');
      expect(await cli(['logout'], fresh.env)).toMatchObject({ exit: 0 });
      await rm(fresh.folder, { recursive: true });
    });

    it('is removed here even when the pages cannot be told', async () => {
      const fresh = await newFolder();
      await writeFile(join(fresh.folder, 'login.json'), await readFile(join(folder, 'login.json')), {
        mode: 0o600,
      });
      const away: typeof fetch = () => Promise.reject(new TypeError('fetch failed'));
      const said = await cli(['logout'], fresh.env, { fetch: away });
      expect(said).toMatchObject({ exit: 1, err: expect.stringContaining('ends by itself at') });
      expect(await readdir(fresh.folder)).toEqual([]);
      await rm(fresh.folder, { recursive: true });
    });
  });

  describe('pages that are none', () => {
    const page = '"https://elsewhere.example/decide/x"';
    it.each([
      ['text', 200, 'gateway says hello', 'no approver pages of this version'],
      ['an empty object', 200, '{}', 'no approver pages of this version'],
      ['another state', 200, '{"status":"executed"}', 'no approver pages of this version'],
      [
        'a page that is a script',
        409,
        '{"status":"refused","sentence":"x","page":"javascript:x"}',
        'no approver',
      ],
      [
        'more than they ever say',
        200,
        `{"status":"refused","sentence":"${'x'.repeat(70_000)}"}`,
        'no approver',
      ],
      ['an error without a reason', 502, '<html>', 'they answered 502 without a reason'],
      ['an error that says why', 503, '{"code":"unavailable","detail":"Try later"}', 'Try later'],
    ])('are not believed when they answer %s', async (_, status, body, words) => {
      const said = await cli(['decide', 'req_1', '--approve'], env, {
        fetch: async () => new Response(body, { status }),
      });
      expect(said).toMatchObject({ exit: 1, out: '', err: expect.stringContaining(words) });
    });

    it('write nothing that a terminal obeys', async () => {
      const sentence = JSON.stringify('\u001b[2JApproved\u202e');
      const said = await cli(['decide', 'req_1', '--approve'], env, {
        fetch: async () =>
          new Response(`{"status":"refused","sentence":${sentence},"page":${page}}`, { status: 409 }),
      });
      expect(said.err).toMatch(/^ {1}\[2JApproved {1}\n/);
    });

    it('are not sent a sign-in in the clear', async () => {
      for (const url of ['http://approve.example', 'ftp://localhost', 'approve.example'])
        for (const line of [['login'], ['decide', 'req_1', '--approve']])
          expect((await cli(line, { ...env, COUNTERSIGN_APPROVALS_URL: url })).err).toContain(
            'wanted an https',
          );
      const nobody = { COUNTERSIGN_DATA: folder, COUNTERSIGN_APPROVALS_PORT: '1' };
      expect((await cli(['login'], nobody)).err).toContain('"http://localhost:1/api/login" gives no answer');
    });
  });

  it('has its commands, options and exit codes in its help', async () => {
    expect((await cli(['--help'])).out).toMatch(/Approvers:\s+login /);
    const { exit, out } = await cli(['decide', '--help']);
    expect(exit).toBe(0);
    for (const word of ['--approve', '--deny', '--reason', '--target', '--json', '3  refused'])
      expect(out).toContain(word);
  });
});
