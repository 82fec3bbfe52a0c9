/** Keys as settings carry them. Whatever is wrong with one is said without a character of it. */
import type { JSONWebKeySet, JWK } from 'jose';
import { z } from 'zod';
import { publicKeyOf } from '../approvals/signing.ts';
import type { Issuer } from '../gateway/auth.ts';
import { ALGORITHMS } from '../gateway/issuer-keys.ts';
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

/** Our own issuer signs with Ed25519 only. */
const ownKeys = keySetOf(anyPublicKey).refine(({ keys }) => keys.some(isEd25519), 'has no Ed25519 key');

/** An outside issuer's set may hold keys of other kinds too, say for encryption; some must be able to sign. */
const outsideKeys = keySetOf(anyPublicKey).refine(
  ({ keys }) => keys.some((key) => isEd25519(key) || key.kty === 'RSA' || key.kty === 'EC'),
  'has no key that tokens are signed with',
);

const jwksUri = z
  .string('is no text')
  .max(1_000, 'is longer than 1000 characters')
  .refine(isSafeAddress, 'is no https address without a name and password (or http on this machine)');

const name = z.string('is missing').min(1, 'is empty').max(300, 'is too long');

const issuer = z
  .strictObject(
    {
      issuer: name,
      audience: name.optional(),
      algorithms: z
        .array(z.enum(ALGORITHMS, `is not one of ${ALGORITHMS.join(', ')}`), 'is no list of algorithms')
        .min(1, 'is empty')
        .optional(),
      jwks: outsideKeys.optional(),
      jwksUri: jwksUri.optional(),
    },
    'is no {"issuer", "jwks"} or {"issuer", "jwksUri"}',
  )
  .refine(
    (one) => (one.jwks === undefined) !== (one.jwksUri === undefined),
    'wants either "jwks" or "jwksUri"',
  )
  .refine(
    (one) => one.issuer !== LOCAL_ISSUER || one.jwks?.keys.some(isEd25519) === true,
    `is "${LOCAL_ISSUER}", wanted "jwks" with an Ed25519 key`,
  );

const issuers = z
  .array(issuer)
  .min(1, 'is empty')
  .max(ISSUERS_MAX, `has more than ${ISSUERS_MAX} issuers`)
  .refine((list) => new Set(list.map((one) => one.issuer)).size === list.length, 'names an issuer twice');

/**
 * `COUNTERSIGN_AGENT_KEYS`: a JWK set of our own issuer, or a list of issuers:
 * `[{"issuer": "https://…", "audience": "…", "algorithms": ["RS256"], "jwksUri": "https://…"}]`, where `jwks` may stand
 * instead of `jwksUri`, and `audience` and `algorithms` may be left out.
 */
export const issuersSetting = json.transform((given, context): readonly Issuer[] => {
  const parsed = Array.isArray(given) ? issuers.safeParse(given) : ownKeys.safeParse(given);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues)
      context.addIssue({ code: 'custom', path: [...path], message });
    return z.NEVER;
  }
  if (Array.isArray(parsed.data)) return parsed.data.map(toIssuer);
  return [{ issuer: LOCAL_ISSUER, keys: { jwks: parsed.data as JSONWebKeySet } }];
});

function toIssuer({ jwks, jwksUri: uri, audience, algorithms, issuer: of }: z.output<typeof issuer>): Issuer {
  return {
    issuer: of,
    ...(audience === undefined ? {} : { audience }),
    ...(algorithms === undefined ? {} : { algorithms }),
    // Checked above: exactly one of both is there.
    keys: uri === undefined ? { jwks: jwks as JSONWebKeySet } : { jwksUri: uri },
  };
}

/** Keys fetched over plain HTTP could be anybody's; on this machine there is nobody in between. */
function isSafeAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const isLoopback = ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && isLoopback);
  return isSafe && username === '' && password === '';
}

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
