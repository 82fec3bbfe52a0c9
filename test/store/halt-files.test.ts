import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Halts } from '../../src/domain/ports.ts';
import { fileHalts } from '../../src/store/halt-files.ts';
import type { HaltBook } from '../../src/store/halts.ts';
import { HALTS_MAX, mergeHalts } from '../../src/store/halts.ts';
import { haltsContract } from './halts.contract.ts';
import { aHalt } from './samples.ts';

const NOW = new Date('2026-11-21T12:30:00.000Z');

let dataDir: string;
let halts: HaltBook;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'countersign-halts-'));
  await mkdir(join(dataDir, 'halts'));
  halts = fileHalts(dataDir);
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const put = (name: string, content: unknown) =>
  writeFile(join(dataDir, 'halts', name), typeof content === 'string' ? content : JSON.stringify(content));

haltsContract('halts in files', () => halts);

describe('fileHalts()', () => {
  test('active() is empty while the folder is', async () => {
    expect(await halts.active(NOW)).toEqual([]);
  });

  test('active() reads a halt typed by hand under any name', async () => {
    const halt = aHalt({ scope: 'everything', subject: '*' });
    await put('please stop', halt);
    expect(await halts.active(NOW)).toEqual([halt]);
    expect(await halts.lift(halt.id, 'bob')).toBe(true);
    expect(await halts.active(NOW)).toEqual([]);
    expect(await readdir(join(dataDir, 'halts'))).toEqual(['please stop']);
  });

  test('active() ignores drafts only', async () => {
    await put('.draft', 'half a ha');
    expect(await halts.active(NOW)).toEqual([]);
  });

  test.each([
    ['empty', ''],
    ['half written', '{"id":"stop","scope":"every'],
    ['no object', '"stop everything"'],
    ['a list', [aHalt()]],
    ['without a reason', { ...aHalt(), reason: undefined }],
    ['with an empty reason', aHalt({ reason: '' })],
    ['with a scope that is none', { ...aHalt(), scope: 'all' }],
    ['with a key misspelt', { ...aHalt(), untill: '2026-11-22T00:00:00Z' }],
    ['with a date that is none', { ...aHalt(), until: 'tomorrow' }],
    ['with an end without a time zone', { ...aHalt(), until: '2026-11-22T00:00:00' }],
    ['on everything but for one subject', aHalt({ scope: 'everything', subject: 'release-agent' })],
    ['on any agent', aHalt({ scope: 'agent', subject: '*' })],
    ['lifted by nobody', { ...aHalt(), liftedAt: '2026-11-21T12:00:00Z' }],
    ['with an id that is a path', aHalt({ id: '../../etc/passwd' })],
    ['far too large', JSON.stringify({ ...aHalt(), reason: 'x'.repeat(20_000) })],
  ])('active() rejects when a file is %s, and names it', async (_, content) => {
    await put('good.json', aHalt());
    await put('bad.json', content);
    await expect(halts.active(NOW)).rejects.toMatchObject({
      name: 'CountersignError',
      code: 'unavailable',
      message: expect.stringContaining(join('halts', 'bad.json')),
    });
    await expect(halts.list()).rejects.toThrow(/is no halt/);
  });

  test('active() rejects for a folder among the files, and for a link to nothing', async () => {
    await mkdir(join(dataDir, 'halts', 'folder'));
    await expect(halts.active(NOW)).rejects.toMatchObject({ code: 'unavailable' });
    await rm(join(dataDir, 'halts', 'folder'), { recursive: true });
    await symlink('/nowhere', join(dataDir, 'halts', 'link'));
    await expect(halts.active(NOW)).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('active() rejects when the folder is missing, which is not the same as empty', async () => {
    await rm(join(dataDir, 'halts'), { recursive: true });
    await expect(halts.active(NOW)).rejects.toThrow(/is unreadable/);
  });

  test('active() rejects beyond the number it would read', async () => {
    await Promise.all(Array.from({ length: HALTS_MAX + 1 }, (_, index) => put(`${index}.json`, '')));
    await expect(halts.active(NOW)).rejects.toThrow(/wanted at most 1000/);
  });

  test('add() makes the folder, leaves no draft, and works with nothing else running', async () => {
    const fresh = fileHalts(join(dataDir, 'new'));
    const halt = aHalt({ scope: 'everything', subject: '*' });
    await fresh.add(halt);
    expect(await readdir(join(dataDir, 'new', 'halts'))).toEqual([`${halt.id}.json`]);
    expect(await fresh.active(NOW)).toEqual([halt]);
  });

  test('add() and lift() reject with our error where the folder cannot be', async () => {
    await put('file', '');
    const nowhere = fileHalts(join(dataDir, 'halts', 'file'));
    await expect(nowhere.add(aHalt())).rejects.toMatchObject({
      name: 'CountersignError',
      code: 'unavailable',
    });
    await expect(nowhere.lift('halt_1', 'bob')).rejects.toMatchObject({
      name: 'CountersignError',
      code: 'unavailable',
    });
  });

  test.each([
    ['an id that is a path', { id: '../escape' }, '/id'],
    ['no reason', { reason: '' }, '/reason'],
    ['everything with a subject', { scope: 'everything', subject: 'x' } as const, '/subject'],
  ])('add() refuses %s and names the field', async (_, change, field) => {
    await expect(halts.add(aHalt(change))).rejects.toMatchObject({
      code: 'invalid-field',
      problems: [{ field, problem: expect.any(String) }],
    });
    expect(await readdir(join(dataDir, 'halts'))).toEqual([]);
  });
});

describe('mergeHalts()', () => {
  const fixed = (...list: Awaited<ReturnType<Halts['active']>>): Halts => ({ active: async () => list });
  const broken: Halts = { active: () => Promise.reject(new Error('unreadable')) };
  const [one, two] = [aHalt(), aHalt()];

  test.each([
    ['none', fixed(), fixed(), []],
    ['one of the first', fixed(one), fixed(), [one]],
    ['one of the second', fixed(), fixed(two), [two]],
    ['one each', fixed(one), fixed(two), [one, two]],
    ['the same in both', fixed(one), fixed(one, two), [one, two]],
  ])('gives %s', async (_, a, b, expected) => {
    expect(await mergeHalts(a, b).active(NOW)).toEqual(expected);
  });

  test.each([
    ['first', broken, fixed(one)],
    ['second', fixed(one), broken],
  ])('rejects when the %s cannot be read, whatever the other says', async (_, a, b) => {
    await expect(mergeHalts(a, b).active(NOW)).rejects.toThrow('unreadable');
  });
});
