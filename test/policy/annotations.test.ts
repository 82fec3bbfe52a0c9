import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAnnotations } from '../../src/policy/annotations.ts';
import { CONFIG } from './acme.ts';

const COMMON = { id: 'erase', owner: 'desk', reason: 'Erasing needs two leads.' };
const APPROVAL = { ...COMMON, gate: 'approval', tier: 'high', approvers: 'leads', quorum: '2' };
const H = 3_600_000;

const read = (written: Readonly<Record<string, string>>) => readAnnotations('gates', written);

/** Everything that a gate may say, by its kind. */
const WHOLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  approval: {
    ...{ ...APPROVAL, ttl: '4h', escalate: 'desk' },
    ...{ fallback: 'platform', needs: 'reason', editor: 'may-approve' },
  },
  notify: { ...COMMON, gate: 'notify', channel: 'notices' },
  downscope: { ...COMMON, gate: 'downscope', to: 'mail.draft' },
};

/** The annotations that the head of a file of rules explains to its authors. */
function documented(file: string): ReadonlySet<string> {
  const text = readFileSync(join(CONFIG, 'policy', file), 'utf8');
  const head = text.slice(0, text.search(/^@/m));
  return new Set([...head.matchAll(/@([a-z]+)/g)].flatMap(([, name]) => name ?? []));
}

describe('annotations that gates.cedar documents', () => {
  const names = documented('gates.cedar');

  it('are exactly those that gates may have', () => {
    const known = Object.values(WHOLE).flatMap((written) => Object.keys(written));
    expect([...names].sort()).toEqual([...new Set(known)].sort());
  });

  it.each(Object.entries(WHOLE))('are accepted on a gate of the kind %s', (_, written) => {
    expect(read(written)).toMatchObject({ problems: [] });
  });

  const misspelt = Object.entries(WHOLE).flatMap(([kind, written]) =>
    Object.keys(written).flatMap((name) => [
      { kind, name, wrong: `${name}s` },
      { kind, name, wrong: name.slice(0, -1) },
      { kind, name, wrong: name.toUpperCase() },
    ]),
  );
  it.each(misspelt)('are refused on $kind as @$wrong instead of @$name', ({ kind, name, wrong }) => {
    const { [name]: value = '', ...others } = WHOLE[kind] ?? {};
    const { annotations, problems } = read({ ...others, [wrong]: value });
    expect(annotations).toBeUndefined();
    // A gate that does not say its kind is not told what it may say.
    if (name !== 'gate') expect(problems.join()).toContain(`an annotation @${wrong}`);
  });

  it.each(['ttl', 'escalate', 'fallback', 'needs', 'editor'])('may leave @%s out', (name) => {
    const { [name]: _, ...others } = WHOLE.approval ?? {};
    expect(read(others)).toMatchObject({ problems: [] });
  });

  it.each(['tier', 'approvers', 'quorum', 'owner', 'reason', 'id'])('must say @%s', (name) => {
    const { [name]: _, ...others } = WHOLE.approval ?? {};
    expect(read(others).problems).toEqual([expect.stringContaining(`has no @${name}: wanted`)]);
  });

  it.each(['ttl', 'escalate', 'fallback', 'needs', 'editor', 'approvers'])(
    'are of approvals only where @%s is one',
    (name) => {
      const value = WHOLE.approval?.[name] ?? '';
      for (const written of [WHOLE.notify, WHOLE.downscope])
        expect(read({ ...written, [name]: value }).problems).toEqual([
          `has an annotation @${name}: wanted none of that name here`,
        ]);
      expect(readAnnotations('authority', { ...COMMON, [name]: value }).problems).toHaveLength(1);
    },
  );
});

describe('readAnnotations() on an approval', () => {
  const five = (word: (index: number) => string) => Array.from({ length: 5 }, (_, at) => word(at)).join(', ');

  it.each([
    ['one group', { approvers: 'leads' }, { approvers: ['leads'] }],
    ['two groups', { approvers: 'leads, desk' }, { approvers: ['leads', 'desk'] }],
    ['groups without blanks', { approvers: 'leads,desk' }, { approvers: ['leads', 'desk'] }],
    ['five groups', { approvers: five((at) => `g${at}`) }, { approvers: ['g0', 'g1', 'g2', 'g3', 'g4'] }],
    ['a group later', { escalate: 'desk' }, { escalate: [{ group: 'desk' }] }],
    [
      'a group at a time',
      { escalate: 'desk after 90m' },
      { escalate: [{ group: 'desk', afterMs: 1.5 * H }] },
    ],
    [
      'groups at their times',
      { escalate: 'desk after 1h, platform after 3h' },
      {
        escalate: [
          { group: 'desk', afterMs: H },
          { group: 'platform', afterMs: 3 * H },
        ],
      },
    ],
    ['five later groups', { escalate: five((at) => `g${at} after ${at + 1}h`) }, { quorum: 2 }],
    ['a wait', { ttl: '2d' }, { ttlMs: 48 * H }],
    ['a fallback', { fallback: 'desk' }, { fallback: 'desk' }],
    ['a reason', { needs: 'reason' }, { needs: 'reason' }],
    ['an editor who may approve', { editor: 'may-approve' }, { editor: 'may-approve' }],
  ])('reads %s', (_, more, expected) => {
    expect(read({ ...APPROVAL, ...more })).toMatchObject({ annotations: expected, problems: [] });
  });

  it.each([
    ['no group', { approvers: '' }, '2 to 5 different ones'],
    ['a group and nothing', { approvers: 'leads,' }, '2 to 5 different ones'],
    ['a group twice', { approvers: 'leads, desk, leads' }, '2 to 5 different ones'],
    ['groups without a comma', { approvers: 'leads desk' }, '2 to 5 different ones'],
    ['six groups', { approvers: 'a, b, c, d, e, f' }, '2 to 5 different ones'],
    ['approvers with times', { approvers: 'leads, desk after 1h' }, '2 to 5 different ones'],
    ['nobody later', { escalate: '' }, 'a group, or up to 5'],
    ['two later groups without times', { escalate: 'desk, platform' }, 'a group, or up to 5'],
    ['a later group without a time', { escalate: 'desk, platform after 3h' }, 'a group, or up to 5'],
    ['times without groups', { escalate: 'after 3h' }, 'a group, or up to 5'],
    ['times that shrink', { escalate: 'desk after 3h, platform after 1h' }, 'each later than the one before'],
    ['times that stay', { escalate: 'desk after 3h, platform after 3h' }, 'each later than the one before'],
    ['six later groups', { escalate: `${five((at) => `g${at} after ${at + 1}h`)}, g5 after 6h` }, 'up to 5'],
    ['a time that is none', { escalate: 'desk after soon' }, 'after each "after" a duration'],
    ['a time of nothing', { escalate: 'desk after 0h' }, 'after each "after" a duration'],
    ['a time below zero', { escalate: 'desk after -1h' }, 'after each "after" a duration'],
    ['a time as a share', { escalate: 'desk after 50%' }, 'after each "after" a duration'],
    ['another word for after', { escalate: 'desk in 3h' }, 'a group, or up to 5'],
    ['a wait of nothing', { ttl: '0h' }, 'a duration'],
    ['no fallback by an empty one', { fallback: '' }, 'a group'],
    ['another need', { needs: 'reasons' }, '"reason", or no such annotation'],
    ['no need by a word', { needs: 'nothing' }, '"reason", or no such annotation'],
    ['a permission in other words', { editor: 'true' }, '"may-approve", or no such annotation'],
    ['a prohibition', { editor: 'may-not-approve' }, '"may-approve", or no such annotation'],
  ])('refuses %s', (_, more, wanted) => {
    const { annotations, problems } = read({ ...APPROVAL, ...more });
    expect(annotations).toBeUndefined();
    expect(problems).toEqual([expect.stringContaining(wanted)]);
  });
});
