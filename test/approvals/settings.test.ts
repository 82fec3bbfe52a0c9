import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadOrganisation, organisationReader } from '../../src/approvals/people.ts';

const FILES = ['people.yaml', 'agents.yaml', 'slack.yaml', 'approvals.yaml'];
const ALERTS = 'alerts: { channel: operators }';
const REVIEW = 'review: { group: finance-leads }';
const GLASS = 'breakGlass: { group: platform, people: 3, minutes: 5, channel: agent-notices }';
const WHOLE = [ALERTS, REVIEW, GLASS].join('\n');

let folder: string;
const write = (text: string) => writeFile(join(folder, 'approvals.yaml'), text);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settings-'));
  await Promise.all(FILES.map((file) => cp(join('config', file), join(folder, file))));
});
afterEach(() => rm(folder, { recursive: true }));

describe('loadOrganisation() with approvals.yaml', () => {
  it('reads what is settled beside the rules', async () => {
    await write(WHOLE);
    expect((await loadOrganisation(folder)).approvals).toEqual({
      alerts: { channel: 'operators' },
      review: { group: 'finance-leads' },
      breakGlass: { group: 'platform', people: 3, minutes: 5, channel: 'agent-notices' },
    });
  });

  it('asks for two people and fifteen minutes where nothing is said', async () => {
    await write(`${REVIEW}\nbreakGlass: { group: platform, channel: operators }`);
    expect((await loadOrganisation(folder)).approvals.breakGlass).toMatchObject({ people: 2, minutes: 15 });
  });

  it.each([
    ['the file', () => rm(join(folder, 'approvals.yaml'))],
    ['everything in it', () => write('{}')],
  ])('knows no emergency and no channel for alerts without %s', async (_, without) => {
    await without();
    expect((await loadOrganisation(folder)).approvals).toEqual({});
  });

  it.each([
    ['an emergency for one person alone', WHOLE.replace('people: 3', 'people: 1'), 'breakGlass/people: '],
    ['an emergency for half a person', WHOLE.replace('people: 3', 'people: 2.5'), 'breakGlass/people: '],
    ['an emergency of hours', WHOLE.replace('minutes: 5', 'minutes: 61'), 'breakGlass/minutes: '],
    ['an emergency of no time', WHOLE.replace('minutes: 5', 'minutes: 0'), 'breakGlass/minutes: '],
    [
      'an emergency that nobody hears of',
      WHOLE.replace(', channel: agent-notices', ''),
      'breakGlass/channel: ',
    ],
    ['an emergency that nobody reviews', GLASS, 'review: wanted the group that reviews'],
    ['an emergency group that is none', WHOLE.replace('platform', 'root'), 'breakGlass/group: "root" is not'],
    [
      'an emergency channel that is none',
      WHOLE.replace('agent-notices', 'hall'),
      'breakGlass/channel: "hall"',
    ],
    [
      'an alert channel by its id',
      WHOLE.replace('channel: operators', 'channel: C0OPERATORS'),
      'alerts/channel: ',
    ],
    ['an alert channel that is none', WHOLE.replace('operators', 'hall'), 'alerts/channel: "hall" is not'],
    [
      'a review group that is none',
      WHOLE.replace('finance-leads', 'nobody'),
      'review/group: "nobody" is not',
    ],
    ['a misspelt key', WHOLE.replace('alerts', 'allerts'), 'allerts'],
    ['a misspelt key within', WHOLE.replace('minutes', 'minute'), 'minute'],
    ['an empty file', '', 'approvals.yaml'],
  ])('refuses %s', async (_, text, message) => {
    await write(text);
    await expect(loadOrganisation(folder)).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining(message),
    });
  });
});

describe('organisationReader() and approvals.yaml', () => {
  it('follows the file as it appears, changes and goes', async () => {
    await rm(join(folder, 'approvals.yaml'));
    const read = organisationReader(folder);
    expect((await read()).approvals).toEqual({});
    await write(ALERTS);
    expect((await read()).approvals).toEqual({ alerts: { channel: 'operators' } });
    await write(`${ALERTS}\n${REVIEW}`);
    expect((await read()).approvals.review).toEqual({ group: 'finance-leads' });
    await rm(join(folder, 'approvals.yaml'));
    expect((await read()).approvals).toEqual({});
  });
});
