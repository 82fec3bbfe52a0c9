/**
 * Passkey ceremonies (WebAuthn). A challenge is random, lives for minutes, is used once, and was given to one session
 * for one purpose; the authenticator must have verified its user.
 */
import { randomBytes } from 'node:crypto';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { z } from 'zod';
import type { Passkey } from '../domain/sign-in.ts';
import type { PagesOptions } from './ports.ts';
import { hashOf } from './secrets.ts';
import type { Visitor } from './sessions.ts';

const CHALLENGE_MS = 5 * 60_000;
const RESPONSE_CHARS_MAX = 16_384;

/** What a ceremony is for. One made for something else proves nothing. */
export interface Purpose {
  readonly what: 'approve' | 'add-passkey' | 'remove-passkey' | 'register';
  /** The request's pointer, or the passkey's id; empty where there is only one such thing. */
  readonly subject: string;
}

type Deps = Pick<PagesOptions, 'desk' | 'passkeys' | 'tickets' | 'baseUrl' | 'names'>;

const encoded = z.string().max(RESPONSE_CHARS_MAX);
const assertionShape = z.looseObject({
  id: z.string().max(1_400),
  response: z.looseObject({ clientDataJSON: encoded, authenticatorData: encoded, signature: encoded }),
});
const attestationShape = z.looseObject({
  id: z.string().max(1_400),
  response: z.looseObject({ clientDataJSON: encoded, attestationObject: encoded }),
});
const clientData = z.looseObject({ challenge: z.string().max(200) });
const boundTo = z.strictObject({ session: z.string(), what: z.string(), subject: z.string() });

/** Options for the browser to ask one of the person's passkeys; undefined when they have none. */
export async function askForPasskey(
  deps: Deps,
  visitor: Visitor,
  purpose: Purpose,
): Promise<PublicKeyCredentialRequestOptionsJSON | undefined> {
  const known = await deps.passkeys.of(visitor.person.id);
  if (known.length === 0) return undefined;
  return generateAuthenticationOptions({
    rpID: rpId(deps),
    challenge: await newChallenge(deps, visitor, purpose),
    userVerification: 'required',
    timeout: CHALLENGE_MS,
    allowCredentials: known.map(asDescriptor),
  });
}

/** Whether `text` is one of the person's passkeys' fresh answer, for exactly this purpose in exactly this session. */
export async function isProven(
  deps: Deps,
  visitor: Visitor,
  purpose: Purpose,
  text: string,
): Promise<boolean> {
  const sent = parsed(text, assertionShape);
  const challenge =
    sent === undefined ? undefined : await spentChallenge(deps, visitor, purpose, sent.response);
  const passkey = (await deps.passkeys.of(visitor.person.id)).find(({ id }) => id === sent?.id);
  if (sent === undefined || challenge === undefined || passkey === undefined)
    return refuse(deps, visitor, purpose);
  const verified = await verifyAuthenticationResponse({
    response: sent as unknown as AuthenticationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: new URL(deps.baseUrl).origin,
    expectedRPID: rpId(deps),
    requireUserVerification: true,
    credential: {
      id: passkey.id,
      publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
      counter: passkey.counter,
    },
  }).catch(() => undefined);
  if (verified?.verified !== true) return refuse(deps, visitor, purpose);
  const isNew = await deps.passkeys.used(
    passkey.id,
    verified.authenticationInfo.newCounter,
    deps.desk.clock(),
  );
  return isNew || refuse(deps, visitor, purpose);
}

/** Options for the browser to make a new passkey that the person does not have yet. */
export async function askForNewPasskey(
  deps: Deps,
  visitor: Visitor,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { id, name } = visitor.person;
  return generateRegistrationOptions({
    rpName: 'Countersign',
    rpID: rpId(deps),
    userID: new Uint8Array(Buffer.from(hashOf(`person ${id}`), 'hex')),
    userName: id,
    userDisplayName: name,
    challenge: await newChallenge(deps, visitor, REGISTER),
    attestationType: 'none',
    timeout: CHALLENGE_MS,
    excludeCredentials: (await deps.passkeys.of(id)).map(asDescriptor),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
  });
}

/** The passkey that a browser made; undefined for anything doubtful. It is not kept yet. */
export async function madePasskey(
  deps: Deps,
  visitor: Visitor,
  { text, label }: { readonly text: string; readonly label: string },
): Promise<Passkey | undefined> {
  const sent = parsed(text, attestationShape);
  const challenge =
    sent === undefined ? undefined : await spentChallenge(deps, visitor, REGISTER, sent.response);
  if (sent === undefined || challenge === undefined) {
    refuse(deps, visitor, REGISTER);
    return undefined;
  }
  const made = await verifyRegistrationResponse({
    response: sent as unknown as RegistrationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: new URL(deps.baseUrl).origin,
    expectedRPID: rpId(deps),
    requireUserVerification: true,
  }).catch(() => undefined);
  if (made?.verified !== true) {
    refuse(deps, visitor, REGISTER);
    return undefined;
  }
  const { id, publicKey, counter, transports = [] } = made.registrationInfo.credential;
  return {
    ...{ id, counter, transports, label },
    person: visitor.person.id,
    publicKey: Buffer.from(publicKey).toString('base64url'),
    createdAt: deps.desk.clock().toISOString(),
  };
}

const REGISTER: Purpose = { what: 'register', subject: '' };

async function newChallenge(
  { tickets, desk }: Deps,
  { session }: Visitor,
  { what, subject }: Purpose,
): Promise<Uint8Array<ArrayBuffer>> {
  const [challenge, now] = [randomBytes(32), desk.clock()];
  await tickets.issue(
    {
      kind: 'ceremony',
      hash: hashOf(challenge.toString('base64url')),
      body: { session: session.hash, what, subject },
      expiresAt: new Date(now.getTime() + CHALLENGE_MS).toISOString(),
    },
    now,
  );
  return new Uint8Array(challenge);
}

/** The challenge that was answered, if we gave it to this session for this purpose. Looking uses it up, right or wrong. */
async function spentChallenge(
  { tickets, desk }: Deps,
  { session }: Visitor,
  { what, subject }: Purpose,
  response: { readonly clientDataJSON: string },
): Promise<string | undefined> {
  const text = Buffer.from(response.clientDataJSON, 'base64url').toString();
  const challenge = parsed(text, clientData)?.challenge;
  if (challenge === undefined) return undefined;
  const bound = boundTo.safeParse(await tickets.take('ceremony', hashOf(challenge), desk.clock())).data;
  const fits = bound?.session === session.hash && bound.what === what && bound.subject === subject;
  return fits ? challenge : undefined;
}

function refuse({ desk }: Deps, { person }: Visitor, { what }: Purpose): false {
  desk.security.warn({ event: 'passkey-refused', what, person: person.id }, 'Refused a passkey');
  return false;
}

function parsed<Shape extends z.ZodType>(text: string, shape: Shape): z.output<Shape> | undefined {
  if (text.length > RESPONSE_CHARS_MAX) return undefined;
  try {
    return shape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Passkeys belong to a name, not to an address: the pages' own host. */
function rpId({ baseUrl }: Pick<Deps, 'baseUrl'>): string {
  return new URL(baseUrl).hostname;
}

function asDescriptor({ id, transports }: Passkey) {
  return { id, transports: [...transports] };
}
