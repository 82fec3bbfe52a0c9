import { generateKeyPairSync } from 'node:crypto';
import type { JWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { publicKeyOf } from '../../src/approvals/signing.ts';
import type { CountersignError } from '../../src/domain/errors.ts';
import { ALGORITHMS } from '../../src/gateway/issuer-keys.ts';
import { LOCAL_ISSUER } from '../../src/gateway/token.ts';
import { keysFromSettings } from '../../src/main/role-keys.ts';
import type { Settings } from '../../src/process/settings.ts';

const pair = generateKeyPairSync('ed25519');
const secret = pair.privateKey.export({ format: 'jwk' }) as JWK;
const pem = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const open = await publicKeyOf(secret);
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
const rsaPem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  format: 'pem',
  type: 'pkcs8',
});
const jwks = { keys: [open] };
const COMPANY = 'https://idp.acme.example';
const KEYS_AT = 'https://idp.acme.example/keys';

type Given = Omit<Settings['keys'], 'files'>;
const read = (keys: Given) => keysFromSettings({ keys: { files: {}, ...keys } });
const text = (value: unknown) => JSON.stringify(value);

/** The problems as "SETTING problem"; whatever is said must not hold key material. */
async function problemsOf(keys: Given): Promise<readonly string[]> {
  const error = await read(keys).then(
    () => undefined,
    (refused: CountersignError) => refused,
  );
  expect(error?.code).toBe('misconfigured');
  const said = JSON.stringify([error?.message, error?.problems, String(error?.cause)]);
  for (const part of [secret.d, secret.x, rsa.n]) expect(said).not.toContain(part);
  return (error?.problems ?? []).map(({ field, problem }) => `${field} ${problem}`);
}

describe('keysFromSettings()', () => {
  test('takes what a role was given and leaves the rest empty', async () => {
    const nothing = await read({});
    expect(nothing).toMatchObject({ sealPrivate: '', decisionPrivate: '', idSecret: '' });
    for (const keys of [nothing.issuers, nothing.sealPublic, nothing.decisionPublic])
      expect(keys()).toEqual([]);
    expect(await read({ sealPrivate: text(secret), decisionPrivate: pem, idSecret: 'i' })).toMatchObject({
      sealPrivate: secret,
      decisionPrivate: pem,
      idSecret: 'i',
    });
  });

  test.each([
    ['one JWK', open],
    ['a JWK set', jwks],
  ])('reads a public key as %s', async (_, given) => {
    const keys = await read({ sealPublic: text(given), decisionPublic: text(given) });
    expect(keys.sealPublic()).toEqual([open]);
    expect(keys.decisionPublic()).toEqual([open]);
  });

  test('reads a bare JWK set of agents as the one of our own issuer', async () => {
    const { issuers } = await read({ agentKeys: text(jwks) });
    expect(issuers()).toEqual([{ issuer: LOCAL_ISSUER, keys: { jwks } }]);
    expect(issuers()).toBe(issuers());
  });

  test.each([
    ['keys of other kinds', { jwks: { keys: [rsa, open] } }, { keys: { jwks: { keys: [rsa, open] } } }],
    ['an address of keys', { jwksUri: KEYS_AT }, { keys: { jwksUri: KEYS_AT } }],
    [
      'an address on this machine',
      { jwksUri: 'http://127.0.0.1:9/k' },
      { keys: { jwksUri: 'http://127.0.0.1:9/k' } },
    ],
    [
      'an audience and algorithms of its own',
      { jwksUri: KEYS_AT, audience: 'countersign-prod', algorithms: ['RS256'] },
      { keys: { jwksUri: KEYS_AT }, audience: 'countersign-prod', algorithms: ['RS256'] },
    ],
  ])('reads an issuer with %s, beside our own', async (_, given, wanted) => {
    const list = [
      { issuer: COMPANY, ...given },
      { issuer: LOCAL_ISSUER, jwks },
    ];
    expect((await read({ agentKeys: text(list) })).issuers()).toEqual([
      { issuer: COMPANY, ...wanted },
      { issuer: LOCAL_ISSUER, keys: { jwks } },
    ]);
  });

  const noEd25519 = 'has no Ed25519 key';
  const isSecret = 'holds a private or shared key, wanted public ones only';
  const noSigning = '"0/jwks" has no key that tokens are signed with';
  const eitherKeys = 'wants either "jwks" or "jwksUri"';
  const notSafe = 'is no https address without a name and password (or http on this machine)';
  const notListed = `is not one of ${ALGORITHMS.join(', ')}`;
  const at = (jwksUri: string) => [{ issuer: COMPANY, jwksUri }];
  const one = (more: object) => [{ issuer: COMPANY, jwks, ...more }];
  test.each<[string, unknown, string]>([
    ['is a sentence', 'keys, please', 'is no JWK set'],
    ['has a word for its keys', { keys: 'x' }, '"keys" is no list of JWKs'],
    ['is null', null, 'is no JWK set'],
    ['is an empty set', { keys: [] }, '"keys" is empty'],
    ['holds a private key', { keys: [secret] }, `"keys/0" ${isSecret}`],
    ['holds a shared key', { keys: [open, { kty: 'oct', k: 'c2VjcmV0' }] }, `"keys/1" ${isSecret}`],
    ['holds no key', { keys: ['x'] }, '"keys/0" is no JWK'],
    ['holds a key without a kind', { keys: [{ crv: 'Ed25519' }] }, '"keys/0/kty" has no "kty"'],
    ['holds no Ed25519 key', { keys: [rsa] }, noEd25519],
    ['holds a broken Ed25519 key', { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'short' }] }, noEd25519],
    ['holds too many keys', { keys: Array(21).fill(open) }, '"keys" has more than 20 keys'],
    ['is an empty list', [], 'is empty'],
    ['lists a set without its issuer', [{ jwks }], '"0/issuer" is missing'],
    ['lists an issuer without a name', one({ issuer: '' }), '"0/issuer" is empty'],
    ['lists an issuer without keys', [{ issuer: COMPANY }], `"0" ${eitherKeys}`],
    ['lists an issuer with both', one({ jwksUri: KEYS_AT }), `"0" ${eitherKeys}`],
    ['lists an address over plain HTTP', at('http://idp.acme.example/keys'), `"0/jwksUri" ${notSafe}`],
    [
      'lists a name that looks like this machine',
      at('http://localhost.acme.example/'),
      `"0/jwksUri" ${notSafe}`,
    ],
    ['lists an address with a password', at('https://u:p@idp.acme.example/'), `"0/jwksUri" ${notSafe}`],
    ['lists a file', at('file:///etc/keys.json'), `"0/jwksUri" ${notSafe}`],
    ['lists what is no address', at('keys'), `"0/jwksUri" ${notSafe}`],
    ['believes a shared secret', one({ algorithms: ['HS256'] }), `"0/algorithms/0" ${notListed}`],
    ['believes no signature', one({ algorithms: ['none'] }), `"0/algorithms/0" ${notListed}`],
    ['believes no algorithm', one({ algorithms: [] }), '"0/algorithms" is empty'],
    ['has an empty audience', one({ audience: '' }), '"0/audience" is empty'],
    [
      'fetches the keys of our own issuer',
      [{ issuer: LOCAL_ISSUER, jwksUri: KEYS_AT }],
      `"0" is "${LOCAL_ISSUER}", wanted "jwks" with an Ed25519 key`,
    ],
    ['lists keys that sign nothing', one({ jwks: { keys: [{ kty: 'oct' }] } }), noSigning],
    ['lists a private key', one({ jwks: { keys: [secret] } }), `"0/jwks/keys/0" ${isSecret}`],
    ['lists an issuer twice', [...one({}), ...one({})], 'names an issuer twice'],
    ['lists too many issuers', Array(21).fill({ issuer: COMPANY, jwks }), 'has more than 20 issuers'],
  ])('refuses agent keys: the setting %s', async (_, given, problem) => {
    expect(await problemsOf({ agentKeys: text(given) })).toContain(`COUNTERSIGN_AGENT_KEYS ${problem}`);
  });

  test('refuses an unknown word beside an issuer', async () => {
    const said = await problemsOf({ agentKeys: text(one({ jwksUrl: 'https://idp.acme.example/keys' })) });
    expect(said).toHaveLength(1);
  });

  test.each([
    ['an RSA key', text(rsa)],
    ['a private key', text(secret)],
    ['PEM', pem],
    ['nothing readable', '{"kty":'],
  ])('refuses %s as a public key', async (_, given) => {
    expect(await problemsOf({ decisionPublic: given })).not.toEqual([]);
  });

  test.each([
    ['a public key', text(open)],
    ['an RSA key', rsaPem.toString()],
    ['broken JSON', `{"kty":"OKP","d":"${secret.d}`],
    ['a word', 'password'],
  ])('refuses %s as a private key', async (_, given) => {
    expect(await problemsOf({ sealPrivate: given })).toEqual([
      'COUNTERSIGN_SEAL_PRIVATE_KEY is no Ed25519 private key, wanted a JWK or PKCS#8 PEM',
    ]);
  });

  test('says all problems at once', async () => {
    const said = await problemsOf({
      agentKeys: '{',
      sealPrivate: 'x',
      sealPublic: '[]',
      decisionPrivate: 'y',
      decisionPublic: '{"keys":[]}',
    });
    expect(said).toEqual([
      'COUNTERSIGN_AGENT_KEYS is no JSON',
      'COUNTERSIGN_SEAL_PRIVATE_KEY is no Ed25519 private key, wanted a JWK or PKCS#8 PEM',
      'COUNTERSIGN_SEAL_PUBLIC_KEY is no JWK set',
      'COUNTERSIGN_DECISION_PRIVATE_KEY is no Ed25519 private key, wanted a JWK or PKCS#8 PEM',
      'COUNTERSIGN_DECISION_PUBLIC_KEY "keys" is empty',
    ]);
  });
});
