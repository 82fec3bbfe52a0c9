/**
 * `npm run deploy:secrets`: the keys and passwords docker-compose.yml wants, made where they are missing, in
 * `deploy/secrets/`. What exists is kept. Credentials of others can't be made; it names those that are still missing
 * and says where they come from.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publicKeyOf } from '../src/approvals/signing.ts';
import { DATABASE_ROLES, loginOf } from '../src/store/role-grants.ts';

/** Where each comes from. Agents' keys are whose tokens are believed: which issuer that is, is decided by people. */
const fromOthers: Readonly<Record<string, string>> = {
  agent_keys:
    'run "npx countersign keys" and put the value of COUNTERSIGN_AGENT_KEYS there, or list your own issuers: [{"issuer": "https://…", "jwks": {…}}]',
  slack_bot_token: 'from the Slack app, under "OAuth & Permissions"',
  slack_signing_secret: 'from the Slack app, under "Basic Information"',
  github_token: 'from GitHub',
  stripe_api_key: 'from Stripe',
  resend_api_key: 'from Resend',
};

/** The login that owns the schema. */
const OWNER = 'countersign';

/** Makes what is missing in `folder`; returns the names of what only people can put there. */
export async function makeDeploySecrets(folder: string): Promise<readonly string[]> {
  // The folder keeps others of this computer out; the files are readable because containers have other users.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const make = (name: string, text: () => string): string => {
    const file = join(folder, name);
    if (!existsSync(file)) writeFileSync(file, text(), { mode: 0o644, flag: 'wx' });
    return readFileSync(file, 'utf8');
  };
  for (const name of ['postgres_password', 'temporal_db_password', 'id_secret']) make(name, password);
  // The owner migrates; each role, and operators, have a login of their own.
  for (const login of [OWNER, ...DATABASE_ROLES.map(loginOf)]) {
    const secret = make(`${login}_db_password`, password);
    make(`${login}_database_url`, () => `postgresql://${login}:${secret}@postgres:5432/countersign`);
  }
  for (const purpose of ['seal', 'decision']) {
    if (existsSync(join(folder, `${purpose}_private_key`))) continue;
    const secret = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
    const open = await publicKeyOf(secret);
    make(`${purpose}_private_key`, () => JSON.stringify(secret));
    make(`${purpose}_public_key`, () => JSON.stringify(open));
  }
  return Object.keys(fromOthers).filter((name) => !existsSync(join(folder, name)));
}

/** What to do about one of the names that `makeDeploySecrets` returned. */
export function stillMissing(name: string): string {
  return `deploy/secrets/${name}: still missing: ${fromOthers[name] ?? 'put it there'}`;
}

/** Free of characters that mean something in a URL. */
function password(): string {
  return randomBytes(24).toString('base64url');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const missing = await makeDeploySecrets(fileURLToPath(new URL('../deploy/secrets/', import.meta.url)));
  console.log('deploy/secrets: keys and passwords are there');
  for (const name of missing) console.log(stillMissing(name));
}
