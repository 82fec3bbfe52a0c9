import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Authenticate, createAuthenticator } from '../../src/gateway/auth.ts';
import { canaryHash } from '../../src/gateway/canary.ts';
import { openCanaries } from '../../src/main/open-canaries.ts';
import { embeddedKeys, keysFromSettings } from '../../src/main/role-keys.ts';
import { readSettings } from '../../src/process/settings.ts';
import { directory } from '../gateway/open-door.ts';
import { type CliEnv, cli } from './cli-run.ts';

let folder: string;
let env: CliEnv;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-rotate-'));
  env = { COUNTERSIGN_DATA: folder, COUNTERSIGN_CONFIG: 'config' };
});
afterEach(() => rm(folder, { recursive: true }));

const keysFolder = () => join(folder, 'keys');
const token = async () => (await cli(['token', 'release-agent'], env)).out.trim();

/** The door of a process that runs all the while. */
function doorOf(issuers: Parameters<typeof createAuthenticator>[0]['issuers']): Authenticate {
  return createAuthenticator({
    ...{ issuers, environment: 'prod', directory, clock: () => new Date() },
    orders: { inForce: async () => ({ halts: [], revocations: [], switches: [] }) },
  });
}

describe('countersign keys rotate issuer', () => {
  test('signs with a new key, and the running door believes tokens of both', async () => {
    const authenticate = doorOf((await embeddedKeys(keysFolder())).issuers);
    const before = await token();
    const said = await cli(['keys', 'rotate', 'issuer', '--json'], env);
    expect(said.exit).toBe(0);
    const { kid, retired, until, agentKeys } = said.json();
    expect(Date.parse(until) - Date.now()).toBeGreaterThan(23.9 * 3_600_000);
    const after = await token();
    expect([before, after].map((one) => decodeProtectedHeader(one).kid)).toEqual([retired, kid]);
    for (const one of [before, after])
      expect(await authenticate(`Bearer ${one}`)).toMatchObject({ agent: { id: 'release-agent' } });
    expect(agentKeys.keys.map((key: { kid: string }) => key.kid)).toEqual([kid, retired]);
    expect(said.out).not.toContain('"d"');
  });

  test('stops tokens of the old key at once when told to keep nothing', async () => {
    const authenticate = doorOf((await embeddedKeys(keysFolder())).issuers);
    const leaked = await token();
    expect((await cli(['keys', 'rotate', 'issuer', '--keep', '0'], env)).exit).toBe(0);
    await expect(authenticate(`Bearer ${leaked}`)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await authenticate(`Bearer ${await token()}`)).toMatchObject({ agent: { id: 'release-agent' } });
  });

  test('prints what a door with a file of its own needs to believe both', async () => {
    await embeddedKeys(keysFolder());
    const file = join(folder, 'agent-keys.json');
    await writeFile(
      file,
      JSON.stringify((await cli(['keys', 'rotate', 'issuer', '--json'], env)).json().agentKeys),
    );
    const { issuers } = await keysFromSettings(readSettings({ COUNTERSIGN_AGENT_KEYS_FILE: file }));
    const authenticate = doorOf(issuers);
    const before = await token();
    const said = await cli(['keys', 'rotate', 'issuer'], env);
    const after = await token();
    await expect(authenticate(`Bearer ${after}`)).rejects.toMatchObject({ code: 'unauthenticated' });
    await writeFile(file, /^\{.*\}$/m.exec(said.out)?.[0] ?? '');
    for (const one of [before, after])
      expect(await authenticate(`Bearer ${one}`)).toMatchObject({ agent: { id: 'release-agent' } });
  });

  test.each([
    ['another key', ['keys', 'rotate', 'seal'], 2, 'Allowed choices are issuer'],
    ['no key', ['keys', 'rotate'], 2, "missing required argument 'what'"],
    ['a month', ['keys', 'rotate', 'issuer', '--keep', '720'], 2, 'Want a whole number from 0 to 168'],
    ['less than nothing', ['keys', 'rotate', 'issuer', '--keep', '-1'], 2, 'Want a whole number'],
  ])('refuses %s and leaves the key as it is', async (_, line, exit, text) => {
    const { issuerPrivate } = await embeddedKeys(keysFolder());
    const before = issuerPrivate();
    const said = await cli(line, env);
    expect(said).toMatchObject({ exit, out: '' });
    expect(said.err).toContain(text);
    expect(issuerPrivate()).toEqual(before);
  });

  test('refuses a folder without a key, and makes none', async () => {
    const said = await cli(['keys', 'rotate', 'issuer'], env);
    expect(said).toMatchObject({ exit: 1, out: '' });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('countersign token', () => {
  beforeEach(() => embeddedKeys(keysFolder()));

  test.each([
    ['a new session', [], expect.stringMatching(/^ses_/)],
    ['the named session', ['--session', 'nightly'], 'nightly'],
    ['no session', ['--no-session'], null],
  ])('is of %s, and says with --json by what it can be revoked', async (_, words, session) => {
    const authenticate = doorOf((await embeddedKeys(keysFolder())).issuers);
    const said = (await cli(['token', 'release-agent', ...words, '--json'], env)).json();
    expect(said).toMatchObject({ agent: 'release-agent', session, jti: expect.stringMatching(/^tok_/) });
    expect(await authenticate(`Bearer ${said.token}`)).toMatchObject({
      agent: { profile: 'release' },
      session,
      token: said.jti,
    });
  });

  test.each(['', 'a b', 'a@b', 'x'.repeat(101), 'a\nb'])('refuses the session name %j', async (name) => {
    const said = await cli(['token', 'release-agent', '--session', name], env);
    expect(said).toMatchObject({ exit: 2, out: '' });
    expect(said.err).toContain('Want 1 to 100 letters');
  });
});

describe('countersign canary new', () => {
  const WORDS = [
    'canary',
    'new',
    '--id',
    'wiki-page',
    '--planted',
    'the page "Old credentials": at the wiki',
  ];

  test('prints a canary once, and the line that finds it', async () => {
    const { out, exit } = await cli(WORDS, env);
    expect(exit).toBe(0);
    const [canary = ''] = out.split('\n');
    expect(canary).toMatch(/^csc_[a-z2-7]{26}$/);
    const file = join(folder, 'canaries.yaml');
    await writeFile(file, `canaries:\n${out.slice(out.indexOf('  - id:'))}`);
    expect(parse(await readFile(file, 'utf8')).canaries).toEqual([
      { id: 'wiki-page', sha256: canaryHash(canary), planted: 'the page "Old credentials": at the wiki' },
    ]);
    const canaries = openCanaries(file, (error) => {
      throw error;
    });
    expect(canaries.find([`see ${canary} there`])).toBe('wiki-page');
    expect(canaries.find(['csc_nothing'])).toBeUndefined();
    expect(await readFile(file, 'utf8')).not.toContain(canary);
  });

  test('is another one at each call, and writes nothing', async () => {
    const [one, other] = [await cli([...WORDS, '--json'], env), await cli([...WORDS, '--json'], env)];
    expect(one.json().canary).not.toBe(other.json().canary);
    expect(one.json().line).toMatchObject({ id: 'wiki-page' });
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([
    ['no name', ['canary', 'new', '--planted', 'x'], "required option '--id"],
    ['no place', ['canary', 'new', '--id', 'x'], "required option '--planted"],
    ['a name in capitals', ['canary', 'new', '--id', 'Wiki', '--planted', 'x'], 'lower-case letters'],
    ['an empty place', ['canary', 'new', '--id', 'x', '--planted', ''], 'Want 1 to 200 characters'],
  ])('refuses %s', async (_, line, text) => {
    const said = await cli(line, env);
    expect(said).toMatchObject({ exit: 2, out: '' });
    expect(said.err).toContain(text);
  });
});

describe('countersign --help', () => {
  test('groups the commands and names all of them', async () => {
    const { out, exit } = await cli(['--help']);
    expect(exit).toBe(0);
    const heads = ['Agents:', 'Requests:', 'Operators:', 'Policy:', 'Keys and canaries:'];
    expect(out.match(/^[A-Z][A-Za-z ]+:$/gm)?.filter((head) => heads.includes(head))).toEqual(heads);
    const words = ['token', 'ask', 'show', 'pending', 'halt', 'resume', 'halts', 'revoke', 'reinstate'];
    for (const word of [...words, 'revocations', 'switch', 'switches', 'grants', 'policy', 'keys', 'canary'])
      expect(out).toMatch(new RegExp(`^ {2}${word}( |$)`, 'm'));
  });

  test.each([
    [['revoke']],
    [['reinstate']],
    [['revocations']],
    [['switch']],
    [['switches']],
    [['grants']],
    [['grants', 'revoke']],
    [['token']],
    [['keys', 'rotate']],
    [['canary', 'new']],
  ])('shows for %j what it does, --json and the exit codes', async (words) => {
    const { out, exit } = await cli([...words, '--help']);
    expect(exit).toBe(0);
    for (const text of ['--json', 'Exit codes:', `Usage: countersign ${words.join(' ')}`])
      expect(out).toContain(text);
  });
});
