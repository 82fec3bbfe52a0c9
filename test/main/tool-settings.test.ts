import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { CountersignError } from '../../src/domain/errors.ts';
import { isSwitchable, readToolSettings } from '../../src/main/tool-settings.ts';

const MAIL = {
  from: 'agents@acme.example',
  draftsInbox: 'agents@acme.example',
  internalDomains: ['acme.example'],
};
const LINE = { subject: 'github', state: 'read-only', environment: 'prod', reason: 'Migration' };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tools-'));
});
afterEach(() => rm(folder, { recursive: true }));

const file = () => join(folder, 'tools.yaml');
const write = (more: object) => writeFile(file(), stringify({ disabled: [], mail: MAIL, ...more }));

async function problemsOf(more: object): Promise<readonly string[]> {
  await write(more);
  try {
    readToolSettings(folder);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: 'misconfigured' });
    return (error as CountersignError).problems.map(({ field, problem }) => `${field}: ${problem}`);
  }
}

describe('readToolSettings()', () => {
  test('reads the example organisation, which switches nothing off', () => {
    expect(readToolSettings('config')).toMatchObject({ disabled: [], switches: [] });
  });

  test('reads the example in the comment of the example organisation', async () => {
    const text = await readFile('config/tools.yaml', 'utf8');
    const example = /(?:^# {2,}.*\n)+(?=\nswitches)/m.exec(text)?.[0].replaceAll(/^# {3}/gm, '  ');
    await writeFile(file(), text.replace('switches: []', `switches:\n${example}`));
    expect(readToolSettings(folder).switches).toMatchObject([{ subject: 'github', state: 'read-only' }]);
  });

  test('gives switches as orders of the configuration, since the file was written', async () => {
    const since = new Date('2026-11-20T08:00:00.000Z');
    await write({ switches: [LINE, { subject: 'email.send', state: 'off', reason: 'Spam' }] });
    await utimes(file(), since, since);
    const order = { by: 'configuration', at: since.toISOString() };
    expect(readToolSettings(folder).switches).toEqual([
      { ...LINE, ...order },
      { subject: 'email.send', state: 'off', environment: 'all', reason: 'Spam', ...order },
    ]);
  });

  test('takes a file without switches', async () => {
    await write({});
    expect(readToolSettings(folder).switches).toEqual([]);
  });

  test.each([
    [
      'an unknown tool',
      { subject: 'github.delete_everything' },
      'switches.0.subject: is no tool and no provider',
    ],
    ['an unknown provider', { subject: 'gitlab' }, 'switches.0.subject: is no tool and no provider'],
    ['everything at once', { subject: '*' }, 'switches.0.subject: is no tool and no provider'],
    ['an unknown state', { state: 'on' }, 'switches.0.state: wanted off or read-only'],
    ['an unknown place', { environment: 'test' }, 'switches.0.environment: wanted all, prod, staging or dev'],
    ['no reason', { reason: '' }, 'switches.0.reason: is empty'],
    ['a novel', { reason: 'x'.repeat(161) }, 'switches.0.reason: is longer than 160 characters'],
  ])('refuses a switch with %s', async (_, more, problem) => {
    expect(await problemsOf({ switches: [{ ...LINE, ...more }] })).toContain(`tools.yaml ${problem}`);
  });

  test('refuses a switch that is named twice, and a word nobody knows', async () => {
    expect(await problemsOf({ switches: [LINE, { ...LINE, state: 'off' }] })).toEqual([
      'tools.yaml switches: names a subject twice for one environment',
    ]);
    expect(await problemsOf({ switches: [{ ...LINE, until: 'tomorrow' }] })).toHaveLength(1);
    expect(await problemsOf({ switches: [LINE, { ...LINE, environment: 'dev' }] })).toEqual([]);
  });
});

describe('isSwitchable()', () => {
  test.each(['github', 'github.delete_branch', 'stripe', 'email.send'])('knows %s', (subject) => {
    expect(isSwitchable(subject)).toBe(true);
  });
  test.each(['', 'githu', 'github.', 'GitHub', 'github.delete_branch ', '*', 'constructor'])(
    'does not know %j',
    (subject) => {
      expect(isSwitchable(subject)).toBe(false);
    },
  );
});
