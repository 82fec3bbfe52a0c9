import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completed, entryFor, type Lock, lockPath, missingOptionals } from '../../scripts/complete-lock.ts';
import { root } from './sources.ts';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const lockText = readFileSync(lockPath, 'utf8');
const lock: Lock = JSON.parse(lockText);
const wanted = { ...manifest.dependencies, ...manifest.devDependencies };
const exact = /^\d+\.\d+\.\d+$/;

describe('versions', () => {
  it('Temporal packages are all of one exact version, in the manifest and in the lock', () => {
    const versions = Object.entries(wanted).filter(([name]) => name.startsWith('@temporalio/'));
    const [one = ''] = versions.map(([, version]) => version);
    expect(one).toMatch(exact);
    expect(versions.filter(([, version]) => version !== one)).toEqual([]);
    const locked = Object.entries(lock.packages).filter(([path]) =>
      /node_modules\/@temporalio\/[^/]+$/.test(path),
    );
    expect(locked.length).toBeGreaterThan(versions.length);
    expect(locked.filter(([, { version }]) => version !== one)).toEqual([]);
  });

  it.each([
    '@cedar-policy/cedar-wasm',
    'emulate',
    'kysely',
    '@electric-sql/pglite',
    'vitest',
    'tsx',
    'jose',
    'zod',
  ])('%s is pinned exactly', (name) => {
    expect(wanted[name]).toMatch(exact);
  });

  it('every dependency is in the lock', () => {
    expect(Object.keys(wanted).filter((name) => !(`node_modules/${name}` in lock.packages))).toEqual([]);
  });
});

describe('lock file', () => {
  it('lock file holds every optional package, so that npm ci takes it', () => {
    expect(missingOptionals(lock)).toEqual([]);
  });

  it('lock file names no host packages were fetched from', () => {
    expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });

  it('missingOptionals() finds what is absent at the top and beside the parent', () => {
    const packages = {
      '': {},
      'node_modules/a': {
        version: '1.0.0',
        optionalDependencies: { '@a/linux-x64-musl': '1.0.0', here: '2.0.0' },
      },
      'node_modules/a/node_modules/here': { version: '2.0.0' },
      'node_modules/b': { version: '1.0.0', optionalDependencies: { here: '2.0.0' } },
    };
    expect(missingOptionals({ packages }).map(({ wantedBy, name }) => [wantedBy, name])).toEqual([
      ['node_modules/a', '@a/linux-x64-musl'],
      ['node_modules/b', 'here'],
    ]);
  });

  it.each([
    ['@a/linux-x64-musl', { os: ['linux'], cpu: ['x64'], libc: ['musl'] }],
    ['@a/core-linux-arm-gnueabihf', { os: ['linux'], cpu: ['arm'], libc: ['glibc'] }],
    ['@a/cli-darwin-arm64', { os: ['darwin'], cpu: ['arm64'] }],
    ['@a/core-win32-x64-msvc', { os: ['win32'], cpu: ['x64'] }],
  ])('entryFor() reads the platform of %s', (name, platform) => {
    expect(entryFor({ wantedBy: 'node_modules/a', name, version: '1.2.3' }, { dev: true })).toEqual({
      version: '1.2.3',
      dev: true,
      optional: true,
      ...platform,
    });
  });

  it.each([
    ['plain-name', '1.0.0'],
    ['@a/linux-x64', '^1.0.0'],
  ])('entryFor() refuses to guess for %s@%s', (name, version) => {
    expect(() => entryFor({ wantedBy: '', name, version }, {})).toThrow('Cannot complete the lock');
  });

  it('completed() adds what is missing, changes nothing else and is done after one pass', () => {
    const packages = {
      'node_modules/a': { version: '1.0.0', optionalDependencies: { 'a-darwin-x64': '1.0.0' } },
      'node_modules/z': { version: '1.0.0' },
    };
    const full = completed({ packages });
    expect(Object.keys(full.packages)).toEqual([
      'node_modules/a',
      'node_modules/a-darwin-x64',
      'node_modules/z',
    ]);
    expect(full.packages).toMatchObject(packages);
    expect(completed(full)).toEqual(full);
  });
});
