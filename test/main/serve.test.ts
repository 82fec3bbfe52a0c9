import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { freePort } from '../../src/dev/temporal-server/free-port.ts';
import { newKeys } from '../../src/main/cli/keys-command.ts';
import { readServeArguments } from '../../src/main/serve-arguments.ts';
import { ROLES, rolesNeed } from '../../src/process/setting-table.ts';
import { type RoleEnv, serveToItsEnd } from '../support/role-processes.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { roles: keys } = await newKeys();
const DATABASE_URL = 'postgresql://u:hidden-password@127.0.0.1:1/c';

/** What one reading of the command line said and gave. */
function reading(...args: readonly string[]) {
  const said = { out: '', err: '' };
  const result = readServeArguments(args, {
    writeOut: (text) => {
      said.out += text;
    },
    writeErr: (text) => {
      said.err += text;
    },
  });
  return { result, ...said };
}

describe('readServeArguments()', () => {
  test.each([
    ['gateway', ['gateway']],
    ['executor,gateway', ['gateway', 'executor']],
    [' approvals , approvals', ['approvals']],
    ['gateway,workflows,approvals,executor', [...ROLES]],
  ])('reads "%s"', (list, roles) => {
    expect(reading('--roles', list)).toEqual({ result: roles, out: '', err: '' });
  });

  test.each([
    ['an unknown role', ['--roles', 'gateway,cook'], 'No such role: "cook", want one or more of gateway, '],
    ['an empty list', ['--roles', ''], 'No such role: ""'],
    ['a list with a gap', ['--roles', 'gateway,,executor'], 'No such role: ""'],
    ['no roles', [], "required option '--roles <list>' not specified"],
    ['an unknown option', ['--roles', 'gateway', '--port', '1'], "unknown option '--port'"],
    ['more words', ['--roles', 'gateway', 'executor'], 'too many arguments'],
  ])('refuses %s with code 2', (_, args, sentence) => {
    const { result, out, err } = reading(...args);
    expect({ result, out }).toEqual({ result: 2, out: '' });
    expect(err).toContain(sentence);
  });

  test('shows with --help what each role needs', () => {
    const { result, out } = reading('--help');
    expect(result).toBe(0);
    for (const role of ROLES) {
      const line = out.split('\n').find((one) => one.trim().startsWith(`${role} `));
      for (const name of rolesNeed(role)) expect(line).toContain(name);
    }
  });
});

describe('npm run serve', { timeout: 60_000 }, () => {
  test('lists everything that is missing, and ends with code 2', async () => {
    const { code, stdout, stderr } = await serveToItsEnd(['executor'], {});
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    for (const name of rolesNeed('executor'))
      expect(stderr).toContain(`- ${name}: is missing: role "executor" needs it`);
  });

  test.each<[(typeof ROLES)[number], RoleEnv]>([
    ['workflows', { GITHUB_TOKEN: 'foreign-value', COUNTERSIGN_ID_SECRET: 'foreign-value'.repeat(3) }],
    [
      'executor',
      { SLACK_SIGNING_SECRET: 'foreign-value', COUNTERSIGN_DECISION_PRIVATE_KEY: 'foreign-value' },
    ],
  ])('refuses to play %s with a secret of another role, and names the setting', async (role, foreign) => {
    const { code, stdout, stderr } = await serveToItsEnd([role], { ...keys[role], ...foreign });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    for (const name of Object.keys(foreign))
      expect(stderr).toMatch(new RegExp(`${name}: is a secret of role`));
    expect(stderr).not.toContain('foreign-value');
  });

  test('names every key it cannot read, and ends with code 2', async () => {
    const { code, stderr } = await serveToItsEnd(['gateway'], {
      ...keys.gateway,
      ...{ TEMPORAL_ADDRESS: '127.0.0.1:1', DATABASE_URL },
      COUNTERSIGN_AGENT_KEYS: '{"keys":[]}',
      COUNTERSIGN_SEAL_PRIVATE_KEY: 'no-such-key',
    });
    expect(code).toBe(2);
    expect(stderr).toContain('- COUNTERSIGN_AGENT_KEYS: "keys" is empty');
    expect(stderr).toContain('- COUNTERSIGN_SEAL_PRIVATE_KEY: is no Ed25519 private key');
    expect(stderr).not.toContain('no-such-key');
  });

  test('ends with code 1 where starting again may help: Temporal does not answer', async () => {
    const address = `127.0.0.1:${await freePort('127.0.0.1')}`;
    const env: RoleEnv = { ...keys.executor, TEMPORAL_ADDRESS: address, DATABASE_URL };
    const { code, stdout, stderr, tookMs } = await serveToItsEnd(['executor'], env);
    expect(code).toBe(1);
    expect(stderr).toContain(`Cannot connect to Temporal: "${address}" does not answer`);
    expect(`${stdout}${stderr}`).not.toContain('hidden-password');
    expect(tookMs).toBeLessThan(30_000);
  });
});

describe('src/main/serve.ts', () => {
  test('needs nothing of src/dev and no package that is only for development', async () => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: ['src/main/serve.ts', 'workflows/index.ts'],
      outdir: 'unwritten',
      write: false,
      bundle: true,
      metafile: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      logLevel: 'silent',
    });
    expect(Object.keys(metafile.inputs).filter((path) => /^(src\/dev|test|scripts)\//.test(path))).toEqual(
      [],
    );
    const { dependencies } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
    const packages = Object.values(metafile.outputs)
      .flatMap(({ imports }) => imports)
      .filter(({ external, kind }) => external === true && kind === 'import-statement')
      .map(({ path }) => path.match(/^(@[^/]+\/)?[^/]+/)?.[0] ?? path)
      .filter((name) => !name.startsWith('node:') && !builtinModules.includes(name));
    expect(packages.filter((name) => !(name in dependencies))).toEqual([]);
    expect(packages).toContain('@temporalio/worker');
  });
});
