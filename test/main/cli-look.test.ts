import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type OpenDoor, openDoor } from '../gateway/open-door.ts';
import { type CliEnv, cli } from './cli-run.ts';

const ARGS = '{"repository":"acme/webshop","branch":"old"}';
const ASK = ['ask', '--tool', 'github.delete_branch', '--args', ARGS, '--reason', 'Merged', '--wait', '0'];
const AS_RELEASE = ['--agent', 'release-agent'];

let door: OpenDoor;
let folder: string;
let env: CliEnv;

/** An organisation of the agents that the door of these tests knows; `staging-agent` is of another environment. */
async function organisation(): Promise<string> {
  const config = join(folder, 'config');
  await mkdir(config);
  for (const file of ['people.yaml', 'slack.yaml']) await copyFile(join('config', file), join(config, file));
  const agent = (id: string, environment: string) => ({
    ...{ id, title: id, owner: 'dana', profile: 'release', environment, maxTier: 2, suspended: false },
  });
  const agents = [
    agent('staging-agent', 'staging'),
    agent('release-agent', 'prod'),
    agent('outreach-agent', 'prod'),
  ];
  await writeFile(join(config, 'agents.yaml'), stringify({ agents }));
  return config;
}

beforeAll(async () => {
  door = await openDoor();
  folder = await mkdtemp(join(tmpdir(), 'countersign-look-'));
  await mkdir(join(folder, 'keys'), { mode: 0o700 });
  await writeFile(join(folder, 'keys', 'issuer.private.json'), JSON.stringify(door.issuerKey), {
    mode: 0o600,
  });
  env = {
    COUNTERSIGN_GATEWAY_URL: door.address,
    COUNTERSIGN_DATA: folder,
    COUNTERSIGN_CONFIG: await organisation(),
  };
});
afterAll(async () => {
  await door.close();
  await rm(folder, { recursive: true });
});

const idOf = async (...words: readonly string[]): Promise<string> =>
  (await cli([...ASK, ...AS_RELEASE, ...words, '--json'], env)).json().id;
const pending = async (...words: readonly string[]): Promise<readonly string[]> =>
  (await cli(['pending', ...words, '--json'], env)).json().requests.map(({ id }: { id: string }) => id);

describe('looking at requests of sessions', () => {
  test('an agent without a session sees what each session of it asked', async () => {
    const [nightly, other, none] = [
      await idOf('--session', 'nightly'),
      await idOf('--session', 'daily'),
      await idOf(),
    ];
    for (const id of [nightly, other, none]) {
      expect((await cli(['show', id, ...AS_RELEASE], env)).exit).toBe(5);
      expect((await cli(['show', id], env)).exit).toBe(5);
    }
    expect(await pending()).toEqual(expect.arrayContaining([nightly, other, none]));
  });

  test('a session sees what it asked and nothing else', async () => {
    const [own, other] = [await idOf('--session', 'one'), await idOf('--session', 'two')];
    const within = [...AS_RELEASE, '--session', 'one'];
    expect((await cli(['show', own, ...within], env)).exit).toBe(5);
    const said = await cli(['show', other, ...within], env);
    expect(said).toMatchObject({ exit: 1, out: '' });
    expect(said.err).toContain(`no agent of ours has "${other}"`);
    expect(await pending(...within)).toEqual([own]);
  });

  test.each([[['show', 'req_x']], [['pending']], [ASK]])(
    'refuses %j with a session beside a token, which names its own',
    async (words) => {
      const token = { ...env, COUNTERSIGN_TOKEN: await door.token() };
      const said = await cli([...words, '--session', 'nightly'], token);
      expect(said).toMatchObject({ exit: 1, out: '' });
      expect(said.err).toContain('names its own');
    },
  );
});

describe('looking at requests of all agents', () => {
  test('shows those of the others when the door shuts one out, and says which it left out', async () => {
    const id = await idOf();
    const said = await cli(['pending'], env);
    expect(said.exit).toBe(0);
    expect(said.out).toContain(id);
    expect(said.err).toMatch(/^Not listed: .*"staging-agent" belongs to "staging".*\n$/);
    expect((await cli(['show', id], env)).exit).toBe(5);
    const unknown = await cli(['show', 'req_unknown'], env);
    expect(unknown).toMatchObject({ exit: 1, out: '' });
    expect(unknown.err).toMatch(
      /no agent of ours has "req_unknown"\n {2}not looked through: .*"staging-agent"/,
    );
  });

  test('is an error when the one agent that was asked for is shut out', async () => {
    for (const words of [['pending'], ['show', 'req_x']]) {
      const said = await cli([...words, '--agent', 'staging-agent'], env);
      expect(said).toMatchObject({ exit: 1, out: '' });
      expect(said.err).toContain('belongs to "staging"');
    }
  });

  test('is an error when nobody can be asked at all', async () => {
    const broken = { ...env, COUNTERSIGN_GATEWAY_URL: 'http://127.0.0.1:1' };
    for (const words of [['pending'], ['show', 'req_x']])
      expect(await cli(words, broken)).toMatchObject({ exit: 1, out: '' });
  });
});
