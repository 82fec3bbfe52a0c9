import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenAsks } from '../../src/domain/open-asks.ts';
import { OUTCOMES, type Outcome } from '../../src/domain/outcome.ts';
import { type OpenDoor, openDoor } from '../gateway/open-door.ts';
import { type CliEnv, cli } from './cli-run.ts';

const ARGS = '{"repository":"acme/webshop","branch":"old"}';
const ONE_STEP = ['--tool', 'github.delete_branch', '--args', ARGS, '--reason', 'Merged'];
const AS_RELEASE = ['--agent', 'release-agent'];

/** What cannot be read joins nothing: each ask of this test is one of its own, though many are alike. */
const APART: OpenAsks = {
  look: () => Promise.reject(new Error('nothing is kept here')),
  note: async () => undefined,
};

let door: OpenDoor;
let folder: string;
let env: CliEnv;

beforeAll(async () => {
  door = await openDoor({ openAsks: APART });
  folder = await mkdtemp(join(tmpdir(), 'countersign-cli-'));
  await mkdir(join(folder, 'keys'), { mode: 0o700 });
  await writeFile(join(folder, 'keys', 'issuer.private.json'), JSON.stringify(door.issuerKey), {
    mode: 0o600,
  });
  // The example organisation names the agents; the door of this test knows those it needs.
  env = { COUNTERSIGN_GATEWAY_URL: door.address, COUNTERSIGN_DATA: folder, COUNTERSIGN_CONFIG: 'config' };
});
afterAll(async () => {
  await door.close();
  await rm(folder, { recursive: true });
});

describe('countersign token', () => {
  test('prints a token that the door believes, and nothing else', async () => {
    const { exit, out } = await cli(['token', 'release-agent'], env);
    expect(exit).toBe(0);
    expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const answer = await fetch(`${door.address}/v1/tools`, {
      headers: { authorization: `Bearer ${out.trim()}` },
    });
    expect(answer.status).toBe(200);
  });

  test('says with --json until when', async () => {
    const now = new Date('2026-11-21T09:00:00.000Z');
    const said = await cli(['token', 'release-agent', '--ttl', '60', '--json'], env, { now: () => now });
    expect(said.json()).toMatchObject({ agent: 'release-agent', expiresAt: '2026-11-21T09:01:00.000Z' });
  });

  test.each([
    ['an unknown agent', ['token', 'nobody'], 1, '"release-agent"'],
    ['a suspended agent', ['token', 'retired-agent'], 1, 'suspended'],
    [
      'a lifetime of two hours',
      ['token', 'release-agent', '--ttl', '7200'],
      2,
      'Want a whole number from 1 to 3600',
    ],
    ['nobody', ['token'], 2, "missing required argument 'agent'"],
  ])('refuses %s', async (_, line, exit, text) => {
    const said = await cli(line, env);
    expect(said).toMatchObject({ exit, out: '' });
    expect(said.err).toContain(text);
  });

  test('makes no key of its own', async () => {
    const said = await cli(['token', 'release-agent'], {
      ...env,
      COUNTERSIGN_DATA: join(folder, 'elsewhere'),
    });
    expect(said.exit).toBe(1);
    expect(said.err).toContain('Cannot mint token: no issuer key');
  });
});

describe('countersign answer', () => {
  const asked = async () => {
    const { id } = (await cli(['ask', ...ONE_STEP, ...AS_RELEASE, '--wait', '0', '--json'], env)).json();
    door.requests.ask(id, {
      id: 'q_1',
      by: 'alice',
      text: 'Who\u001b[2J uses it?',
      at: '2026-11-21T10:00:00Z',
    });
    return id as string;
  };
  const words = (id: string) => ['answer', id, '--question', 'q_1', '--text', 'Nobody.'];

  test('answers as the agent; show prints question and answer, as unverified', async () => {
    const id = await asked();
    const before = await cli(['show', id, ...AS_RELEASE], env);
    expect(before.out).toMatch(/alice asks \(q_1\): Who.*uses it\?\n {2}not answered yet\n/);
    expect(before.out).not.toContain('\u001b');
    const said = await cli([...words(id), ...AS_RELEASE], env);
    expect(said).toMatchObject({ exit: 0, err: '' });
    expect(said.out).toContain('the agent, unverified: Nobody.');
    expect((await cli([...words(id), ...AS_RELEASE, '--json'], env)).err).toMatch(/answered/);
  });

  test('answers as nobody for nobody', async () => {
    const said = await cli(words(await asked()), env);
    expect(said).toMatchObject({ exit: 1, out: '' });
    expect(said.err).toContain('nobody answers, want --agent or COUNTERSIGN_TOKEN');
  });
});

describe('countersign ask', () => {
  test('asks one step and shows what it waits for', async () => {
    const said = await cli(
      ['ask', ...ONE_STEP, ...AS_RELEASE, '--wait', '0', '--on-behalf-of', 'alice', '--requested-by', 'dana'],
      env,
    );
    expect(said.exit).toBe(5);
    expect(said.out).toMatch(/^req_\d+ {2}waiting\n/);
    expect(said.out).toContain('1 of platform (0 so far), until 2026-11-21T13:00:00.000Z');
    expect(said.out).toMatch(
      /STEP +TOOL +STATUS +VERDICT +WHY\n1 +github\.delete_branch +waiting +approve +People decide\n/,
    );
    expect(door.requests.started.at(-1)).toMatchObject({
      agent: 'release-agent',
      reason: 'Merged',
      onBehalfOf: 'alice',
      requestedBy: 'dana',
    });
  });

  test('asks with a given token and key, once', async () => {
    const token = {
      ...env,
      COUNTERSIGN_TOKEN: await door.token('outreach-agent'),
      COUNTERSIGN_DATA: join(folder, 'elsewhere'),
    };
    const line = [
      'ask',
      '--tool',
      'email.send',
      '--args',
      '{"to":[],"text":"x"}',
      '--reason',
      'r',
      '--key',
      'k1',
      '--wait',
      '0',
      '--json',
    ];
    const [first, second] = [await cli(line, token), await cli(line, token)];
    expect(first.json()).toMatchObject({ agent: 'outreach-agent', status: 'waiting' });
    expect(second.json().id).toBe(first.json().id);
  });

  test('reads the body from a file or standard input, with the reason replaced', async () => {
    const body = JSON.stringify({
      steps: [{ tool: 'github.delete_branch', args: JSON.parse(ARGS) }],
      reason: 'from file',
    });
    const file = join(folder, 'ask.json');
    await writeFile(file, body);
    await cli(['ask', file, ...AS_RELEASE, '--wait', '0'], env);
    expect(door.requests.started.at(-1)).toMatchObject({ reason: 'from file' });
    await cli(['ask', '-', ...AS_RELEASE, '--wait', '0', '--reason', 'said'], env, {
      readStdin: async () => body,
    });
    expect(door.requests.started.at(-1)).toMatchObject({ reason: 'said' });
  });

  test('waits for the outcome as long as told', async () => {
    const count = door.requests.started.length;
    const asking = cli(['ask', ...ONE_STEP, ...AS_RELEASE, '--wait', '60'], env);
    await expect.poll(() => door.requests.started.length).toBe(count + 1);
    door.requests.close(`req_${count + 1}`, { outcome: 'rejected', effects: 'none', message: 'Not today' });
    const said = await asking;
    expect(said.exit).toBe(3);
    expect(said.out).toContain('Not today');
  });

  const EXITS: Readonly<Record<Outcome, number>> = {
    executed: 0,
    rejected: 3,
    expired: 3,
    denied: 3,
    cancelled: 3,
    stale: 3,
    halted: 3,
    failed: 4,
    rolled_back: 4,
    rollback_failed: 4,
  };
  test.each(OUTCOMES)('ends with its own exit code when %s', async (outcome) => {
    door.requests.closeAtOnceWith({ outcome, effects: 'none', message: 'As it is' });
    const said = await cli(['ask', ...ONE_STEP, ...AS_RELEASE], env);
    door.requests.closeAtOnceWith(undefined);
    expect(said.exit).toBe(EXITS[outcome]);
    expect(said.out).toContain(`  ${outcome}\n`);
  });

  test('only says what policy would with --dry-run', async () => {
    const count = door.requests.started.length;
    const said = await cli(['ask', ...ONE_STEP, ...AS_RELEASE, '--dry-run'], env);
    expect(said).toMatchObject({ exit: 0, out: expect.stringMatching(/^dry run {2}allow\n/) });
    expect(door.requests.started).toHaveLength(count);
  });

  test('shows the problem and its fields', async () => {
    const said = await cli(
      ['ask', '--tool', 'github.delete_branch', '--args', '{"branch":""}', '--reason', 'r', ...AS_RELEASE],
      env,
    );
    expect(said).toMatchObject({ exit: 1, out: '' });
    expect(said.err).toMatch(/^Cannot read arguments of "github\.delete_branch"/);
    expect(said.err).toContain('\n  /args/repository: ');
  });

  test('prints the problem as JSON with --json', async () => {
    const said = await cli(['ask', '--tool', 'shell.run', '--reason', 'r', ...AS_RELEASE, '--json'], env);
    expect(said.exit).toBe(1);
    expect(JSON.parse(said.err)).toMatchObject({ code: 'unknown-tool', errors: [{ field: '/tool' }] });
  });

  test.each([
    ['neither file nor tool', ['ask', '--reason', 'r'], 2, "give either a file or '--tool'"],
    ['file and tool', ['ask', 'x.json', '--tool', 't'], 2, "give either a file or '--tool'"],
    ['arguments with a file', ['ask', 'x.json', '--args', '{}'], 2, "'--args' goes with '--tool'"],
    ['a wait in words', ['ask', ...ONE_STEP, '--wait', 'long'], 2, 'Want a whole number'],
    ['an unknown option', ['ask', ...ONE_STEP, '--force'], 2, "unknown option '--force'"],
    ['nobody who asks', ['ask', ...ONE_STEP], 1, 'want --agent or COUNTERSIGN_TOKEN'],
    [
      'arguments that are no JSON',
      ['ask', '--tool', 't', '--args', '{', ...AS_RELEASE],
      1,
      '"--args" is not JSON',
    ],
    ['a file that is not there', ['ask', 'nowhere.json', ...AS_RELEASE], 1, '"nowhere.json" cannot be read'],
  ])('refuses %s', async (_, line, exit, text) => {
    const said = await cli(line, env);
    expect(said).toMatchObject({ exit, out: '' });
    expect(said.err).toContain(text);
  });
});

describe('countersign show', () => {
  test('finds a request of whichever agent asked', async () => {
    const { id } = (await cli(['ask', ...ONE_STEP, ...AS_RELEASE, '--wait', '0', '--json'], env)).json();
    // The door of this test does not know the support agent, so the agents are named.
    const said = await cli(['show', id, '--agent', 'release-agent'], env);
    expect(said).toMatchObject({ exit: 5 });
    expect(said.out).toContain(`http://temporal.example/${id}`);
    expect(await cli(['show', id, '--agent', 'outreach-agent'], env)).toMatchObject({ exit: 1, out: '' });
  });

  test('prints nothing a terminal would obey', async () => {
    door.requests.closeAtOnceWith({ outcome: 'failed', message: '\u001b[2Jgone\u202e\u0007 \u009b31m' });
    const said = await cli(['ask', ...ONE_STEP, ...AS_RELEASE], env, { colours: false });
    door.requests.closeAtOnceWith(undefined);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
    expect(said.out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(said.out).toContain('gone');
  });
});

describe('countersign pending', () => {
  test('lists what waits, oldest first, aligned', async () => {
    const said = await cli(['pending', ...AS_RELEASE], env);
    expect(said.exit).toBe(0);
    const [head = '', ...rows] = said.out.trimEnd().split('\n');
    expect(head).toMatch(/^ID +AGENT +TOOLS +RISK +SINCE$/);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row.indexOf('release-agent')).toBe(head.indexOf('AGENT'));
  });

  test('says so when nothing waits', async () => {
    const empty = await openDoor();
    const token = { COUNTERSIGN_GATEWAY_URL: empty.address, COUNTERSIGN_TOKEN: await empty.token() };
    expect(await cli(['pending'], token)).toMatchObject({ exit: 0, out: 'Nothing waits for people\n' });
    expect((await cli(['pending', '--json'], token)).json()).toEqual({ requests: [] });
    await empty.close();
  });
});

describe('the door as the command line meets it', () => {
  test.each([
    [
      'nobody listens',
      'http://127.0.0.1:1',
      /^Cannot reach the agents' door: "http:\/\/127\.0\.0\.1:1" does not answer/,
    ],
    [
      'the address is none',
      'ftp://x',
      /^Cannot read settings: COUNTERSIGN_GATEWAY_URL is not an http or https URL/,
    ],
    ['the address is empty', '', /^Cannot read settings: COUNTERSIGN_GATEWAY_URL is empty/],
  ])('says clearly when %s', async (_, url, text) => {
    const said = await cli(['pending'], { ...env, COUNTERSIGN_GATEWAY_URL: url, COUNTERSIGN_TOKEN: 'x' });
    expect(said).toMatchObject({ exit: 1, out: '' });
    expect(said.err).toMatch(text);
  });

  test.each([
    ['a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } }), 'is no agents'],
    ['an error page', () => new Response('<html>', { status: 502 }), 'answered 502 without a reason'],
    ['something else', () => Response.json({ hello: 1 }), 'is no agents'],
  ])('does not take %s for an answer', async (_, answer, text) => {
    const said = await cli(['pending'], { ...env, COUNTERSIGN_TOKEN: 'x' }, { fetch: async () => answer() });
    expect(said.exit).toBe(1);
    expect(said.err).toContain(text);
  });
});
