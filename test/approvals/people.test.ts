import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDirectory } from '../../src/approvals/directory.ts';
import { loadOrganisation, organisationReader } from '../../src/approvals/people.ts';
import { ACME, agent, person } from './acme.ts';

const PEOPLE = `
groups: [{ id: platform, title: Platform }]
people:
  - { id: alice, name: Alice, groups: [platform], timeZone: Europe/Berlin, slack: { user: U0ALICE } }
  - { id: dana, name: Dana, groups: [platform], active: false, timeZone: Europe/Prague, slack: { team: T0ACME, user: U0DANA } }
`;
const AGENTS = `
agents: [{ id: release-agent, title: Release agent, owner: dana, profile: release, environment: prod, maxTier: 2 }]
`;
const OKTA = '{ issuer: "https://acme.okta.example", subject: 0oa1 }';
/** An agent for each list of identities. */
const agentsKnownAs = (...identities: readonly string[]) =>
  `agents:\n${identities
    .map(
      (known, at) =>
        `  - { id: agent-${at}, title: A, owner: dana, profile: release, environment: prod, maxTier: 2, identities: [${known}] }\n`,
    )
    .join('')}`;
const SLACK = `
team: T0ACME
app: A0COUNTERSIGN
approvals: C0APPROVALS
notices: { agent-notices: C0NOTICES }
`;

/** People of whom Alice has these hours. */
const hoursOfAlice = (hours: string) => ({
  'people.yaml': PEOPLE.replace('slack: { user: U0ALICE }', `hours: [{ ${hours} }]`),
});

let folder: string;

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  const all = { 'people.yaml': PEOPLE, 'agents.yaml': AGENTS, 'slack.yaml': SLACK, ...files };
  await Promise.all(Object.entries(all).map(([file, text]) => writeFile(join(folder, file), text)));
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'organisation-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('loadOrganisation()', () => {
  it('reads people, agents and Slack places, filling in defaults', async () => {
    await write({});
    const { people, agents, slack } = await loadOrganisation(folder);
    expect(people[0]).toMatchObject({ active: true, slack: { team: 'T0ACME', user: 'U0ALICE' } });
    expect(people[1]).toMatchObject({ active: false });
    expect(agents[0]).toMatchObject({ owner: 'dana', suspended: false, tenant: 'main', identities: [] });
    expect(slack).toEqual({
      team: 'T0ACME',
      app: 'A0COUNTERSIGN',
      approvalsChannel: 'C0APPROVALS',
      channels: { 'agent-notices': 'C0NOTICES' },
    });
  });

  it.each([
    ['nobody where no group is named', '', [undefined, undefined]],
    ['the members of the group that is named', 'operators: platform', [true, true]],
    ['nobody where the group has no members', 'operators: ops', [undefined, undefined]],
  ])('makes operators of %s', async (_, line, wanted) => {
    const groups = PEOPLE.replace('title: Platform }', 'title: Platform }, { id: ops, title: Ops }');
    await write({ 'people.yaml': `${line}\n${groups}` });
    const { people } = await loadOrganisation(folder);
    expect(people.map(({ operator }) => operator)).toEqual(wanted);
  });

  it('reads the hours of a person, and nothing where none are said', async () => {
    const hours = 'hours: [{ days: [mon, fri], from: "08:30", to: "24:00" }], onCall: true';
    await write({ 'people.yaml': PEOPLE.replace('slack: { user: U0ALICE }', hours) });
    const [alice, dana] = (await loadOrganisation(folder)).people;
    expect(alice).toMatchObject({
      hours: [{ days: ['mon', 'fri'], fromMinutes: 510, toMinutes: 1440 }],
      onCall: true,
    });
    expect(dana).not.toHaveProperty('hours');
  });

  it('reads the example organisation', async () => {
    const { people, agents } = await loadOrganisation('config');
    expect(people.map((one) => one.id)).toEqual(
      expect.arrayContaining(['alice', 'bob', 'carol', 'dana', 'ivan']),
    );
    expect(agents.map((one) => one.id)).toEqual(
      expect.arrayContaining(['release-agent', 'support-agent', 'outreach-agent']),
    );
  });

  const broken: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    [
      'an unknown group',
      { 'people.yaml': PEOPLE.replace('groups: [platform], timeZone', 'groups: [root], timeZone') },
      /group "root" is not defined/,
    ],
    [
      'an unknown owner',
      { 'agents.yaml': AGENTS.replace('dana', 'nobody') },
      /owner "nobody" is not a person/,
    ],
    [
      'a person twice',
      { 'people.yaml': PEOPLE.replace('id: dana', 'id: alice') },
      /"alice" appears more than once/,
    ],
    [
      'one Slack user for two people (T9)',
      { 'people.yaml': PEOPLE.replace('U0DANA', 'U0ALICE') },
      /"T0ACME\/U0ALICE" appears more than once/,
    ],
    [
      'a group of operators that there is not',
      { 'people.yaml': `operators: root\n${PEOPLE}` },
      /people\.yaml\/operators: group "root" is not defined/,
    ],
    ['a misspelt key', { 'people.yaml': PEOPLE.replace('active', 'aktive') }, /aktive/],
    [
      'an offset for a time zone',
      { 'people.yaml': PEOPLE.replace('Europe/Prague', '"+01:00"') },
      /IANA time/,
    ],
    ['hours on no day', hoursOfAlice('days: [], from: "09:00", to: "17:00"'), /hours\/0\/days/],
    ['a day misspelt', hoursOfAlice('days: [mon, thr], from: "09:00", to: "17:00"'), /hours\/0\/days\/1/],
    ['hours without an end', hoursOfAlice('days: [mon], from: "09:00"'), /hours\/0\/to/],
    [
      'hours that end when they begin',
      hoursOfAlice('days: [mon], from: "09:00", to: "09:00"'),
      /another time/,
    ],
    [
      'no hours as an empty list',
      { 'people.yaml': PEOPLE.replace('slack: { user: U0ALICE }', 'hours: []') },
      /hours/,
    ],
    [
      'an unknown time zone',
      { 'people.yaml': PEOPLE.replace('Europe/Berlin', 'Mars/Olympus') },
      /IANA time zone/,
    ],
    [
      'one identity for two agents',
      { 'agents.yaml': agentsKnownAs(OKTA, OKTA) },
      /"https:\/\/acme\.okta\.example 0oa1" appears more than once/,
    ],
    [
      'one identity twice for one agent',
      { 'agents.yaml': agentsKnownAs(`${OKTA}, ${OKTA}`) },
      /"https:\/\/acme\.okta\.example 0oa1" appears more than once/,
    ],
    [
      'an identity without a subject',
      { 'agents.yaml': agentsKnownAs('{ issuer: "https://acme.okta.example" }') },
      /agents\.yaml\/agents\/0\/identities\/0\/subject/,
    ],
    [
      'an identity with an empty subject',
      { 'agents.yaml': agentsKnownAs(OKTA.replace('0oa1', '""')) },
      /identities\/0\/subject/,
    ],
    [
      'an identity with blanks, which could read as another one',
      { 'agents.yaml': agentsKnownAs(OKTA.replace('0oa1', '"0oa1 "')) },
      /identities\/0\/subject: wanted visible ASCII/,
    ],
    [
      'a tenant that is no id',
      { 'agents.yaml': AGENTS.replace('maxTier: 2', 'maxTier: 2, tenant: "a/b"') },
      /agents\.yaml\/agents\/0\/tenant/,
    ],
    ['a missing team', { 'slack.yaml': SLACK.replace('team: T0ACME', '') }, /slack\.yaml\/team/],
    ['YAML that is none', { 'agents.yaml': 'agents: [' }, /agents\.yaml/],
    ['YAML aliases', { 'agents.yaml': 'agents: &a [*a]' }, /agents\.yaml/],
    ['an empty file', { 'people.yaml': '' }, /people\.yaml/],
  ];
  it.each(broken)('refuses %s', async (_, files, message) => {
    await write(files);
    await expect(loadOrganisation(folder)).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringMatching(message),
    });
  });

  it('reports the problems of all files together', async () => {
    await write({
      'agents.yaml': AGENTS.replace('maxTier: 2', 'maxTier: 9'),
      'slack.yaml': 'team: T0ACME',
      'people.yaml': '[]',
    });
    const error = await loadOrganisation(folder).catch((one: unknown) => one);
    const fields = (error as { problems: { field: string }[] }).problems.map(
      (one) => one.field.split('/')[0],
    );
    expect(new Set(fields)).toEqual(new Set(['people.yaml', 'agents.yaml', 'slack.yaml']));
  });

  it('refuses a folder without files', async () => {
    await expect(loadOrganisation(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'misconfigured' });
  });
});

describe('organisationReader()', () => {
  it('sees a person deactivated in the file at the next question', async () => {
    await write({});
    const directory = createDirectory(organisationReader(folder));
    expect((await directory.person('alice'))?.active).toBe(true);
    const file = join(folder, 'people.yaml');
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace('name: Alice,', 'name: Alice, active: false,'),
    );
    await utimes(file, new Date(), new Date(Date.now() + 5_000));
    expect((await directory.person('alice'))?.active).toBe(false);
  });

  it('rejects while the files are wrong or gone, so that nobody is eligible (T14)', async () => {
    await write({});
    const read = organisationReader(folder);
    await read();
    await write({ 'people.yaml': 'people: oops, groups: none' });
    await expect(read()).rejects.toMatchObject({ code: 'misconfigured' });
    await rm(join(folder, 'people.yaml'));
    await expect(read()).rejects.toThrow(/ENOENT/);
  });
});

describe('createDirectory()', () => {
  const alice = { team: 'T0ACME', user: 'U0ALICE' };

  it('finds people by id, group and Slack identity', async () => {
    const directory = createDirectory(ACME);
    expect((await directory.person('alice'))?.name).toBe('Alice');
    expect((await directory.members('finance')).map((one) => one.id)).toEqual(['carol', 'dan']);
    expect((await directory.personBySlack(alice))?.id).toBe('alice');
    expect((await directory.agent('release-agent'))?.owner).toBe('dana');
  });

  describe('agentByIdentity()', () => {
    const okta = { issuer: 'https://acme.okta.example', subject: '0oa1' };
    const known = agent('release-agent', 'dana', [okta]);

    it('finds the agent of an identity', async () => {
      const directory = createDirectory({ ...ACME, agents: [agent('other', 'dana'), known] });
      expect((await directory.agentByIdentity(okta))?.id).toBe('release-agent');
    });

    it.each([
      ['the subject at another issuer', { ...okta, issuer: 'https://evil.example' }],
      ['another subject', { ...okta, subject: '0oa2' }],
      ['the subject in capitals', { ...okta, subject: '0OA1' }],
      ['the issuer with a slash', { ...okta, issuer: 'https://acme.okta.example/' }],
      ["the agent's own id", { ...okta, subject: 'release-agent' }],
      ['nothing', { issuer: '', subject: '' }],
    ])('knows nobody for %s', async (_, identity) => {
      const directory = createDirectory({ ...ACME, agents: [known] });
      expect(await directory.agentByIdentity(identity)).toBeUndefined();
    });

    it('trusts no configuration that gives one identity to two agents', async () => {
      const agents = [known, agent('other', 'dana', [okta])];
      expect(await createDirectory({ ...ACME, agents }).agentByIdentity(okta)).toBeUndefined();
    });
  });

  describe('personByIdentity()', () => {
    const acme = { issuer: 'https://id.acme.example', subject: '0042' };
    const known = person('alice', ['platform'], { identities: [acme] });
    const directory = createDirectory({ ...ACME, people: [known, person('bob', [])] });

    it('knows the person whom the identity provider names', async () => {
      expect((await directory.personByIdentity(acme))?.id).toBe('alice');
    });

    it.each([
      ['the subject at another issuer', { ...acme, issuer: 'https://evil.example' }],
      ['another subject', { ...acme, subject: '42' }],
      ["the person's own id", { ...acme, subject: 'alice' }],
      ['nothing', { issuer: '', subject: '' }],
    ])('knows nobody for %s', async (_, identity) => {
      expect(await directory.personByIdentity(identity)).toBeUndefined();
    });

    it('trusts no configuration that gives one identity to two people', async () => {
      const people = [known, person('eve', [], { identities: [acme], active: false })];
      expect(await createDirectory({ ...ACME, people }).personByIdentity(acme)).toBeUndefined();
    });
  });

  it.each([
    ['a user of another workspace', { team: 'T0EVIL', user: 'U0ALICE' }],
    ['a guest', { team: 'T0ACME', user: 'U0GUEST' }],
    ['our own bot (T6)', { team: 'T0ACME', user: 'U0COUNTERSIGN' }],
    ['an empty user', { team: 'T0ACME', user: '' }],
  ])('knows nobody for %s', async (_, identity) => {
    expect(await createDirectory(ACME).personBySlack(identity)).toBeUndefined();
  });

  it('uses linked identities, and trusts none that contradicts another (T9)', async () => {
    const linkedTo = (id: string) => createDirectory(ACME, { personFor: async () => id });
    expect((await linkedTo('bob').personBySlack({ team: 'T0ACME', user: 'U9NEW' }))?.id).toBe('bob');
    expect((await linkedTo('alice').personBySlack(alice))?.id).toBe('alice');
    expect(await linkedTo('bob').personBySlack(alice)).toBeUndefined();
    expect(await linkedTo('gone').personBySlack(alice)).toBeUndefined();
  });

  it('trusts no configuration that gives one Slack user to two people', async () => {
    const people = [person('alice', []), person('eve', [], { slack: alice })];
    expect(await createDirectory({ ...ACME, people }).personBySlack(alice)).toBeUndefined();
  });

  it('rejects when the links cannot be read', async () => {
    const directory = createDirectory(ACME, { personFor: () => Promise.reject(new Error('down')) });
    await expect(directory.personBySlack(alice)).rejects.toThrow('down');
  });
});
