import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AccessGrant } from '../../src/domain/access.ts';
import type { Revocation, ToolSwitch } from '../../src/domain/orders.ts';
import { makeOrderFolders, type OrderFiles, orderFiles } from '../../src/store/order-files.ts';

let now = new Date('2026-11-21T09:00:00.000Z');
let folder: string;
let files: OrderFiles;
beforeEach(async () => {
  now = new Date('2026-11-21T09:00:00.000Z');
  folder = await mkdtemp(join(tmpdir(), 'order-files-'));
  await makeOrderFolders(folder);
  files = orderFiles(folder, () => now);
});
afterEach(() => rm(folder, { recursive: true }));

const later = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
const revocation = (more: Partial<Revocation> = {}): Revocation => ({
  ...{ kind: 'agent', subject: 'release-agent', reason: 'Runs wild', by: 'op', at: now.toISOString() },
  ...more,
});
const toolSwitch = (more: Partial<ToolSwitch> = {}): ToolSwitch => ({
  ...{ subject: 'github', state: 'off', environment: 'all', reason: 'Down', by: 'op', at: now.toISOString() },
  ...more,
});
const grant = (more: Partial<AccessGrant> = {}): AccessGrant => ({
  ...{ id: 'req_a/0/do', agent: 'release-agent', tool: 'github.add_collaborator', scope: 'github/acme' },
  ...{ reason: 'r', request: 'req_a', from: now.toISOString(), until: later(1).toISOString() },
  ...more,
});

describe('revocations in files', () => {
  test('are in force at once, for every reader, once each, with their first reason', async () => {
    const other = orderFiles(folder);
    expect(await other.revocations.active()).toEqual([]);
    await files.revocations.add(revocation());
    await files.revocations.add(revocation({ reason: 'Again' }));
    await files.revocations.add(revocation({ kind: 'session', subject: 'release-agent' }));
    expect(await other.revocations.active()).toEqual([
      revocation(),
      revocation({ kind: 'session', subject: 'release-agent' }),
    ]);
  });

  test('keep two that are written at once', async () => {
    await Promise.all([
      files.revocations.add(revocation({ reason: 'one' })),
      files.revocations.add(revocation({ reason: 'other' })),
      files.revocations.add(revocation({ kind: 'token', subject: 'tok_1' })),
    ]);
    expect(await files.revocations.active()).toHaveLength(2);
  });

  test('reinstate an agent and remember that it was revoked', async () => {
    await files.revocations.add(revocation());
    now = later(1);
    expect(await files.revocations.lift('release-agent', 'dana')).toBe(true);
    expect(await files.revocations.active()).toEqual([]);
    expect(await files.revocations.list()).toEqual([
      { ...revocation(), at: later(-1).toISOString(), liftedAt: now.toISOString(), liftedBy: 'dana' },
    ]);
    now = later(1);
    await files.revocations.add(revocation({ reason: 'Once more' }));
    expect(await files.revocations.active()).toMatchObject([{ reason: 'Once more' }]);
    expect(await files.revocations.list()).toHaveLength(2);
  });

  test('reinstate nobody who is not revoked, and never a token or a session', async () => {
    await files.revocations.add(revocation({ kind: 'session', subject: 'ses_1' }));
    expect(await files.revocations.lift('release-agent', 'dana')).toBe(false);
    await expect(files.revocations.lift('ses_1', 'dana')).rejects.toMatchObject({ code: 'invalid-field' });
    expect(await files.revocations.active()).toHaveLength(1);
  });

  test('of tokens and sessions end after 61 days, of agents never', async () => {
    await files.revocations.add(revocation());
    await files.revocations.add(revocation({ kind: 'token', subject: 'tok_1' }));
    now = later(61 * 24 - 1);
    expect(await files.revocations.active()).toHaveLength(2);
    now = later(1);
    expect(await files.revocations.active()).toMatchObject([{ kind: 'agent' }]);
    await files.revocations.add(revocation({ kind: 'token', subject: 'tok_1' }));
    expect(await files.revocations.active()).toHaveLength(2);
  });

  test.each([
    ['no reason', { reason: '' }],
    ['no subject', { subject: '' }],
    ['a kind nobody knows', { kind: 'tenant' as 'agent' }],
    ['a time that is none', { at: 'now' }],
    ['a subject without end', { subject: 'x'.repeat(601) }],
  ])('refuse %s and write nothing', async (_, more) => {
    await expect(files.revocations.add(revocation(more))).rejects.toMatchObject({ code: 'invalid-field' });
    expect(await readdir(join(folder, 'orders', 'revocations'))).toEqual([]);
  });

  test('keep names from outside out of paths', async () => {
    await files.revocations.add(revocation({ kind: 'token', subject: '../../../etc/passwd' }));
    const [name, ...others] = await readdir(join(folder, 'orders', 'revocations'));
    expect(name).toMatch(/^[0-9a-f]{40}\.json$/);
    expect(others).toEqual([]);
    expect(await files.revocations.active()).toMatchObject([{ subject: '../../../etc/passwd' }]);
  });
});

describe('order files that cannot be read', () => {
  const at = (name: string) => join(folder, 'orders', 'revocations', name);
  test.each([
    ['half a file', () => writeFile(at('a.json'), '{"kind":"agent"')],
    ['an unknown word', () => writeFile(at('a.json'), JSON.stringify({ ...revocation(), untill: 'x' }))],
    ['a file too large', () => writeFile(at('a.json'), ' '.repeat(20_000))],
    ['a folder', () => mkdir(at('a.json'))],
    ['no folder', () => rm(join(folder, 'orders'), { recursive: true })],
    [
      'more files than are ever read',
      () => Promise.all(Array.from({ length: 1_001 }, (_, index) => writeFile(at(`${index}.json`), '{}'))),
    ],
  ])('reject: %s', async (_, spoil) => {
    await files.revocations.add(revocation());
    await spoil();
    await expect(files.revocations.active()).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('count again when they are mended, and drafts never count', async () => {
    await writeFile(at('a.json'), '{');
    await expect(files.revocations.active()).rejects.toThrow('Cannot read revocations');
    await writeFile(at('a.json'), JSON.stringify(revocation()));
    await writeFile(at('.draft-1'), '{');
    expect(await files.revocations.active()).toEqual([revocation()]);
  });

  test('make room by forgetting what is over, and refuse when nothing is', async () => {
    const old = { ...revocation({ kind: 'token' }), liftedAt: now.toISOString(), liftedBy: 'op' };
    const write = (index: number, more: object) =>
      writeFile(at(`${index}.json`), JSON.stringify({ ...old, subject: `t${index}`, ...more }));
    const { liftedAt: _, liftedBy: __, ...inForce } = old;
    await Promise.all(
      Array.from({ length: 999 }, (_, index) =>
        writeFile(at(`${index}.json`), JSON.stringify({ ...inForce, subject: `t${index}` })),
      ),
    );
    await write(1_000, {});
    await files.revocations.add(revocation());
    expect(await files.revocations.active()).toHaveLength(1_000);
    await expect(files.revocations.add(revocation({ subject: 'other' }))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('wanted a database'),
    });
    expect(await files.revocations.active()).toHaveLength(1_000);
  });
});

describe('tool switches in files', () => {
  test('replace each other for the same tool and environment only', async () => {
    await files.switches.set(toolSwitch());
    await files.switches.set(toolSwitch({ environment: 'prod' }));
    await files.switches.set(toolSwitch({ state: 'read-only', by: 'dana' }));
    const active = await orderFiles(folder).switches.active();
    expect(active.map(({ environment, state }) => `${environment} ${state}`).toSorted()).toEqual([
      'all read-only',
      'prod off',
    ]);
    expect(await files.switches.list()).toHaveLength(3);
    expect((await files.switches.list()).filter(({ liftedBy }) => liftedBy === 'dana')).toHaveLength(1);
  });

  test('are removed for exactly the environment they were set for', async () => {
    await files.switches.set(toolSwitch());
    expect(await files.switches.remove('github', 'prod', 'dana')).toBe(false);
    expect(await files.switches.remove('stripe', 'all', 'dana')).toBe(false);
    expect(await files.switches.active()).toHaveLength(1);
    expect(await files.switches.remove('github', 'all', 'dana')).toBe(true);
    expect(await files.switches.remove('github', 'all', 'dana')).toBe(false);
    expect(await files.switches.active()).toEqual([]);
    expect(await files.switches.list()).toMatchObject([{ subject: 'github', liftedBy: 'dana' }]);
  });

  test.each([{ state: 'on' as 'off' }, { environment: 'test' as 'dev' }, { reason: '' }])(
    'refuse %j',
    async (more) => {
      await expect(files.switches.set(toolSwitch(more))).rejects.toMatchObject({ code: 'invalid-field' });
      expect(await files.switches.active()).toEqual([]);
    },
  );
});

describe('access on request in files', () => {
  test('is in force for its agent from its start until its end', async () => {
    await files.access.give(grant({ from: later(1).toISOString(), until: later(2).toISOString() }));
    const at = (when: Date, agent = 'release-agent') => files.access.inForce(agent, when);
    expect(await at(now)).toEqual([]);
    expect(await at(later(1))).toHaveLength(1);
    expect(await at(later(1), 'support-agent')).toEqual([]);
    expect(await at(later(2))).toEqual([]);
    expect(await files.access.find('req_a/0/do')).toMatchObject({ request: 'req_a' });
    expect(await files.access.find('req_b/0/do')).toBeUndefined();
  });

  test('is given once, and not again after it was revoked', async () => {
    await files.access.give(grant());
    await files.access.give(grant({ until: later(9).toISOString() }));
    expect(await files.access.list()).toEqual([grant()]);
    expect(await files.access.revoke('req_a/0/do', 'dana')).toBe(true);
    expect(await files.access.revoke('req_a/0/do', 'dana')).toBe(false);
    await files.access.give(grant());
    expect(await files.access.inForce('release-agent', now)).toEqual([]);
    expect(await files.access.find('req_a/0/do')).toMatchObject({ revokedBy: 'dana' });
  });

  test.each([{ agent: 'support-agent' }, { tool: 'github.delete_repository' }, { scope: 'github' }])(
    'refuses an id that gave something else: %j',
    async (more) => {
      await files.access.give(grant());
      await expect(files.access.give(grant(more))).rejects.toMatchObject({ code: 'key-reused' });
      expect(await files.access.list()).toEqual([grant()]);
    },
  );

  test('revokes nothing that is over or was never there', async () => {
    await files.access.give(grant());
    expect(await files.access.revoke('req_b/0/do', 'dana')).toBe(false);
    now = later(2);
    expect(await files.access.revoke('req_a/0/do', 'dana')).toBe(false);
  });

  test('lists the newest first, of one agent or of all', async () => {
    await files.access.give(grant());
    await files.access.give(grant({ id: 'b', agent: 'support-agent', from: later(1).toISOString() }));
    expect((await files.access.list()).map(({ id }) => id)).toEqual(['b', 'req_a/0/do']);
    expect((await files.access.list('release-agent')).map(({ id }) => id)).toEqual(['req_a/0/do']);
  });
});
