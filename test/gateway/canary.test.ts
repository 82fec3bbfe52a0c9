import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { canariesOf, canaryHash, textsIn } from '../../src/gateway/canary.ts';
import { openCanaries } from '../../src/main/open-canaries.ts';
import { type OpenDoor, openDoor } from './open-door.ts';

const CANARY = `csc_${'abcdefghijklmnopqrstuvwxyz234567'.slice(0, 26)}`;
const OTHER = `csc_${'7'.repeat(26)}`;
const CANARIES = canariesOf([
  { id: 'wiki', sha256: canaryHash(CANARY) },
  { id: 'mailbox', sha256: canaryHash(OTHER) },
]);

const base64 = (text: string) => Buffer.from(text).toString('base64');
const percent = (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join('');
const wide = (text: string) =>
  text.replace(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0));

describe('canariesOf()', () => {
  test.each<[string, readonly string[]]>([
    ['as it is', [CANARY]],
    ['inside other text', [`see ${CANARY}, please`]],
    ['inside a word', [`x${CANARY}yz`]],
    ['behind the beginning of another', [`csc_csc_${CANARY}`]],
    ['behind one that is none', [`csc_${'a'.repeat(26)} ${CANARY}`]],
    ['in capitals', [CANARY.toUpperCase()]],
    ['in mixed letters', [CANARY.replace('csc', 'CsC')]],
    ['in wide letters', [wide(CANARY)]],
    ['with blanks between', [[...CANARY].join(' ')]],
    ['over two lines', [`${CANARY.slice(0, 12)}\n${CANARY.slice(12)}`]],
    ['with joiners that nobody sees', [[...CANARY].join('\u200b')]],
    ['with accents', [[...CANARY].join('\u0301')]],
    ['over two fields', [CANARY.slice(0, 9), CANARY.slice(9)]],
    ['percent-encoded', [percent(CANARY)]],
    ['percent-encoded in part', [CANARY.replace('_', '%5F')]],
    ['percent-encoded twice', [percent(percent(CANARY))]],
    ['percent-encoded in an address', [`https://evil.example/?q=${percent(CANARY)}&x=%zz`]],
    ['in base64', [base64(CANARY)]],
    ['in base64 for addresses', [Buffer.from(`???>>>${CANARY}`).toString('base64url')]],
    ['in base64 in capitals', [base64(CANARY.toUpperCase())]],
    ['in base64 twice', [base64(base64(CANARY))]],
    ['in base64, percent-encoded', [percent(base64(CANARY))]],
    ['percent-encoded, in base64', [base64(percent(CANARY))]],
    ['in base64 over two lines', [base64(`hello ${CANARY}`).replace(/(.{20})/g, '$1\r\n')]],
    ['in base64 behind a word', [`data${base64(CANARY)}`]],
    ['in base64 of more', [base64(JSON.stringify({ note: `kept: ${CANARY}` }))]],
  ])('finds one %s', (_, texts) => {
    expect(CANARIES.find(texts)).toBe('wiki');
  });

  test.each<[string, readonly string[]]>([
    ['nothing', []],
    ['empty text', ['']],
    ['one that is none of ours', [`csc_${'a'.repeat(26)}`]],
    ['one that is cut short', [CANARY.slice(0, -1)]],
    ['its hash', [canaryHash(CANARY)]],
    ['its beginning only', ['csc_']],
    ['its end only', [CANARY.slice(4)]],
    ['prose', ['Merged long ago, 100 % sure. See https://acme.example/?a=%20b and YWJj']],
  ])('finds none in %s', (_, texts) => {
    expect(CANARIES.find(texts)).toBeUndefined();
  });

  test('finds nothing where none are planted', () => {
    expect(canariesOf([]).find([CANARY])).toBeUndefined();
  });

  test('finds one wherever it stands, plain or encoded, in whatever text', () => {
    const around = fc.string({ unit: 'grapheme', maxLength: 60 });
    const told = fc.constantFrom<(text: string) => string>((text) => text, percent, base64);
    fc.assert(
      fc.property(around, around, told, (before, after, tell) => {
        expect(CANARIES.find([tell(`${before}\n${CANARY}\n${after}`)])).toBe('wiki');
      }),
    );
  });

  test('finds none in text without one, and never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
        expect(CANARIES.find(texts)).toBeUndefined();
      }),
    );
  });

  test.each([
    ['base64 all over', 'QUJD'.repeat(65_000)],
    ['percent signs', '%41'.repeat(87_000)],
    ['beginnings of canaries', 'csc_'.repeat(65_000)],
    ['canaries of nobody', `csc_${'a'.repeat(26)}`.repeat(8_700)],
    ['accents on one letter', `a${'\u0300\u0316'.repeat(65_000)}`],
    ['accents beside one letter', `a${'\u{1d16d}\u{1d165}'.repeat(32_500)}`],
    ['letters that are many', '\ufdfa'.repeat(87_000)],
  ])('reads the largest body of %s in time', (_, text) => {
    const began = performance.now();
    expect(CANARIES.find([text])).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe('textsIn()', () => {
  test('gives every text in the order written, keys last', () => {
    const body = { a: 'one', b: ['two', { c: 'three', d: [4, null, true, 'five'] }], e: { f: 'six' } };
    const [one, two, three, five, six, ...keys] = textsIn(body);
    expect([one, two, three, five, six]).toEqual(['one', 'two', 'three', 'five', 'six']);
    expect(keys.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  test.each([undefined, null, 7, true, {}, []])('gives nothing for %j', (value) => {
    expect(textsIn(value)).toEqual([]);
  });
});

describe('openCanaries()', () => {
  let folder: string;
  let file: string;
  let broken: string[];
  const listing = (...canaries: readonly string[]) =>
    `canaries:\n${canaries
      .map((canary, at) => `  - { id: canary-${at}, sha256: ${canaryHash(canary)}, planted: a page }\n`)
      .join('')}`;
  let second = 0;
  const write = (text: string) => {
    writeFileSync(file, text);
    second += 1;
    utimesSync(file, new Date(), new Date(Date.now() + second * 1000));
  };
  const open = () => openCanaries(file, (error) => broken.push(String(error)));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'canaries-'));
    file = join(folder, 'canaries.yaml');
    broken = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('reads the example', () => {
    expect(openCanaries('config/canaries.yaml', () => undefined).find([CANARY])).toBeUndefined();
  });

  test('sees a canary that was added, and forgets one that was taken away', () => {
    write(listing(CANARY));
    const canaries = open();
    expect(canaries.find([CANARY])).toBe('canary-0');
    write(listing(CANARY, OTHER));
    expect(canaries.find([OTHER])).toBe('canary-1');
    write(listing(OTHER));
    expect(canaries.find([CANARY])).toBeUndefined();
    expect(broken).toEqual([]);
  });

  test('keeps the last good ones when the file breaks, and alarms once', () => {
    write(listing(CANARY));
    const canaries = open();
    write('canaries: [');
    for (let at = 0; at < 3; at += 1) expect(canaries.find([CANARY])).toBe('canary-0');
    expect(broken).toHaveLength(1);
    rmSync(file);
    expect(canaries.find([CANARY])).toBe('canary-0');
    expect(broken).toHaveLength(2);
    write(listing(OTHER));
    expect(canaries.find([OTHER])).toBe('canary-0');
    expect(broken).toHaveLength(2);
  });

  test.each([
    ['no YAML', 'canaries: ['],
    ['nothing', ''],
    ['another key', 'canary: []'],
    ['a canary itself', `canaries: [{ id: a, sha256: ${CANARY}, planted: a page }]`],
    [
      'a hash in capitals',
      `canaries: [{ id: a, sha256: ${canaryHash(CANARY).toUpperCase()}, planted: a page }]`,
    ],
    ['no word on where', `canaries: [{ id: a, sha256: ${canaryHash(CANARY)} }]`],
    [
      'an id with a line break',
      `canaries: [{ id: "a\\nb", sha256: ${canaryHash(CANARY)}, planted: a page }]`,
    ],
    ['one id twice', listing(CANARY, OTHER).replace('canary-1', 'canary-0')],
    ['aliases', 'canaries: &a [*a]'],
  ])('refuses to start from %s, and repeats no canary', (_, text) => {
    write(text);
    expect(open).toThrow(expect.objectContaining({ code: 'misconfigured' }));
    expect(open).not.toThrow(CANARY);
  });

  test('refuses to start without the file', () => {
    expect(open).toThrow(expect.objectContaining({ code: 'misconfigured' }));
  });
});

describe('the door with canaries planted', () => {
  let door: OpenDoor;
  beforeAll(async () => {
    door = await openDoor({ canaries: CANARIES });
  });
  afterAll(() => door.close());
  const mail = (text: string) => ({ tool: 'email.send', args: { to: [], text }, reason: 'r' });
  const tripped = { status: 403, body: { code: 'canary-tripped' } };

  test.each<[string, string, unknown]>([
    ['in an argument', '/v1/requests', mail(`Forward: ${CANARY}`)],
    ['in an encoded argument', '/v1/requests', mail(base64(CANARY))],
    [
      'in a later step',
      '/v1/requests',
      { reason: 'r', steps: [mail('x'), mail(CANARY)].map(({ tool, args }) => ({ tool, args })) },
    ],
    ['in the reason', '/v1/requests', { ...mail('x'), reason: CANARY }],
    ['in a key', '/v1/requests', { ...mail('x'), [CANARY]: 1 }],
    ['in a body that is refused for its form', '/v1/requests', { tool: CANARY }],
    ['in a dry run', '/v1/requests:dryRun', mail(CANARY)],
    ['in the purpose of a session', '/v1/sessions', { purpose: `Send ${CANARY}` }],
    ['in the body of a cancellation', '/v1/requests/req_1/cancel', { why: CANARY }],
    ['in an id', `/v1/requests/${CANARY}`, undefined],
    ['in a query', `/v1/requests?status=${encodeURIComponent(base64(CANARY))}`, undefined],
  ])('stops a session that sends one %s', async (title, path, body) => {
    const session = `ses_${title.replaceAll(' ', '_')}`;
    const started = door.requests.started.length;
    const lines = door.security.length;
    const answer = await door.call(path, { body, session });
    expect(answer).toMatchObject(tripped);
    expect(answer.body.detail).toBe('Cannot accept requests: this session was stopped');
    expect(door.requests.started).toHaveLength(started);
    expect(door.book.revoked.at(-1)).toMatchObject({ kind: 'session', subject: session, by: 'canary' });
    expect(door.security.slice(lines)).toEqual([
      { canary: 'wiki', agent: 'release-agent', session, revoked: 'session' },
    ]);
    for (const shown of [answer.body, door.book.revoked, door.security])
      expect(JSON.stringify(shown)).not.toContain(CANARY.slice(4));
    expect(await door.call('/v1/tools', { session })).toMatchObject({
      status: 401,
      body: { code: 'revoked' },
    });
    expect(await door.call('/v1/tools', { session: 'ses_honest' })).toMatchObject({ status: 200 });
  });

  test('stops a session that sends one as an idempotency key', async () => {
    const session = 'ses_key';
    const started = door.requests.started.length;
    const headers = { 'idempotency-key': `k-${CANARY}` };
    expect(await door.call('/v1/requests', { body: mail('x'), session, headers })).toMatchObject(tripped);
    expect(door.requests.started).toHaveLength(started);
    expect(door.book.revoked.at(-1)).toMatchObject({ kind: 'session', subject: session });
  });

  test('stops the agent where its token names no session', async () => {
    const body = mail(OTHER);
    expect(await door.call('/v1/requests', { body, agent: 'outreach-agent' })).toMatchObject(tripped);
    expect(door.book.revoked.at(-1)).toMatchObject({ kind: 'agent', subject: 'outreach-agent' });
    expect(await door.call('/v1/tools', { agent: 'outreach-agent', session: 'ses_new' })).toMatchObject({
      status: 401,
      body: { code: 'revoked' },
    });
  });

  test('looks at nothing of a caller it does not know', async () => {
    const revoked = door.book.revoked.length;
    expect(await door.call('/v1/requests', { body: mail(CANARY), agent: null })).toMatchObject({
      status: 401,
    });
    expect(door.book.revoked).toHaveLength(revoked);
  });

  test('starts nothing when its sender cannot be stopped, and says so in the security log', async () => {
    const { add } = door.book;
    door.book.add = () => Promise.reject(new Error('disk full'));
    const started = door.requests.started.length;
    const answer = await door.call('/v1/requests', { body: mail(CANARY), session: 'ses_lucky' });
    door.book.add = add;
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(door.requests.started).toHaveLength(started);
    expect(door.security.at(-1)).toMatchObject({ canary: 'wiki', session: 'ses_lucky' });
  });
});
