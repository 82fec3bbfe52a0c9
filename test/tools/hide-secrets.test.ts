import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hideSecrets } from '../../src/tools/secrets/hide-secrets.ts';

/** Joined here, so that no scanner takes the samples for real ones. */
const j = (...parts: string[]) => parts.join('');
const alnum = (length: number) => 'aB3dE5gH7jK9mN1pQ2sT4vW6xY8z'.repeat(20).slice(0, length);
const hex = (length: number) => '0f1e2d3c4b5a69788796a5b4c3d2e1f0'.repeat(8).slice(0, length);

const CARD = '4242424242424242';
const FULL_WIDTH = [...CARD].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('');
const ARABIC = [...CARD].map((digit) => String.fromCodePoint(0x0660 + Number(digit))).join('');
const BOLD = [...CARD].map((digit) => String.fromCodePoint(0x1d7ce + Number(digit))).join('');

/** Some 100 ms on a machine of its own; compiling and collecting by threads beside it count too. */
const SLOW_MS = 2_000;

/** Time of the processor, because other tests run beside this one: the best of three. */
function cpuMs(work: () => void): number {
  const times = [1, 2, 3].map(() => {
    const begun = process.cpuUsage();
    work();
    return process.cpuUsage(begun).user / 1_000;
  });
  return Math.min(...times);
}

describe('hideSecrets()', () => {
  it.each([
    ['Visa in one', CARD],
    ['Visa in fours', '4242 4242 4242 4242'],
    ['Visa with dashes', '4000-0566-5566-5556'],
    ['Visa with dots', '4242.4242.4242.4242'],
    ['Visa of 19 digits', '4000000000000000006'.replace(/\d$/, '6')],
    ['Visa in pairs', '42 42 42 42 42 42 42 42'],
    ['Visa digit by digit', [...CARD].join(' ')],
    ['Mastercard', '5555 5555 5555 4444'],
    ['Mastercard of the 2 series', '2223003122003222'],
    ['American Express', '3782 822463 10005'],
    ['Diners', '3056 930902 5904'],
    ['Discover', '6011111111111117'],
    ['JCB', '3566 0020 2036 0505'],
    ['UnionPay', '6200000000000005'],
    ['full-width digits', FULL_WIDTH],
    ['Arabic digits', ARABIC],
    ['mathematical digits', BOLD],
    ['zero-width spaces inside', [...CARD].join('\u200b')],
    ['soft hyphens inside', '4242\u00ad4242\u00ad4242\u00ad4242'],
    ['a word joiner and a direction mark inside', '4242\u20604242\u202e42424242'],
    ['no-break spaces', '4242\u00a04242\u00a04242\u00a04242'],
    ['en dashes', '4242–4242–4242–4242'],
    ['a null character inside', '42424242\u000042424242'],
    ['a combining line under each digit', [...CARD].join('\u0332')],
  ])('takes out a card: %s', (_, card) => {
    expect(hideSecrets(`Paid with ${card}, thanks`)).toEqual({
      text: 'Paid with [withheld: card number], thanks',
      what: ['card number'],
    });
  });

  it('takes out a card that a word is glued to, and two cards beside each other', () => {
    expect(hideSecrets(`card${CARD}exp`).text).toBe('card[withheld: card number]exp');
    expect(hideSecrets(`${CARD} ${CARD}`).text).not.toContain('4242');
    expect(hideSecrets(`{"n":"${CARD}"}`).text).toBe('{"n":"[withheld: card number]"}');
  });

  it.each<readonly [string, string, string]>([
    ['American social security', '123-45-6789', 'national id'],
    ['American social security, named', 'SSN 123456789', 'national id'],
    ['British national insurance', 'AB 12 34 56 C', 'national id'],
    ['Italian codice fiscale', 'RSSMRA85T10A562S', 'national id'],
    ['Spanish DNI', '12345678Z', 'national id'],
    ['Spanish NIE', 'X1234567L', 'national id'],
    ['French social security', '1 85 05 78 006 084 91', 'national id'],
    ['Swiss AHV', '756.9217.0769.85', 'national id'],
    ['Brazilian CPF', '529.982.247-25', 'national id'],
    ['Chinese resident id', '11010519491231002X', 'national id'],
    ['Polish PESEL, named', 'PESEL: 44051401359', 'national id'],
    ['Swedish personnummer, named', 'personnummer 811228-9874', 'national id'],
    ['Danish CPR, named', 'CPR-nr. 070761-4285', 'national id'],
    ['German tax id, named', 'Steuer-ID 86 095 742 719', 'national id'],
    ['Dutch BSN, named', 'bsn=111222333', 'national id'],
    ['Indian Aadhaar, named', 'Aadhaar 2341 2341 2346', 'national id'],
    ['Norwegian, named in its own letters', 'fødselsnummer 01010750160', 'national id'],
    ['a passport, named', 'passport no: C01X00T47', 'national id'],
    ['a social security number in full width', '１２３-４５-６７８９', 'national id'],
    ['German IBAN', 'DE89 3704 0044 0532 0130 00', 'bank account number'],
    ['Belgian IBAN before words of its shape', 'BE68 5390 0754 7034', 'bank account number'],
    ['British IBAN in one', 'GB82WEST12345698765432', 'bank account number'],
    ['IBAN in small letters with dashes', 'nl91-abna-0417-1643-00', 'bank account number'],
  ])('takes out a number of a person: %s', (_, number, what) => {
    const hidden = hideSecrets(`It is ${number} paid to day`);
    expect(hidden.what).toEqual([what]);
    expect(hidden.text).toBe(`It is [withheld: ${what}] paid to day`);
  });

  it.each([
    ['GitHub, personal', j('gh', 'p_', alnum(36))],
    ['GitHub, server', j('gh', 's_', hex(48))],
    ['GitHub, fine-grained', j('github', '_pat_', alnum(22), '_', alnum(59))],
    ['GitLab', j('glp', 'at-', alnum(20))],
    ['Stripe, secret', j('sk', '_live_', alnum(24))],
    ['Stripe, restricted', j('rk', '_test_', alnum(99))],
    ['Stripe, webhook', j('wh', 'sec_', alnum(32))],
    ['Resend', j('re', '_', alnum(8), '_', alnum(24))],
    ['Resend of the emulator', j('re', '_', hex(48))],
    ['Slack, bot', j('xo', 'xb-', '123456789012-', alnum(24))],
    ['Slack, rotated', j('xo', 'xe.', 'xo', 'xp-1-', alnum(60))],
    ['Slack, app', j('xa', 'pp-1-A0123-', alnum(24))],
    ['Slack, webhook', j('hooks.slack', '.com/services/T0001/B0001/', alnum(24))],
    ['AWS', j('AK', 'IA', 'IOSFODNN7EXAMPLE')],
    ['AWS, role', j('AS', 'IA', 'IOSFODNN7EXAMPLE')],
    ['Google', j('AI', 'za', alnum(35))],
    ['Google, access', j('ya', '29.', alnum(80))],
    ['Anthropic', j('sk-', 'ant-api03-', alnum(60))],
    ['npm', j('npm', '_', alnum(36))],
    ['SendGrid', j('SG', '.', alnum(22), '.', alnum(43))],
    ['JWT', j('ey', 'JhbGciOiJFZERTQSJ9.', 'eyJzdWIiOiJhIn0.', alnum(86))],
    ['JWE', j('ey', 'JhbGciOiJkaXIifQ.', '.', alnum(16), '.', alnum(30), '.', alnum(22))],
    ['bearer', `Bearer ${alnum(20)}`],
    ['basic', `Basic dXNlcjpwYXNzMTIzNDU2`],
    ['labelled secret', `client_secret=${alnum(20)}`.replace('client_', '')],
    ['labelled password', 'password: hunter2x'],
    ['GitHub with a zero-width space inside', j('gh', 'p_', '\u200b', alnum(36))],
    ['GitHub in full width', j('ｇｈｐ＿', alnum(36))],
  ])('takes out a key: %s', (_, key) => {
    expect(hideSecrets(`Use ${key} for it`)).toEqual({
      text: 'Use [withheld: key or token] for it',
      what: ['key or token'],
    });
  });

  const pem = (kind: string, body = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n') =>
    j('-----BEGIN ', kind, 'PRIVATE KEY-----\n', body, '-----END ', kind, 'PRIVATE KEY-----');

  it.each([
    ['PKCS 8', pem('')],
    ['RSA', pem('RSA ')],
    ['OpenSSH', pem('OPENSSH ')],
    ['encrypted', pem('ENCRYPTED ')],
    ['in one line', pem('').replaceAll('\n', '\\n')],
    ['PGP', j('-----BEGIN PGP PRIVATE KEY', ' BLOCK-----\nxyz\n-----END PGP PRIVATE KEY', ' BLOCK-----')],
    ['with other dashes', pem('').replaceAll('-----', '—————')],
  ])('takes out a private key: %s', (_, key) => {
    expect(hideSecrets(`a ${key} b`)).toEqual({ text: 'a [withheld: private key] b', what: ['private key'] });
  });

  it('takes out half a private key with all that follows', () => {
    const half = pem('').slice(0, 60);
    expect(hideSecrets(`a ${half} and more`).text).toBe('a [withheld: private key]');
  });

  it.each([
    'http://localhost:3000/admin',
    'http://LOCALHOST./x',
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'https://10.1.2.3:8443/x?y=z',
    'http://172.31.255.1',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]:8080/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://0.0.0.0:9000/',
    'https://vault.service.internal/v1/x',
    'https://wiki.corp/page',
    'http://printer.local',
    'https://vault/v1/secret',
    'postgres://db.prod.internal:5432/app',
    'redis://10.0.0.9:6379',
    'http://user@10.0.0.1/',
    'http://example.com@10.0.0.1/',
    'http://１２７.０.０.１/',
    'http://127。0。0。1/',
    'http://local\u200bhost/',
    'http://%6cocalhost/',
    '169.254.169.254',
    '192.168.0.17',
    '10.0.0.5:8080',
    '::1',
    'fe80::a00:27ff:fe4e:66a1',
    'localhost:7233',
    'db.prod.internal:5432',
    'wiki.corp/page',
    'metadata.google.internal',
  ])('takes out an address of inside: %s', (address) => {
    const hidden = hideSecrets(`See ${address} now`);
    expect(hidden.what).toEqual(['internal address']);
    expect(hidden.text).not.toMatch(/\d\.\d|localhost|vault|admin|meta-data|wiki|db\./i);
  });

  it('takes out an address that carries a password, wherever it leads', () => {
    const { text } = hideSecrets('See https://alice:s3cr3t@files.example.com/x.');
    expect(text).toBe('See [withheld: address with a password].');
  });

  it.each([
    ['nothing', ''],
    ['a commit', '4b825dc642cb6eb9a060e54bf8d69288fbee4904'],
    ['a commit of digits', '1234567890123456789012345678901234567890'],
    ['a long hash', hex(64)],
    ['a UUID', '550e8400-e29b-41d4-a716-446655440000'],
    ['a UUID of digits', '42424242-4242-4242-4242-424242424242'],
    ['a mail at Resend', '49a3999c-0ce1-4ea6-ab68-afcd6dc2e794'],
    ['a customer', 'cus_NffrFeUfNV2Hib'],
    ['a payment', 'pi_3MtwBwLkdIwHu7ix28a3tqPa'],
    ['a refund', 're_3MtwBwLkdIwHu7ix28a3tqPa'],
    ['a refund of the emulator', 're_1'],
    ['a charge', 'ch_3MmlLrLkdIwHu7ix0snN0B15'],
    ['a subscription', 'sub_1MowQVLkdIwHu7ixeRlqHVzs'],
    ['a request', 'req_01jd7m3k5v9x2q4w6e8r0t2y4u'],
    ['a canary, which must come through to trip', 'csc_abcdefghijklmnopqrstuvwxyz'],
    ['a canary that is called a token', 'token: csc_abcdefghijklmnopqrstuvwx23'],
    ['a canary that is called a password', 'password=csc_abcdefghijklmnopqrstuvwx23'],
    ['a date', '2026-11-21'],
    ['a time', '2026-11-21T10:05:00.000Z'],
    ['a time with colons', '10:05:59'],
    ['a list of dates', '2026-11-21 2026-11-22 2026-11-23 2026-11-24'],
    ['milliseconds', '1795237260123'],
    ['microseconds', '1795237260123456'],
    ['a phone number', '+44 20 7946 0001'],
    ['an American phone number', '(415) 555-2671, 415-555-2671'],
    ['a German phone number in one', '+4915112345678'],
    ['a list of phone numbers', '+44 20 7946 0001, +44 20 7946 0002'],
    ['digits that fail Luhn', '4242424242424241'],
    ['digits of no card range', '9999999999999995'],
    ['twelve digits', '424242424242'],
    ['twenty digits', '42424242424242424242'],
    ['an amount', '1,234,567.89 EUR'],
    ['a version', 'v10.15.7 and 4.18.2-beta.1'],
    ['a version of four parts', 'v10.0.0.5'],
    ['a public address', '93.184.216.34 and 8.8.8.8'],
    ['a public URL', 'https://github.com/acme/webshop/pull/2#issuecomment-12345'],
    ['a public URL with a port', 'https://example.com:8443/x'],
    ['a public IPv6 address', 'https://[2001:db8::1]/'],
    ['a name of C++', 'std::a::b'],
    ['an app address', 'slack://channel?id=C1'],
    ['a file', '.env.local and tsconfig.internal'],
    ['a package', 'com.acme.internal.Foo'],
    ['a mail address', 'ada@customer.example'],
    ['a word about keys', 'Rotate the API key: see the handbook'],
    ['a word about passwords', 'password: required'],
    ['a word about bearers', 'the bearer of extraordinarily good news'],
    ['a word about SSN', 'The SSN field is required in 12 forms'],
    ['a key that is meant to be seen', j('pk', '_live_', alnum(24))],
    ['a public key', '-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----'],
    ['a branch', 'feature/PAY-1234_card-numbers-4242'],
    ['emoji and accents', 'Zoë liked it 👩‍💻 — naïve, 東京'],
  ])('leaves alone %s', (_, text) => {
    expect(hideSecrets(text)).toEqual({ text, what: [] });
    const sentence = `About ${text} then.`;
    expect(hideSecrets(sentence)).toEqual({ text: sentence, what: [] });
  });

  it('says each kind once, in order of appearance', () => {
    const { text, what } = hideSecrets(`${CARD} at 10.0.0.1 and ${CARD}`);
    expect(text).toBe('[withheld: card number] at [withheld: internal address] and [withheld: card number]');
    expect(what).toEqual(['card number', 'internal address']);
  });

  it('takes a text out whole that is full of secrets, so that it cannot grow', () => {
    expect(hideSecrets('::1 '.repeat(10_000))).toEqual({
      text: '[withheld: many secrets]',
      what: ['many secrets'],
    });
  });
});

const digits = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length });

/** Digits of a card range with the check digit they need. */
const card = fc
  .tuple(fc.constantFrom('4', '51', '55', '2223', '6011', '35'), digits(15))
  .map(([range, more]) => {
    const body = `${range}${more.join('')}`.slice(0, 15);
    const sum = [...body].reverse().reduce((total, digit, at) => {
      const doubled = at % 2 === 0 ? Number(digit) * 2 : Number(digit);
      return total + (doubled > 9 ? doubled - 9 : doubled);
    }, 0);
    return `${body}${(10 - (sum % 10)) % 10}`;
  });

const invisible = fc.constantFrom('', '\u200b', '\u200d', '\u2060', '\ufeff', '\u00ad', '\u0332', '\ufe0f');

describe('hideSecrets(), whatever comes', () => {
  it('never lets a card through, however its digits are drawn and spaced', () => {
    const row = fc.constantFrom(0x30, 0xff10, 0x0660, 0x0966, 0x1d7ce);
    const gap = fc.constantFrom('', ' ', '-', '\u00a0', '\u2011', '.');
    fc.assert(
      fc.property(
        card,
        row,
        gap,
        fc.array(invisible, { minLength: 16, maxLength: 16 }),
        (number, zero, between, noise) => {
          const drawn = [...number]
            .map((digit, at) => String.fromCodePoint(zero + Number(digit)) + (noise[at] ?? ''))
            .map((digit, at) => (at % 4 === 3 && at < 15 ? digit + between : digit))
            .join('');
          expect(hideSecrets(`no. ${drawn} ok`).what).toEqual(['card number']);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('leaves commit ids, UUIDs, times and phone numbers alone', () => {
    const sha = fc
      .array(fc.constantFrom(...'0123456789abcdef'), { minLength: 40, maxLength: 40 })
      .map((all) => all.join(''));
    const phone = fc
      .tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1_000_000, max: 999_999_999 }))
      .map(([country, number]) => `+${country}${number}`);
    const time = fc
      .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString());
    const seconds = fc.integer({ min: 946_684_800, max: 4_102_444_800 }).map(String);
    const milliseconds = fc.integer({ min: 946_684_800_000, max: 2_000_000_000_000 }).map(String);
    fc.assert(
      fc.property(fc.oneof(sha, fc.uuid(), phone, time, seconds, milliseconds), (text) => {
        expect(hideSecrets(`see ${text}, ok`)).toEqual({ text: `see ${text}, ok`, what: [] });
      }),
      { numRuns: 5_000 },
    );
  });

  it('finds nothing more in what it gives back, and changes nothing where it finds nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), card, (noise, number) => {
        const once = hideSecrets(`${noise} ${number}`);
        expect(hideSecrets(once.text)).toEqual({ text: once.text, what: [] });
        const alone = hideSecrets(noise);
        if (alone.what.length === 0) expect(alone.text).toBe(noise);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['digits', '4'],
    ['spaced digits', '4 '],
    ['dashes', '-'],
    ['letters', 'a'],
    ['account beginnings', 'DE89 '],
    ['dots', 'a.'],
    ['colons', '1:'],
    ['schemes', 'http:'],
    ['addresses', 'http://a.b/ '],
    ['beginnings of keys', `-----BEGIN RSA PRIVATE`],
    ['tokens', 'eyJaaaaaaaa.'],
    ['ssn', 'ssn '],
    ['secret=', 'secret='],
    ['bearer', 'bearer  '],
    ['dotted digits', '1.2.3.4.'],
    ['cards', '4242 4242 4242 4242 4242 '],
    ['zero-width', '\u200b4'],
    ['ligatures', 'ﷺ'],
  ])('is done with 64 KiB of %s in a time that no text makes long', (_, unit) => {
    const text = unit.repeat(Math.ceil(65_536 / Buffer.byteLength(unit)));
    expect(cpuMs(() => hideSecrets(text))).toBeLessThan(SLOW_MS);
  });

  it('is done with as many bytes in many short texts in as short a time', () => {
    const texts = Array.from({ length: 16_000 }, () => '1');
    expect(cpuMs(() => texts.map(hideSecrets))).toBeLessThan(SLOW_MS);
  });

  it.each(['::1', '0.0.0.0', 'ssh://x', 'a.lan/b'])('takes out an address as short as %s', (address) => {
    expect(hideSecrets(address)).toEqual({
      text: '[withheld: internal address]',
      what: ['internal address'],
    });
  });
});
