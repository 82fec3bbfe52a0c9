/** Keys as settings carry them. Whatever is wrong with one is said without a character of it. */
import type { JSONWebKeySet, JWK } from 'jose';
import { z } from 'zod';
import { publicKeyOf } from '../approvals/signing.ts';
import type { Issuer } from '../gateway/auth.ts';
import { LOCAL_ISSUER } from '../gateway/token.ts';

const CHARS_MAX = 65_536;
const KEYS_MAX = 20;
const ISSUERS_MAX = 20;
/** Members that only a private or a symmetric key has (RFC 7518 §6, RFC 8037). */
const SECRET_MEMBERS = ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

const text = z.string().max(CHARS_MAX, `is longer than ${CHARS_MAX} characters`);

/** A parser's own message may quote the key, so ours replaces it. */
const json = text.transform((given, context): unknown => {
  try {
    return JSON.parse(given);
  } catch {
    context.addIssue('is no JSON');
    return z.NEVER;
  }
});

const anyPublicKey = z
  .looseObject({ kty: z.string('has no "kty"') }, 'is no JWK')
  .refine(
    (jwk) => SECRET_MEMBERS.every((member) => !(member in jwk)),
    'holds a private or shared key, wanted public ones only',
  );

const isEd25519 = ({ kty, crv, x }: Readonly<Record<string, unknown>>) =>
  kty === 'OKP' && crv === 'Ed25519' && /^[\w-]{43}$/.test(String(x));

const keySetOf = <Key extends z.ZodType>(key: Key) =>
  z.looseObject(
    {
      keys: z
        .array(key, 'is no list of JWKs')
        .min(1, 'is empty')
        .max(KEYS_MAX, `has more than ${KEYS_MAX} keys`),
    },
    'is no JWK set',
  );

/** An outside issuer's set may hold keys of other kinds too; tokens are only ever verified with Ed25519 ones. */
const issuerKeys = keySetOf(anyPublicKey).refine(({ keys }) => keys.some(isEd25519), 'has no Ed25519 key');

const issuers = z
  .array(
    z.strictObject(
      { issuer: z.string('is missing').min(1, 'is empty').max(300, 'is too long'), jwks: issuerKeys },
      'is no {"issuer", "jwks"}',
    ),
  )
  .min(1, 'is empty')
  .max(ISSUERS_MAX, `has more than ${ISSUERS_MAX} issuers`)
  .refine((list) => new Set(list.map(({ issuer }) => issuer)).size === list.length, 'names an issuer twice');

/** `COUNTERSIGN_AGENT_KEYS`: a JWK set of our own issuer, or `[{"issuer": "https://…", "jwks": {…}}]`. */
export const issuersSetting = json.transform((given, context): readonly Issuer[] => {
  const bare = Array.isArray(given) ? undefined : issuerKeys.safeParse(given);
  const parsed = bare ?? issuers.safeParse(given);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues)
      context.addIssue({ code: 'custom', path: [...path], message });
    return z.NEVER;
  }
  if (bare === undefined) return parsed.data as readonly Issuer[];
  return [{ issuer: LOCAL_ISSUER, jwks: parsed.data as JSONWebKeySet }];
});

/** A public key of ours, as one JWK, or as a JWK set while keys are being replaced. */
export const publicKeysSetting = json
  .transform((given) =>
    typeof given === 'object' && given !== null && !('keys' in given) ? { keys: [given] } : given,
  )
  .pipe(keySetOf(anyPublicKey.refine(isEd25519, 'is no Ed25519 key')))
  .transform(({ keys }) => keys as readonly JWK[]);

/** A private key of ours: a JWK, or PKCS#8 PEM as it is. Parse it asynchronously. */
export const privateKeySetting = text
  .transform((given) => (given.trimStart().startsWith('{') ? json.safeParse(given).data : given))
  .refine(async (key) => {
    const readable = await publicKeyOf(key as JWK | string).catch(() => undefined);
    return readable !== undefined;
  }, 'is no Ed25519 private key, wanted a JWK or PKCS#8 PEM')
  .transform((key) => key as JWK | string);
