import { describe, expect, it } from 'vitest';
import { createLoggers, type LoggerOptions, scrub } from '../../src/process/logger.ts';

/** Loggers that write into arrays of parsed lines. */
function logInto(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const securityLines: string[] = [];
  const loggers = createLoggers({
    level: 'info',
    destination: { write: (line) => lines.push(line) },
    securityDestination: { write: (line) => securityLines.push(line) },
    ...options,
  });
  return { ...loggers, lines, securityLines };
}

describe('createLoggers()', () => {
  it('createLoggers() writes one JSON line per entry with time and level', () => {
    const { log, lines } = logInto();
    log.info({ request: 'req_1' }, 'asked');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 30,
      request: 'req_1',
      msg: 'asked',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(lines[0]).toMatch(/\n$/);
  });

  it('createLoggers() keeps the security log apart, and no level silences it', () => {
    const { log, security, lines, securityLines } = logInto({ level: 'silent' });
    log.error('operational');
    security.info({ person: 'dan' }, 'refused');
    expect(lines).toEqual([]);
    expect(JSON.parse(securityLines[0] ?? '')).toMatchObject({
      stream: 'security',
      person: 'dan',
      msg: 'refused',
    });
  });

  it.each([
    { token: 'canary' },
    { headers: { authorization: 'Bearer canary' } },
    { req: { headers: { authorization: 'Bearer canary', cookie: 'canary' } } },
    { options: { clientOptions: { botToken: 'canary', signingSecret: 'canary' } } },
    { vendor: { apiKey: 'canary' } },
    { body: { response_url: 'https://hooks.example/canary' } },
    { settings: { databaseUrl: 'canary' } },
  ])('createLoggers() blanks fields named like a secret in %j', (fields) => {
    const { log, lines } = logInto();
    log.info(fields, 'x');
    expect(lines[0]).not.toContain('canary');
    expect(lines[0]).toContain('[redacted]');
  });

  it('createLoggers() blanks known secrets wherever they turn up: message, error, stack, child', () => {
    const { log, security, lines, securityLines } = logInto({ secrets: ['s3cret', 'line one\nline two'] });
    log.error({ err: new Error('refused s3cret') }, 'with s3cret');
    log.child({ part: 's3cret' }).info({ deep: [{ text: 'line one\nline two' }] }, 'x');
    security.info('s3cret');
    expect([...lines, ...securityLines].join('')).not.toMatch(/s3cret|line one/);
    for (const line of [...lines, ...securityLines]) expect(() => JSON.parse(line)).not.toThrow();
  });
});

describe('scrub()', () => {
  const made = (head: string, tail: string): string => `${head}${tail}`;
  it.each([
    made('xox', 'b-1234567890-abcdef'),
    made('xap', 'p-1-A0B1C2D3-999'),
    made('gh', `p_${'a'.repeat(36)}`),
    made('github', `_pat_${'b'.repeat(40)}`),
    made('sk_', `live_${'c'.repeat(24)}`),
    made('re_', 'abcdefgh_abcdefghijklmnop'),
    made('eyJ', 'hbGciOiJF.eyJzdWIiOiJ4.c2lnbmF0dXJl'),
  ])('scrub() blanks a credential by its shape: %s', (credential) => {
    expect(scrub(`the vendor said "${credential}" is bad`)).toBe('the vendor said "[redacted]" is bad');
  });

  it('scrub() blanks the password of a URL and keeps the rest readable', () => {
    expect(scrub('cannot reach postgresql://user:pa-ss.word@db:5432/x')).toBe(
      'cannot reach postgresql://user:[redacted]@db:5432/x',
    );
  });

  it('scrub() blanks a private key in PEM', () => {
    expect(scrub(`key ${'-----BEGIN PRIVATE'} KEY-----MC4CAQ-----END PRIVATE KEY----- end`)).toBe(
      'key [redacted] end',
    );
  });

  it.each([
    'req_01JD',
    'C0APPROVALS',
    'https://host:8080/path@2',
    'user@host.example',
    'sha256-abc',
    'eyJ is a prefix',
  ])('scrub() leaves %s as it is', (text) => {
    expect(scrub(text)).toBe(text);
  });
});
