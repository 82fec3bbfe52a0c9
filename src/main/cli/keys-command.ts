/** `keys`: fresh keys for production, as the settings of each role. Printed and kept nowhere. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { JWK } from 'jose';
import { publicKeyOf } from '../../approvals/signing.ts';
import { ROLES, type Role, rolesNeed, type SettingName } from '../../process/setting-table.ts';
import { EXIT, type Exit } from './exit-codes.ts';
import { json } from './print.ts';
import type { CommandContext } from './request-commands.ts';

const ID_SECRET_BYTES = 32;

type RoleSettings = Partial<Readonly<Record<SettingName, string>>>;

/** One set of keys that fit together. `issuerPrivateKey` is no setting: it mints agents' tokens. */
export interface NewKeys {
  readonly roles: Readonly<Record<Role, RoleSettings>>;
  readonly issuerPrivateKey: JWK;
}

/** Makes three Ed25519 key pairs (seal, decision, issuer) and a secret for ids, and gives each role what it needs and nothing else. */
export async function newKeys(): Promise<NewKeys> {
  const [seal, decision, issuer] = await Promise.all([keyPair(), keyPair(), keyPair()]);
  const values: RoleSettings = {
    COUNTERSIGN_AGENT_KEYS: JSON.stringify({ keys: [issuer.open] }),
    COUNTERSIGN_ID_SECRET: randomBytes(ID_SECRET_BYTES).toString('base64url'),
    COUNTERSIGN_SEAL_PRIVATE_KEY: JSON.stringify(seal.secret),
    COUNTERSIGN_SEAL_PUBLIC_KEY: JSON.stringify(seal.open),
    COUNTERSIGN_DECISION_PRIVATE_KEY: JSON.stringify(decision.secret),
    COUNTERSIGN_DECISION_PUBLIC_KEY: JSON.stringify(decision.open),
  };
  const neededBy = (role: Role) =>
    Object.fromEntries(rolesNeed(role).flatMap((name) => (name in values ? [[name, values[name]]] : [])));
  const roles = Object.fromEntries(ROLES.map((role) => [role, neededBy(role)]));
  return { roles: roles as NewKeys['roles'], issuerPrivateKey: issuer.secret };
}

/** Prints a new set at each call. */
export async function keysCommand({
  world,
  asJson,
}: Pick<CommandContext, 'world' | 'asJson'>): Promise<Exit> {
  const keys = await newKeys();
  world.out(asJson ? json(keys) : asText(keys));
  return EXIT.done;
}

function asText({ roles, issuerPrivateKey }: NewKeys): string {
  const blocks = ROLES.map((role) => {
    const lines = Object.entries(roles[role]).map(([name, value]) => `${name}='${value}'\n`);
    return `# ${role}: give it these and no other role's\n${lines.join('')}\n`;
  });
  return `${blocks.join('')}# Whoever mints agents' tokens: keep it as keys/issuer.private.json, mode 0600, in the folder COUNTERSIGN_DATA
# names for "countersign token". No role needs it.
${JSON.stringify(issuerPrivateKey)}
`;
}

async function keyPair(): Promise<{ readonly secret: JWK; readonly open: JWK }> {
  const secret = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK;
  return { secret, open: await publicKeyOf(secret) };
}
