import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { haltFor } from '../../src/domain/halt.ts';
import { parseHaltSubject } from '../../src/main/cli/halt-commands.ts';
import { fileHalts } from '../../src/store/halt-files.ts';
import { type CliEnv, cli } from './cli-run.ts';

const NOW = new Date('2026-11-21T09:00:00.000Z');
const world = { now: () => NOW };

let folder: string;
let env: CliEnv;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-halts-'));
  // Nothing else is there: no configuration, no keys, no door.
  env = {
    COUNTERSIGN_DATA: folder,
    COUNTERSIGN_CONFIG: join(folder, 'none'),
    COUNTERSIGN_GATEWAY_URL: 'http://127.0.0.1:1',
  };
});
afterEach(() => rm(folder, { recursive: true }));

describe('parseHaltSubject()', () => {
  test.each([
    ['everything', { scope: 'everything', subject: '*' }],
    ['agent:release-agent', { scope: 'agent', subject: 'release-agent' }],
    ['tool:github.delete_branch', { scope: 'tool', subject: 'github.delete_branch' }],
    ['provider:github', { scope: 'provider', subject: 'github' }],
  ])('reads %s', (text, subject) => {
    expect(parseHaltSubject(text)).toEqual(subject);
  });

  test.each([
    '',
    'all',
    '*',
    'agent',
    'agent:',
    ':x',
    'everything:x',
    'tenant:x',
    'agent:a b',
    'agent:*',
    'AGENT:x',
    `agent:${'a'.repeat(201)}`,
  ])('refuses %j', (text) => {
    expect(parseHaltSubject(text)).toBeUndefined();
  });
});

describe('countersign halt', () => {
  test('is in force for executors when it returns, with everything else down', async () => {
    const said = await cli(['halt', 'agent:release-agent', '--reason', 'Runs wild'], env, world);
    expect(said.exit).toBe(0);
    expect(said.out).toMatch(/^halt_[0-9a-f-]{36} {2}agent:release-agent is halted, written to /);
    const halts = await fileHalts(folder).active(NOW);
    expect(haltFor(halts, { agent: 'release-agent', tool: 'email.send', now: NOW })).toMatchObject({
      reason: 'Runs wild',
      by: 'op',
    });
    expect(haltFor(halts, { agent: 'support-agent', tool: 'email.send', now: NOW })).toBeUndefined();
  });

  test('ends by itself when told until when', async () => {
    const said = await cli(
      [
        'halt',
        'everything',
        '--reason',
        'r',
        '--until',
        '2026-11-21T11:00:00+01:00',
        '--by',
        'dana',
        '--json',
      ],
      env,
      world,
    );
    expect(said.json().halt).toMatchObject({
      scope: 'everything',
      subject: '*',
      by: 'dana',
      at: NOW.toISOString(),
      until: '2026-11-21T10:00:00.000Z',
    });
    const book = fileHalts(folder);
    expect(await book.active(new Date('2026-11-21T09:59:59Z'))).toHaveLength(1);
    expect(await book.active(new Date('2026-11-21T10:00:00Z'))).toHaveLength(0);
  });

  test.each([
    ['something unknown', ['halt', 'tenant:x', '--reason', 'r'], 2, 'want everything, agent:<id>'],
    ['no reason', ['halt', 'everything'], 2, "required option '--reason <text>'"],
    ['an empty reason', ['halt', 'everything', '--reason', ''], 1, 'Cannot add halt'],
    [
      'a date without a time',
      ['halt', 'everything', '--reason', 'r', '--until', '2026-11-22'],
      2,
      'ISO 8601',
    ],
    [
      'a time without a zone',
      ['halt', 'everything', '--reason', 'r', '--until', '2026-11-22T10:00:00'],
      2,
      'ISO 8601',
    ],
    [
      'a time that is no time',
      ['halt', 'everything', '--reason', 'r', '--until', '2026-13-40T10:00:00Z'],
      2,
      'ISO 8601',
    ],
    [
      'a time in the past',
      ['halt', 'everything', '--reason', 'r', '--until', '2026-11-21T08:00:00Z'],
      1,
      'is past',
    ],
  ])('refuses %s', async (_, line, exit, text) => {
    const said = await cli(line, env, world);
    expect(said).toMatchObject({ exit, out: '' });
    expect(said.err).toContain(text);
    const left = await readdir(join(folder, 'halts')).catch(() => []);
    expect(left).toEqual([]);
  });
});

describe('countersign resume', () => {
  test('lifts one halt and leaves the others', async () => {
    const { halt } = (await cli(['halt', 'tool:email.send', '--reason', 'r', '--json'], env, world)).json();
    await cli(['halt', 'provider:github', '--reason', 'r'], env, world);
    const said = await cli(['resume', halt.id, '--by', 'dana'], env, world);
    expect(said).toMatchObject({ exit: 0, out: `${halt.id}  lifted\n` });
    expect(await fileHalts(folder).active(NOW)).toMatchObject([{ subject: 'github' }]);
    expect(JSON.parse(await readFile(join(folder, 'halts', `${halt.id}.json`), 'utf8'))).toMatchObject({
      liftedBy: 'dana',
    });
  });

  test('lifts all in force', async () => {
    await cli(['halt', 'everything', '--reason', 'r'], env, world);
    await cli(['halt', 'provider:github', '--reason', 'r'], env, world);
    expect((await cli(['resume', '--all', '--json'], env, world)).json().lifted).toHaveLength(2);
    expect(await cli(['resume', '--all'], env, world)).toMatchObject({
      exit: 0,
      out: 'Nothing was halted\n',
    });
  });

  test.each([
    ['neither id nor all', ['resume'], 2],
    ['id and all', ['resume', 'halt_1', '--all'], 2],
    ['an unknown id', ['resume', 'halt_1'], 1],
  ])('refuses %s', async (_, line, exit) => {
    await cli(['halt', 'everything', '--reason', 'r'], env, world);
    expect(await cli(line, env, world)).toMatchObject({ exit, out: '' });
    expect(await fileHalts(folder).active(NOW)).toHaveLength(1);
  });
});

describe('countersign halts', () => {
  test('lists those in force, and with --all the lifted ones', async () => {
    const { halt } = (await cli(['halt', 'everything', '--reason', 'Drill', '--json'], env, world)).json();
    await cli(['halt', 'tool:email.send', '--reason', 'Spam'], env, world);
    await cli(['resume', halt.id], env, world);
    const said = await cli(['halts'], env, world);
    expect(said.out).toMatch(
      /^ID +HALTED +BY +SINCE +UNTIL +REASON\nhalt_\S+ +tool:email\.send +op +2026-11-21T09:00:00\.000Z +- +Spam\n$/,
    );
    expect((await cli(['halts', '--all', '--json'], env, world)).json().halts).toHaveLength(2);
  });

  test('says so when nothing is halted', async () => {
    await cli(['halt', 'everything', '--reason', 'r'], env, world);
    await cli(['resume', '--all'], env, world);
    expect(await cli(['halts'], env, world)).toMatchObject({ exit: 0, out: 'Nothing is halted\n' });
  });

  test('is an error where halts cannot be read, not an empty list', async () => {
    expect(await cli(['halts'], env, world)).toMatchObject({ exit: 1, out: '' });
  });
});
