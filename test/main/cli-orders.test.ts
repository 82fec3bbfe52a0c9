import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { AccessGrant } from '../../src/domain/access.ts';
import { revocationFor, switchFor } from '../../src/domain/orders.ts';
import type { StandingGrant } from '../../src/domain/standing-grant.ts';
import { parseRevocationSubject } from '../../src/main/cli/revocation-commands.ts';
import { fileHalts } from '../../src/store/halt-files.ts';
import { makeOrderFolders, type OrderFiles, orderFiles } from '../../src/store/order-files.ts';
import { createOrders } from '../../src/store/orders.ts';
import { aStandingGrant } from '../store/samples.ts';
import { type CliEnv, cli } from './cli-run.ts';

const NOW = new Date('2026-11-21T09:00:00.000Z');
const world = { now: () => NOW };

let folder: string;
let env: CliEnv;
/** What the running process sees; no door, no Temporal and no database is there. */
let books: OrderFiles;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-orders-'));
  env = {
    COUNTERSIGN_DATA: folder,
    COUNTERSIGN_CONFIG: 'config',
    COUNTERSIGN_GATEWAY_URL: 'http://127.0.0.1:1',
  };
  await makeOrderFolders(folder);
  books = orderFiles(folder, () => NOW);
});
afterEach(() => rm(folder, { recursive: true }));

const nothingWritten = async () =>
  (await readdir(join(folder, 'orders'), { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );

describe('parseRevocationSubject()', () => {
  test.each([
    ['agent:release-agent', { kind: 'agent', subject: 'release-agent' }],
    ['session:ses_1', { kind: 'session', subject: 'ses_1' }],
    ['token:tok_1', { kind: 'token', subject: 'tok_1' }],
    ['token:a:b@https://idp.example', { kind: 'token', subject: 'a:b@https://idp.example' }],
  ])('reads %s', (text, subject) => {
    expect(parseRevocationSubject(text)).toEqual(subject);
  });

  test.each(['', 'agent', 'agent:', ':x', 'AGENT:x', 'tool:x', 'everything', 'agent:a b', 'token:a\nb'])(
    'refuses %j',
    (text) => {
      expect(parseRevocationSubject(text)).toBeUndefined();
    },
  );
  test('refuses a name without end', () => {
    expect(parseRevocationSubject(`token:${'x'.repeat(601)}`)).toBeUndefined();
  });
});

describe('countersign revoke', () => {
  test('is in force for the running process when it returns, with everything else down', async () => {
    const orders = createOrders(
      { halts: { active: async () => [] }, revocations: books.revocations, switches: books.switches },
      { maxAgeMs: 0 },
    );
    expect((await orders.inForce(NOW)).revocations).toEqual([]);
    const said = await cli(['revoke', 'session:ses_1', '--reason', 'Looks injected'], env, world);
    expect(said).toMatchObject({
      exit: 0,
      out: `session:ses_1 is revoked, written to ${join(folder, 'orders')}\n`,
    });
    const { revocations } = await orders.inForce(NOW);
    const by = (session: string) => revocationFor(revocations, { agent: 'a', token: 't', session });
    expect(by('ses_1')).toMatchObject({ reason: 'Looks injected', by: 'op', at: NOW.toISOString() });
    expect(by('ses_2')).toBeUndefined();
  });

  test('says with --json what it wrote and where', async () => {
    const said = await cli(['revoke', 'token:tok_1', '--reason', 'r', '--by', 'dana', '--json'], env, world);
    expect(said.json()).toEqual({
      revocation: { kind: 'token', subject: 'tok_1', reason: 'r', by: 'dana', at: NOW.toISOString() },
      where: join(folder, 'orders'),
    });
  });

  test('revokes an agent whose organisation cannot be read: stopping goes before spelling', async () => {
    const broken = { ...env, COUNTERSIGN_CONFIG: join(folder, 'none') };
    expect(await cli(['revoke', 'agent:whoever', '--reason', 'r'], broken, world)).toMatchObject({ exit: 0 });
    expect(await books.revocations.active()).toMatchObject([{ subject: 'whoever' }]);
  });

  test.each([
    ['what is no credential', ['revoke', 'tool:email.send', '--reason', 'r'], 2, 'want token:<jti>'],
    ['everything', ['revoke', 'everything', '--reason', 'r'], 2, 'want token:<jti>'],
    ['no reason', ['revoke', 'agent:release-agent'], 2, "required option '--reason <text>'"],
    ['an empty reason', ['revoke', 'agent:release-agent', '--reason', ''], 1, 'Cannot write revocations'],
    ['an agent that is mistyped', ['revoke', 'agent:relase-agent', '--reason', 'r'], 1, 'is no agent'],
  ])('refuses %s and writes nothing', async (_, line, exit, text) => {
    const said = await cli(line, env, world);
    expect(said).toMatchObject({ exit, out: '' });
    expect(said.err).toContain(text);
    expect(await nothingWritten()).toEqual([]);
  });
});

describe('countersign reinstate', () => {
  const revoke = (what: string) => cli(['revoke', what, '--reason', 'r'], env, world);

  test('lets an agent ask again, and leaves others revoked', async () => {
    await revoke('agent:release-agent');
    await revoke('agent:support-agent');
    const said = await cli(['reinstate', 'agent:release-agent', '--by', 'dana'], env, world);
    expect(said).toMatchObject({ exit: 0, out: 'agent:release-agent is reinstated\n' });
    expect(await books.revocations.active()).toMatchObject([{ subject: 'support-agent' }]);
    expect(await books.revocations.list()).toContainEqual(
      expect.objectContaining({ subject: 'release-agent', liftedBy: 'dana' }),
    );
  });

  test.each([
    ['a session', ['reinstate', 'session:ses_1'], 2, 'never come back'],
    ['a bare session id', ['reinstate', 'ses_1'], 2, 'want agent:<id>'],
    ['an agent named like a session', ['reinstate', 'agent:ses_1'], 1, 'it is a "session"'],
    ['an agent that is not revoked', ['reinstate', 'agent:release-agent'], 1, 'is not revoked'],
  ])('refuses %s', async (_, line, exit, text) => {
    await revoke('session:ses_1');
    const said = await cli(line, env, world);
    expect(said).toMatchObject({ exit, out: '' });
    expect(said.err).toContain(text);
    expect(await books.revocations.active()).toHaveLength(1);
  });
});

describe('countersign revocations', () => {
  test('lists what is in force, and with --all what was lifted too', async () => {
    await cli(['revoke', 'agent:release-agent', '--reason', 'Drill'], env, world);
    await cli(['reinstate', 'agent:release-agent'], env, world);
    expect(await cli(['revocations'], env, world)).toMatchObject({ exit: 0, out: 'Nothing is revoked\n' });
    await cli(['revoke', 'token:tok_1', '--reason', 'Leaked'], env, world);
    expect((await cli(['revocations'], env, world)).out).toMatch(
      /^REVOKED +BY +SINCE +REASON\ntoken:tok_1 +op +2026-11-21T09:00:00\.000Z +Leaked\n$/,
    );
    expect((await cli(['revocations', '--all', '--json'], env, world)).json().revocations).toHaveLength(2);
  });

  test.each([['revocations'], ['switches'], ['grants']])(
    'is an error where orders cannot be read, not an empty list: %s',
    async (word) => {
      await rm(join(folder, 'orders'), { recursive: true });
      const said = await cli([word], env, world);
      expect(said).toMatchObject({ exit: 1, out: '' });
      expect(said.err).toMatch(/^Cannot read /);
    },
  );

  test.each([
    ['revoke', 'agent:release-agent', '--reason', 'r'],
    ['switch', 'email.send', 'off', '--reason', 'r'],
    ['reinstate', 'agent:release-agent'],
  ])('are not written where no process looks: %s', async (...line) => {
    const empty = await mkdtemp(join(tmpdir(), 'countersign-elsewhere-'));
    const said = await cli(line, { ...env, COUNTERSIGN_DATA: empty }, world);
    expect(said).toMatchObject({ exit: 1, out: '' });
    expect(said.err).toContain(`no installation keeps them in "${join(empty, 'orders')}"`);
    expect(await readdir(empty)).toEqual([]);
    await rm(empty, { recursive: true });
  });

  test('shows nothing that a terminal would obey', async () => {
    await cli(['revoke', 'token:tok_1', '--reason', 'a\u001b[2Jb'], env, world);
    expect((await cli(['revocations'], env, world)).out).not.toContain('\u001b');
  });
});

describe('countersign switch', () => {
  const inForce = async (tool: string, effect: 'read' | 'delete', environment: 'prod' | 'dev' = 'prod') =>
    switchFor(await orderFiles(folder).switches.active(), { tool, effect, environment });

  test('switches a provider to read-only: its changes stop, its reads run', async () => {
    const said = await cli(['switch', 'github', 'read-only', '--reason', 'Migration'], env, world);
    expect(said.exit).toBe(0);
    expect(said.out).toMatch(/^github is read-only in all environments, written to /);
    expect(await inForce('github.delete_branch', 'delete')).toMatchObject({ reason: 'Migration', by: 'op' });
    expect(await inForce('github.list_branches', 'read')).toBeUndefined();
    expect(await inForce('stripe.refund_payment', 'delete')).toBeUndefined();
  });

  test('switches one tool off in one environment, and on again', async () => {
    const where = ['--environment', 'prod'];
    await cli(['switch', 'github.list_branches', 'off', ...where, '--reason', 'r'], env, world);
    expect(await inForce('github.list_branches', 'read')).toBeDefined();
    expect(await inForce('github.list_branches', 'read', 'dev')).toBeUndefined();
    const said = await cli(['switch', 'github.list_branches', 'on', ...where], env, world);
    expect(said).toMatchObject({
      exit: 0,
      out: 'The switch of github.list_branches in prod is removed\n',
    });
    expect(await inForce('github.list_branches', 'read')).toBeUndefined();
  });

  test('says when a tool stays off after it was switched on', async () => {
    const config = await copiedConfig([{ subject: 'github', state: 'read-only', reason: 'Frozen' }]);
    const there = { ...env, COUNTERSIGN_CONFIG: config };
    await cli(['switch', 'github.delete_branch', 'off', '--reason', 'r'], there, world);
    const said = await cli(['switch', 'github.delete_branch', 'on'], there, world);
    expect(said.out).toContain('github is still read-only in all environments: Frozen\n');
    const again = await cli(['switch', 'github', 'on'], there, world);
    expect(again).toMatchObject({ exit: 1, out: '' });
    expect(again.err).toContain('still read-only in all environments by "configuration"');
  });

  test('works while the organisation cannot be read', async () => {
    const broken = { ...env, COUNTERSIGN_CONFIG: join(folder, 'none') };
    expect((await cli(['switch', 'stripe', 'off', '--reason', 'r'], broken, world)).exit).toBe(0);
    expect((await cli(['switch', 'stripe', 'on'], broken, world)).exit).toBe(0);
  });

  test.each([
    [
      'a tool that is mistyped',
      ['switch', 'githbu', 'off', '--reason', 'r'],
      1,
      'is no tool and no provider',
    ],
    ['everything at once', ['switch', '*', 'off', '--reason', 'r'], 1, 'is no tool and no provider'],
    ['an unknown state', ['switch', 'github', 'maybe', '--reason', 'r'], 2, 'Allowed choices are off'],
    ['no state', ['switch', 'github'], 2, "missing required argument 'state'"],
    ['no reason', ['switch', 'github', 'off'], 2, "'--reason' is wanted"],
    ['an empty reason', ['switch', 'github', 'off', '--reason', ''], 1, 'fields are wrong'],
    [
      'an unknown place',
      ['switch', 'github', 'off', '--reason', 'r', '--environment', 'test'],
      2,
      'Allowed choices are all',
    ],
    [
      'what is not switched',
      ['switch', 'github', 'on'],
      1,
      'no switch of "github" is set in all environments',
    ],
  ])('refuses %s and writes nothing', async (_, line, exit, text) => {
    const said = await cli(line, env, world);
    expect(said).toMatchObject({ exit, out: '' });
    expect(said.err).toContain(text);
    expect(await nothingWritten()).toEqual([]);
  });
});

describe('countersign switches', () => {
  test('lists those of the configuration and of run time together', async () => {
    const config = await copiedConfig([{ subject: 'stripe', state: 'off', reason: 'Audit' }]);
    const there = { ...env, COUNTERSIGN_CONFIG: config };
    await cli(['switch', 'github', 'read-only', '--environment', 'dev', '--reason', 'r'], there, world);
    const said = await cli(['switches'], there, world);
    expect(said.out).toMatch(
      /^TOOL +STATE +ENVIRONMENT +BY +SINCE +REASON\nstripe +off +all +configuration /,
    );
    expect(said.out).toMatch(/\ngithub +read-only +dev +op /);
    expect((await cli(['switches', '--json'], there, world)).json().switches).toHaveLength(2);
  });

  test('says so when nothing is switched off, and is an error where the configuration is broken', async () => {
    expect(await cli(['switches'], env, world)).toMatchObject({ exit: 0, out: 'Nothing is switched off\n' });
    const broken = { ...env, COUNTERSIGN_CONFIG: join(folder, 'none') };
    expect(await cli(['switches'], broken, world)).toMatchObject({ exit: 1, out: '' });
  });
});

/** The configuration of tools alone, with these switches. */
async function copiedConfig(switches: readonly object[]): Promise<string> {
  const config = join(folder, 'config');
  await mkdir(config);
  const text = await readFile('config/tools.yaml', 'utf8');
  await writeFile(join(config, 'tools.yaml'), text.replace('switches: []', stringify({ switches })));
  return config;
}

describe('countersign grants', () => {
  const grant: AccessGrant = {
    ...{ id: 'req_a.0', agent: 'release-agent', tool: 'github.add_collaborator', scope: 'github/acme' },
    ...{ reason: 'On call', request: 'req_a', from: '2026-11-21T08:30:00.000Z' },
    until: '2026-11-21T09:30:00.000Z',
  };
  beforeEach(async () => {
    await books.access.give(grant);
    await books.access.give({ ...grant, id: 'req_b.0', agent: 'support-agent' });
    await books.access.give({ ...grant, id: 'req_c.0', until: '2026-11-21T08:45:00.000Z' });
  });
  const idsOf = async (...words: readonly string[]) =>
    (await cli(['grants', ...words, '--json'], env, world))
      .json()
      .grants.map(({ id }: AccessGrant) => id)
      .toSorted();

  test('lists what is in force, of all agents or of one, and with --all what ended', async () => {
    expect(await idsOf()).toEqual(['req_a.0', 'req_b.0']);
    expect(await idsOf('--agent', 'support-agent')).toEqual(['req_b.0']);
    expect(await idsOf('--agent', 'nobody')).toEqual([]);
    expect(await idsOf('--all')).toEqual(['req_a.0', 'req_b.0', 'req_c.0']);
    expect((await cli(['grants', '--agent', 'release-agent'], env, world)).out).toMatch(
      /^ID +AGENT +TOOL +SCOPE +UNTIL +REASON\nreq_a\.0 +release-agent +github\.add_collaborator +github\/acme +2026-11-21T09:30:00\.000Z +On call\n$/,
    );
    expect((await cli(['grants', '--agent', 'nobody'], env, world)).out).toBe('No access was given\n');
  });
});

describe('countersign grants revoke', () => {
  const HOUR_MS = 3_600_000;
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  beforeEach(() =>
    books.access.give({
      ...{ id: 'req_a.0', agent: 'release-agent', tool: 'github.add_collaborator', scope: 'github/acme' },
      ...{ reason: 'On call', request: 'req_a', from: at(-HOUR_MS), until: at(HOUR_MS) },
    }),
  );

  test('takes access back at once', async () => {
    expect(await books.access.inForce('release-agent', new Date())).toHaveLength(1);
    const said = await cli(['grants', 'revoke', 'req_a.0', '--by', 'dana', '--json'], env);
    expect(said).toMatchObject({ exit: 0 });
    expect(said.json()).toEqual({ revoked: 'req_a.0' });
    expect(await books.access.inForce('release-agent', new Date())).toEqual([]);
    expect(await books.access.find('req_a.0')).toMatchObject({ revokedBy: 'dana' });
    expect((await cli(['grants', '--all'], env)).out).toContain('revoked 20');
  });

  test.each([
    ['a grant nobody gave', ['grants', 'revoke', 'req_x.0'], 1, 'no grant "req_x.0" is in force'],
    ['nothing', ['grants', 'revoke'], 2, "missing required argument 'id'"],
  ])('refuses %s', async (_, line, exit, text) => {
    const said = await cli(line, env);
    expect(said).toMatchObject({ exit, out: '' });
    expect(said.err).toContain(text);
    expect(await books.access.inForce('release-agent', new Date())).toHaveLength(1);
  });

  test('refuses a second time', async () => {
    await cli(['grants', 'revoke', 'req_a.0'], env);
    expect(await cli(['grants', 'revoke', 'req_a.0'], env)).toMatchObject({ exit: 1, out: '' });
  });
});

describe('countersign allowances', () => {
  const filed = ({ target: _t, scope: _s, ask: _a, rules: _r, ...grant }: StandingGrant) => grant;
  const grant = filed(
    aStandingGrant({
      ...{ id: 'grant_a', until: '2026-11-21T20:00:00.000Z', usesMax: 3, reason: 'Every day' },
      mintedAt: '2026-11-21T08:30:00.000Z',
    }),
  );
  beforeEach(async () => {
    await books.grants.file(grant);
    await books.grants.file({
      ...grant,
      id: 'grant_b',
      agent: 'support-agent',
      grantedBy: 'erin',
      covers: 'arguments',
      centsMax: 500,
    });
    await books.grants.file({ ...grant, id: 'grant_c', until: '2026-11-21T08:45:00.000Z' });
  });
  const idsOf = async (...words: readonly string[]) =>
    (await cli(['allowances', ...words, '--json'], env, world))
      .json()
      .allowances.map(({ id }: { readonly id: string }) => id)
      .toSorted();

  test('lists what is in force, of all or of one agent or person, and with --all what ended', async () => {
    expect(await idsOf()).toEqual(['grant_a', 'grant_b']);
    expect(await idsOf('--agent', 'support-agent')).toEqual(['grant_b']);
    expect(await idsOf('--granted-by', 'alice')).toEqual(['grant_a']);
    expect(await idsOf('--all')).toEqual(['grant_a', 'grant_b', 'grant_c']);
    const { out } = await cli(['allowances'], env, world);
    expect(out).toMatch(/^ID +AGENT +TOOL +WHAT +BY +UNTIL +USES LEFT +SUM LEFT +REASON\n/);
    // Who counts uses is the running process, whose database nobody else opens.
    expect(out).toMatch(/grant_a +release-agent .* alice +2026-11-21T20:00:00\.000Z +\? of 3 .*Every day/);
    expect(out).toMatch(/grant_b .* the same arguments, acme\/webshop .* \? of 5\.00/);
    expect((await cli(['allowances', '--agent', 'nobody'], env, world)).out).toBe(
      'Nothing is allowed in advance\n',
    );
  });

  test('revoke takes one back for the running process, once', async () => {
    await books.grants.file({
      ...grant,
      id: 'grant_d',
      until: new Date(Date.now() + 3_600_000).toISOString(),
    });
    const said = await cli(['allowances', 'revoke', 'grant_d', '--by', 'olga', '--json'], env);
    expect(said.json()).toEqual({ revoked: 'grant_d' });
    expect(await books.grants.find('grant_d')).toMatchObject({ revokedBy: 'olga' });
    expect((await cli(['allowances', '--json'], env)).json()).toEqual({ allowances: [] });
    expect((await cli(['allowances', '--all'], env)).out).toContain('revoked 20');
    expect(await cli(['allowances', 'revoke', 'grant_d'], env)).toMatchObject({ exit: 1, out: '' });
  });

  test.each([
    ['one nobody gave', ['allowances', 'revoke', 'grant_x'], 1, 'no allowance "grant_x" is in force'],
    ['one that ended', ['allowances', 'revoke', 'grant_c'], 1, 'no allowance "grant_c" is in force'],
    ['nothing', ['allowances', 'revoke'], 2, "missing required argument 'id'"],
  ])('revoke refuses %s', async (_, line, exit, text) => {
    const said = await cli(line, env, world);
    expect(said).toMatchObject({ exit, out: '' });
    expect(said.err).toContain(text);
  });
});

describe('halts beside other orders', () => {
  test('stay in their own files', async () => {
    await cli(['halt', 'everything', '--reason', 'r'], env, world);
    await cli(['revoke', 'token:tok_1', '--reason', 'r'], env, world);
    expect(await fileHalts(folder).active(NOW)).toHaveLength(1);
    expect(await books.revocations.active()).toHaveLength(1);
  });
});
