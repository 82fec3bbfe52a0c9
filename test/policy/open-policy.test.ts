import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { FieldProblem } from '../../src/domain/errors.ts';
import { type OpenPolicy, openPolicy } from '../../src/policy/open-policy.ts';
import { until } from '../support/until.ts';
import { AUTHORITY, factsOf, GATES, NAMES, PERMISSIONS, SCOPES, TIERS } from './sample.ts';

const EVERY_MS = 25;
const STRICTER = `${AUTHORITY}
@id("no-looking") @owner("leads") @reason("Nobody looks today.")
forbid (principal, action == Action::"crm.look", resource);`;
const WRONG = AUTHORITY.replace('principal.suspended', 'principal.suspendd');

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

function writeBundle(folder: string, authority = AUTHORITY): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'permissions.yaml'), PERMISSIONS);
  writeFileSync(join(folder, 'authority.cedar'), authority);
  writeFileSync(join(folder, 'gates.cedar'), GATES);
  writeFileSync(join(folder, 'tiers.yaml'), TIERS);
  writeFileSync(join(folder, 'scopes.yaml'), SCOPES);
}

/** An open policy on a folder of its own, and everything it told. */
async function opened(folder = freshFolder(), names = async () => NAMES) {
  const loaded: string[] = [];
  const refused: (readonly FieldProblem[])[] = [];
  const policy = await openPolicy(
    { folder, names },
    {
      everyMs: EVERY_MS,
      onLoaded: ({ version }) => loaded.push(version),
      onRefused: (problems) => refused.push(problems),
    },
  );
  undo.push(() => policy.close());
  const write = (text: string) => writeFileSync(join(folder, 'authority.cedar'), text);
  return { folder, policy, loaded, refused, write };
}

function freshFolder(): string {
  const above = mkdtempSync(join(tmpdir(), 'open-policy-'));
  undo.push(() => rmSync(above, { recursive: true, force: true }));
  writeBundle(join(above, 'policy'));
  return join(above, 'policy');
}

const look = (policy: OpenPolicy) => policy.decide(factsOf('crm.look')).effect;

/** Resolves when the folder was looked at a good many times since. */
async function someLooks(): Promise<void> {
  const from = performance.now();
  await until('several looks', () => performance.now() - from > 8 * EVERY_MS);
}

describe('openPolicy()', () => {
  it('puts a changed bundle in force, and says so once', async () => {
    const { policy, loaded, refused, write } = await opened();
    const before = policy.version;
    expect(look(policy)).toBe('allow');
    write(STRICTER);
    await until('the change', () => look(policy) === 'deny');
    await someLooks();
    expect(policy.version).not.toBe(before);
    expect(policy.decide(factsOf('crm.look'))).toMatchObject({ policyVersion: policy.version });
    expect(loaded).toEqual([policy.version]);
    expect(refused).toEqual([]);
  });

  it('changes nothing for a wrong bundle, and names every problem of each content once', async () => {
    const { policy, loaded, refused, write, folder } = await opened();
    const before = policy.version;
    write(WRONG);
    writeFileSync(join(folder, 'scopes.yaml'), 'scopes: []');
    await until('the alarm', () => refused.length === 1);
    utimesSync(join(folder, 'authority.cedar'), new Date(), new Date(Date.now() + 5_000));
    await someLooks();
    expect(refused).toHaveLength(1);
    expect(JSON.stringify(refused[0])).toMatch(/suspendd.*/);
    expect(JSON.stringify(refused[0])).toContain('scopes.yaml');
    expect([policy.version, look(policy), loaded]).toEqual([before, 'allow', []]);
    write(`${WRONG}\n// Still wrong.`);
    await until('the alarm for the other content', () => refused.length === 2);
    expect([policy.version, look(policy), loaded]).toEqual([before, 'allow', []]);
  });

  it('puts a repaired bundle in force', async () => {
    const { policy, loaded, refused, write } = await opened();
    write(WRONG);
    await until('the alarm', () => refused.length === 1);
    write(STRICTER);
    await until('the repair', () => look(policy) === 'deny');
    expect(loaded).toEqual([policy.version]);
  });

  it('says that all is well when a wrong change is taken back, and alarms again when it returns', async () => {
    const { policy, loaded, refused, write } = await opened();
    write(WRONG);
    await until('the alarm', () => refused.length === 1);
    write(AUTHORITY);
    await until('the all-clear', () => loaded.length === 1);
    expect(loaded).toEqual([policy.version]);
    write(WRONG);
    await until('the second alarm', () => refused.length === 2);
  });

  it('goes on with what is in force while the folder is gone, and follows it when it is back', async () => {
    const { policy, refused, folder } = await opened();
    renameSync(folder, `${folder}-away`);
    await until('the alarm', () => refused.length === 1);
    expect(JSON.stringify(refused[0])).toContain('ENOENT');
    expect(look(policy)).toBe('allow');
    renameSync(`${folder}-away`, folder);
    writeFileSync(join(folder, 'authority.cedar'), STRICTER);
    await until('the change', () => look(policy) === 'deny');
  });

  it('sees a mounted folder whose link is swapped, as Kubernetes does', async () => {
    const folder = join(freshFolder(), '..', 'mounted');
    writeBundle(join(folder, '..2026_11_21'));
    writeBundle(join(folder, '..2026_11_22'), STRICTER);
    symlinkSync('..2026_11_21', join(folder, '..data'));
    for (const file of ['permissions.yaml', 'authority.cedar', 'gates.cedar', 'tiers.yaml', 'scopes.yaml'])
      symlinkSync(join('..data', file), join(folder, file));
    const { policy, refused } = await opened(folder);
    expect(look(policy)).toBe('allow');
    symlinkSync('..2026_11_22', join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    await until('the change', () => look(policy) === 'deny');
    expect(refused).toEqual([]);
  });

  it('does not read what is still being written', async () => {
    const { policy, refused, write } = await opened();
    const from = performance.now();
    // A write in every look, and each but the last half a rule.
    await until('the end of the burst', () => {
      write(STRICTER.slice(0, -1 - Math.ceil(Math.random() * 40)));
      return performance.now() - from > 10 * EVERY_MS;
    });
    write(STRICTER);
    await until('the change', () => look(policy) === 'deny');
    expect(refused.length).toBeLessThanOrEqual(3);
  });

  it('follows the names of the organisation, which change without the folder', async () => {
    let names = { ...NAMES };
    const { policy, loaded, refused } = await opened(freshFolder(), async () => names);
    const before = policy.version;
    names = { ...NAMES, groups: NAMES.groups.filter((group) => group !== 'leads') };
    await until('the alarm about the group', () => refused.length === 1);
    expect(JSON.stringify(refused[0])).toContain('leads');
    expect(policy.version).toBe(before);
    names = { ...NAMES, groups: [...NAMES.groups, 'bosses'] };
    await until('the new group', () => loaded.length === 1);
    expect(policy.version).not.toBe(before);
  });

  it('goes on with what is in force while the organisation cannot be read', async () => {
    let broken = false;
    const names = async () => {
      if (broken) throw new Error('people.yaml is half a file');
      return NAMES;
    };
    const { policy, loaded, refused } = await opened(freshFolder(), names);
    broken = true;
    await until('the alarm', () => refused.length === 1);
    expect(refused[0]).toEqual([{ field: 'policy', problem: expect.stringContaining('half a file') }]);
    expect(look(policy)).toBe('allow');
    broken = false;
    await until('the all-clear', () => loaded.length === 1);
  });

  it('keeps a pinned bundle as it was', async () => {
    const { policy, write } = await opened();
    const pinned = policy.pinned();
    write(STRICTER);
    await until('the change', () => look(policy) === 'deny');
    expect(pinned.version).not.toBe(policy.version);
    expect(pinned.decide(factsOf('crm.look'))).toMatchObject({
      effect: 'allow',
      policyVersion: pinned.version,
    });
    expect(policy.pinned().version).toBe(policy.version);
  });

  it('answers everything from the bundle in force', async () => {
    const { policy, folder } = await opened();
    const reader = { name: 'crm.erase' };
    expect([policy.mayAsk('reader', reader), [...policy.mentions('crm.look')]]).toEqual([false, []]);
    const line = PERMISSIONS.split('\n').find((one) => one.includes('clerk-erases')) ?? '';
    const erases = line.replace('clerk-erases', 'reader-erases').replace('profile: clerk', 'profile: reader');
    writeFileSync(join(folder, 'permissions.yaml'), `${PERMISSIONS}${erases}\n`);
    const holiday = STRICTER.replace(
      'action == Action::"crm.look", resource)',
      'action, resource) when { context.holiday }',
    );
    writeFileSync(join(folder, 'authority.cedar'), holiday);
    await until('the change', () => policy.mayAsk('reader', reader));
    expect([...policy.mentions('crm.look')]).toEqual(['holiday']);
    expect(policy.permissions).toHaveLength(9);
  });

  it('stops looking when it is closed', async () => {
    const { policy, loaded, write } = await opened();
    policy.close();
    write(STRICTER);
    await someLooks();
    expect([look(policy), loaded]).toEqual(['allow', []]);
  });

  it('refuses a first bundle that is wrong', async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, 'authority.cedar'), WRONG);
    await expect(opened(folder)).rejects.toMatchObject({ code: 'misconfigured' });
    await expect(opened('/nonexistent')).rejects.toMatchObject({ code: 'misconfigured' });
  });
});
