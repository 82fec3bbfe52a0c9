/** A security key in software: makes and answers WebAuthn ceremonies as a browser would, right or wrong on purpose. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const ATTESTED = 0x40;

export interface Ceremony {
  readonly challenge: string;
  readonly origin: string;
  readonly rpId: string;
}

export interface Wrong {
  readonly verified?: boolean;
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly type?: string;
}

export class Authenticator {
  readonly id = randomBytes(16);
  readonly #key: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  counter = 0;

  constructor() {
    this.#key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  }

  /** The JSON of a new credential, without attestation. */
  register(ceremony: Ceremony, wrong: Wrong = {}): string {
    const authData = Buffer.concat([
      this.#head(ceremony, ATTESTED, wrong),
      Buffer.alloc(16),
      Buffer.from([0, this.id.length]),
      this.id,
      this.#coseKey(),
    ]);
    const attestationObject = Buffer.concat([
      Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746158', 'hex'),
      Buffer.from([authData.length]),
      authData,
    ]);
    return this.#answer({
      clientDataJSON: clientData('webauthn.create', ceremony, wrong).toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
    });
  }

  /** The JSON of an assertion; counts one use. */
  assert(ceremony: Ceremony, wrong: Wrong = {}): string {
    this.counter += 1;
    const authData = this.#head(ceremony, 0, wrong);
    const client = clientData('webauthn.get', ceremony, wrong);
    const signature = sign('sha256', Buffer.concat([authData, sha256(client)]), this.#key.privateKey);
    return this.#answer({
      clientDataJSON: client.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: signature.toString('base64url'),
    });
  }

  #head({ rpId }: Ceremony, flags: number, { verified = true, rpId: other = rpId }: Wrong): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    const all = flags | USER_PRESENT | (verified ? USER_VERIFIED : 0);
    return Buffer.concat([sha256(Buffer.from(other)), Buffer.from([all]), counter]);
  }

  #coseKey(): Buffer {
    const { x = '', y = '' } = this.#key.publicKey.export({ format: 'jwk' });
    return Buffer.concat([
      Buffer.from('a5010203262001215820', 'hex'),
      Buffer.from(x, 'base64url'),
      Buffer.from('225820', 'hex'),
      Buffer.from(y, 'base64url'),
    ]);
  }

  #answer(response: Readonly<Record<string, string>>): string {
    const id = this.id.toString('base64url');
    return JSON.stringify({ id, rawId: id, type: 'public-key', response, clientExtensionResults: {} });
  }
}

function clientData(type: string, ceremony: Ceremony, wrong: Wrong): Buffer {
  const { challenge, origin } = { ...ceremony, ...wrong };
  return Buffer.from(JSON.stringify({ type: wrong.type ?? type, challenge, origin, crossOrigin: false }));
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
