import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Environment } from '../../src/domain/facts.ts';
import { type Calendar, changeFreeze, openCalendar, readCalendar } from '../../src/policy/calendar.ts';
import { CONFIG } from './acme.ts';

function folderWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'calendar-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'calendar.yaml'), text);
  return folder;
}

const readText = (text: string): Calendar => readCalendar(folderWith(text));

const ONCE = `freezes:
  - { from: 2026-03-01T08:00:00Z, to: 2026-03-02T08:00:00Z, environment: prod, reason: Stocktaking }`;
const YEARLY = `freezes:
  - { from: 2025-12-20T00:00:00Z, to: 2026-01-02T00:00:00Z, environment: prod, yearly: true, reason: Christmas }`;

describe('changeFreeze()', () => {
  it.each<[string, string, Environment, string, string | undefined]>([
    ['the moment before', ONCE, 'prod', '2026-03-01T07:59:59.999Z', undefined],
    ['the first moment', ONCE, 'prod', '2026-03-01T08:00:00Z', 'Stocktaking'],
    ['the last moment', ONCE, 'prod', '2026-03-02T07:59:59.999Z', 'Stocktaking'],
    ['the first moment after', ONCE, 'prod', '2026-03-02T08:00:00Z', undefined],
    ['another environment', ONCE, 'staging', '2026-03-01T12:00:00Z', undefined],
    ['the year after a freeze that is not yearly', ONCE, 'prod', '2027-03-01T12:00:00Z', undefined],
    ['the year before a yearly one began', YEARLY, 'prod', '2024-12-24T12:00:00Z', undefined],
    ['its first year', YEARLY, 'prod', '2025-12-24T12:00:00Z', 'Christmas'],
    ['its first year after New Year', YEARLY, 'prod', '2026-01-01T12:00:00Z', 'Christmas'],
    ['the summer after', YEARLY, 'prod', '2026-07-01T12:00:00Z', undefined],
    ['its third year', YEARLY, 'prod', '2027-12-20T00:00:00Z', 'Christmas'],
    ['its third year after New Year', YEARLY, 'prod', '2028-01-01T23:59:59Z', 'Christmas'],
    ['the first moment after its third year', YEARLY, 'prod', '2028-01-02T00:00:00Z', undefined],
  ])('answers %s', (_, text, environment, now, reason) => {
    expect(changeFreeze(readText(text), environment, new Date(now))?.reason).toBe(reason);
  });

  it('finds no freeze in the example calendar today, and one at its Christmas', () => {
    const calendar = readCalendar(CONFIG);
    expect(changeFreeze(calendar, 'prod', new Date('2026-11-21T09:00:00Z'))).toBeUndefined();
    expect(changeFreeze(calendar, 'prod', new Date('2025-12-24T09:00:00Z'))?.reason).toBe(
      'Christmas trade 2025',
    );
    expect(changeFreeze(calendar, 'prod', new Date('2041-01-01T09:00:00Z'))?.reason).toBe('Christmas trade');
  });
});

describe('readCalendar()', () => {
  it('accepts a calendar without freezes', () => {
    expect(readText('freezes: []')).toEqual({ freezes: [] });
  });

  it.each([
    ['an end before the start', ONCE.replace('2026-03-02', '2026-02-02'), 'calendar.yaml freezes.0.to'],
    [
      'a day without time',
      ONCE.replace('2026-03-01T08:00:00Z', '2026-03-01'),
      'calendar.yaml freezes.0.from',
    ],
    ['a time without zone', ONCE.replace('08:00:00Z', '08:00:00'), 'calendar.yaml freezes.0.from'],
    ['an environment misspelt', ONCE.replace('prod', 'prdo'), 'calendar.yaml freezes.0.environment'],
    [
      'a freeze without a reason',
      ONCE.replace(', reason: Stocktaking', ''),
      'calendar.yaml freezes.0.reason',
    ],
    ['a key misspelt', ONCE.replace('reason:', 'raeson:'), 'calendar.yaml freezes.0'],
    [
      'a yearly freeze of over a year',
      YEARLY.replace('2026-01-02', '2026-12-21'),
      'calendar.yaml freezes.0.to',
    ],
    ['a file that is not YAML', 'freezes: [', 'calendar.yaml'],
  ])('refuses %s and names the field', (_, text, field) => {
    const problems = expect.arrayContaining([expect.objectContaining({ field })]);
    expect(() => readText(text)).toThrow(expect.objectContaining({ code: 'misconfigured', problems }));
  });

  it('refuses a folder without a calendar', () => {
    expect(() => readCalendar('/nonexistent')).toThrow(
      expect.objectContaining({
        code: 'misconfigured',
        message: 'Cannot read calendar: calendar.yaml cannot be read (ENOENT): wanted a text file',
      }),
    );
  });
});

describe('openCalendar()', () => {
  const during = new Date('2026-03-01T12:00:00Z');
  const MISCONFIGURED = expect.objectContaining({ code: 'misconfigured' });

  function opened(text: string) {
    const folder = folderWith(text);
    const calendar = openCalendar(folder);
    const file = join(folder, 'calendar.yaml');
    let seconds = 0;
    return {
      frozen: () => changeFreeze(calendar, 'prod', during)?.reason,
      write(changed: string) {
        writeFileSync(file, changed);
        seconds += 5;
        utimesSync(file, new Date(), new Date(Date.now() + seconds * 1_000));
      },
      remove: () => rmSync(file),
      calendar,
    };
  }

  it('sees a freeze written down later at the next question, and its end', () => {
    const { frozen, write } = opened('freezes: []');
    expect(frozen()).toBeUndefined();
    write(ONCE);
    expect(frozen()).toBe('Stocktaking');
    write('freezes: []');
    expect(frozen()).toBeUndefined();
  });

  it('reads an unchanged file once', () => {
    const { calendar } = opened(ONCE);
    expect(calendar.freezes).toBe(calendar.freezes);
  });

  it('answers nothing while the file is wrong or gone, and again once it is right', () => {
    const { frozen, write, remove } = opened('freezes: []');
    write('freezes: tomorrow');
    for (let times = 0; times < 2; times += 1) expect(frozen).toThrow(MISCONFIGURED);
    remove();
    for (let times = 0; times < 2; times += 1) expect(frozen).toThrow(MISCONFIGURED);
    write(ONCE);
    expect(frozen()).toBe('Stocktaking');
  });

  it('refuses to open a wrong calendar', () => {
    expect(() => openCalendar(folderWith('freezes: ['))).toThrow(MISCONFIGURED);
    expect(() => openCalendar('/nonexistent')).toThrow(MISCONFIGURED);
  });
});
