import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { makeDeploySecrets, stillMissing } from '../../scripts/deploy-secrets.ts';
import { resolveTemporalServer } from '../../src/dev/temporal-server/resolve.ts';
import { SEARCH_ATTRIBUTE_TYPES } from '../../src/dev/temporal-server/search-attributes.ts';
import {
  foreignSecrets,
  ROLES,
  type Role,
  readableFromFile,
  rolesNeed,
  SETTING_NAMES,
  type SettingName,
  settingRow,
} from '../../src/process/setting-table.ts';
import { readSettings } from '../../src/process/settings.ts';
import { DATABASE_ROLES, loginOf } from '../../src/store/role-grants.ts';
import { testTemporal } from '../support/temporal.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

const serviceSchema = z.object({
  image: z.string(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.array(z.string()).default([]),
  configs: z.array(z.object({ source: z.string(), target: z.string() })).default([]),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z
    .union([z.object({ test: z.array(z.string()) }), z.object({ disable: z.literal(true) })])
    .optional(),
  restart: z.string(),
  profiles: z.array(z.string()).optional(),
});
const files = z.record(z.string(), z.object({ file: z.string() }));
const composeSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  networks: z.record(z.string(), z.unknown()),
  volumes: z.record(z.string(), z.unknown()),
  configs: files,
  secrets: files,
});
type Service = z.infer<typeof serviceSchema>;

const compose = composeSchema.parse(
  parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }),
);
const services = Object.entries(compose.services);

function service(name: string): Service {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`no service "${name}"`);
  return found;
}

/** The setting an environment variable of a service is: by itself, or by a file. */
function settingOf(variable: string): SettingName | undefined {
  return SETTING_NAMES.find(
    (name) => variable === name || (readableFromFile(name) && variable === `${name}_FILE`),
  );
}

const given = (role: Role): SettingName[] =>
  Object.keys(service(role).environment).flatMap((variable) => settingOf(variable) ?? []);

describe.each(ROLES)('compose service of role %s', (role) => {
  const { command, environment, secrets, configs, healthcheck, ports } = service(role);

  it('plays this role and no other', () => {
    expect(command).toEqual(['--roles', role]);
  });

  it('is given only settings that the code reads', () => {
    expect(Object.keys(environment).filter((variable) => settingOf(variable) === undefined)).toEqual([]);
  });

  it('is given everything its role needs and no secret of another', () => {
    expect(given(role)).toEqual(expect.arrayContaining([...rolesNeed(role)]));
    expect(given(role).filter((name) => foreignSecrets([role]).includes(name))).toEqual([]);
  });

  it('finds each file it is pointed to, and holds none it is not pointed to', () => {
    const pointed = Object.entries(environment).flatMap(([name, value]) =>
      name.endsWith('_FILE') ? [value] : [],
    );
    const mounted = [
      ...secrets.map((name) => `/run/secrets/${name}`),
      ...configs.map(({ target }) => target),
    ];
    expect(pointed.toSorted()).toEqual(mounted.toSorted());
  });

  it('has its secrets in files, never in the environment', () => {
    const bare = Object.keys(environment).filter((name) => {
      const setting = SETTING_NAMES.find((one) => one === name);
      return setting !== undefined && settingRow(setting).kind === 'secret';
    });
    expect(bare).toEqual([]);
  });

  it('publishes its own door on the port the code defaults to, on loopback', () => {
    const doors: Partial<Record<Role, SettingName>> = {
      gateway: 'COUNTERSIGN_GATEWAY_PORT',
      approvals: 'COUNTERSIGN_APPROVALS_PORT',
    };
    const setting = doors[role];
    const port = setting === undefined ? undefined : settingRow(setting).fallback;
    expect(ports).toEqual(port === undefined ? [] : [`127.0.0.1:${port}:${port}`]);
    if (setting !== undefined) expect(environment[setting]).toBe(port);
  });

  it('is asked for its health where it serves it', () => {
    expect(healthcheck !== undefined && 'test' in healthcheck ? healthcheck.test.join(' ') : '').toContain(
      `http://127.0.0.1:${environment.COUNTERSIGN_HEALTH_PORT}/readyz`,
    );
  });
});

describe('settings of the compose file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-deploy-'));
    for (const name of await makeDeploySecrets(folder))
      writeFileSync(join(folder, name), `stand-in for ${name}`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(ROLES)('settings of role %s are accepted by the code that will read them', (role) => {
    const here = Object.entries(service(role).environment).map(([name, value]) => [
      name,
      name.endsWith('_FILE') ? join(folder, basename(value)) : value,
    ]);
    const settings = readSettings(Object.fromEntries(here), { roles: [role] });
    expect(settings.temporal.address).toBe('temporal:7233');
    expect(settings.host).toBe('0.0.0.0');
  });

  it('makeDeploySecrets() makes each file the compose file wants, or names it, and keeps what is there', async () => {
    const wanted = [...Object.values(compose.secrets), ...Object.values(compose.configs)].map(
      ({ file }) => file,
    );
    expect(wanted.map((file) => dirname(file))).toEqual(wanted.map(() => './deploy/secrets'));
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(wanted.map((file) => basename(file))));
    const before = readFileSync(join(folder, 'seal_private_key'), 'utf8');
    expect(await makeDeploySecrets(folder)).toEqual([]);
    rmSync(join(folder, 'agent_keys'));
    expect((await makeDeploySecrets(folder)).map(stillMissing)).toEqual([
      expect.stringMatching(/^deploy\/secrets\/agent_keys: still missing: run "npx countersign keys"/),
    ]);
    expect(readFileSync(join(folder, 'seal_private_key'), 'utf8')).toBe(before);
  });
});

describe('compose file', () => {
  it('compose file names only services, networks, volumes and files that it has', () => {
    for (const [name, { depends_on, networks, volumes, secrets, configs }] of services) {
      expect(Object.keys(compose.services), name).toEqual(expect.arrayContaining(Object.keys(depends_on)));
      expect(Object.keys(compose.networks), name).toEqual(expect.arrayContaining(networks));
      expect(Object.keys(compose.secrets), name).toEqual(expect.arrayContaining(secrets));
      expect(Object.keys(compose.configs), name).toEqual(
        expect.arrayContaining(configs.map(({ source }) => source)),
      );
      const named = volumes.flatMap((volume) => (volume.startsWith('.') ? [] : [volume.split(':')[0]]));
      expect(Object.keys(compose.volumes), name).toEqual(expect.arrayContaining(named));
    }
  });

  it('compose file mounts only folders of this repository', () => {
    const mounts = services.flatMap(([, { volumes }]) => volumes.filter((volume) => volume.startsWith('.')));
    expect(new Set(mounts.map((mount) => mount.split(':')[0]))).toEqual(
      new Set(['./config', './deploy/postgres', './deploy/temporal']),
    );
    expect(mounts.filter((mount) => !mount.endsWith(':ro'))).toEqual([]);
    for (const mount of mounts) expect(readdirSync(join(root, mount.split(':')[0] ?? ''))).not.toEqual([]);
  });

  it('compose file pins every image to a version and never uses the deprecated set-up image', () => {
    for (const [name, { image }] of services) expect(image, name).toMatch(/^[a-z/-]+:\d+\.\d+/);
    expect(services.filter(([, { image }]) => image.includes('auto-setup'))).toEqual([]);
  });

  it('compose file publishes on loopback only', () => {
    for (const [name, { ports }] of services) {
      for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    }
  });

  it('compose file checks the health of whatever keeps running', () => {
    const jobs = ['countersign-schema', 'temporal-schema', 'temporal-namespace'];
    const unchecked = services
      .filter(([, { healthcheck }]) => healthcheck === undefined || 'disable' in healthcheck)
      .map(([name]) => name);
    expect(unchecked.toSorted()).toEqual([...jobs, 'operator'].toSorted());
    for (const [, { depends_on }] of services) {
      for (const [on, { condition }] of Object.entries(depends_on)) {
        expect(condition).toBe(jobs.includes(on) ? 'service_completed_successfully' : 'service_healthy');
      }
    }
  });

  it('compose file lets only those reach the database who have a login', () => {
    const near = services.filter(([, { networks }]) => networks.includes('database')).map(([name]) => name);
    const logins = [...ROLES, 'countersign-schema', 'operator', 'postgres', 'temporal-schema', 'temporal'];
    expect(near.toSorted()).toEqual(logins.toSorted());
    expect(compose.networks.database).toEqual({ internal: true });
  });

  it.each([...DATABASE_ROLES])("compose file gives %s its own login's address and nobody else's", (role) => {
    const held = service(role).secrets.filter((name) => name.endsWith('_database_url'));
    expect(held).toEqual([`${loginOf(role)}_database_url`]);
    const { DATABASE_URL_FILE: file } = service(role).environment;
    const read = file ?? service(role).entrypoint?.join(' ');
    expect(read).toContain(`/run/secrets/${loginOf(role)}_database_url`);
    expect(service(role).secrets.filter((name) => name.endsWith('_db_password'))).toEqual([]);
  });

  it('compose file gives the login that owns the schema to the job that migrates, and to no role', () => {
    const holders = services.filter(([, { secrets }]) => secrets.includes('countersign_database_url'));
    expect(holders.map(([name]) => name)).toEqual(['countersign-schema']);
    expect(service('countersign-schema').entrypoint?.at(-1)).toBe('src/main/migrate.ts');
    for (const role of ROLES) expect(service(role).depends_on).toHaveProperty('countersign-schema');
  });

  it('compose file starts the operator only when somebody runs it', () => {
    expect(service('operator').profiles).toEqual(['operator']);
    expect(services.filter(([, { profiles }]) => profiles !== undefined)).toHaveLength(1);
  });

  it('compose file lets the operator check names against the same configuration as the roles', () => {
    const { environment, volumes } = service('operator');
    expect(environment.COUNTERSIGN_CONFIG).toBe(service('gateway').environment.COUNTERSIGN_CONFIG);
    expect(volumes).toContain(`./config:${environment.COUNTERSIGN_CONFIG}:ro`);
  });

  it('compose file gives Temporal an explicit shard count and its UI no way to write', () => {
    expect(service('temporal').environment.NUM_HISTORY_SHARDS).toBe('512');
    expect(service('temporal-ui').environment.TEMPORAL_DISABLE_WRITE_ACTIONS).toBe('true');
    const { TEMPORAL_NAMESPACE: namespace } = service('gateway').environment;
    expect(service('temporal-namespace').environment.NAMESPACE).toBe(namespace);
    expect(service('temporal-ui').environment.TEMPORAL_DEFAULT_NAMESPACE).toBe(namespace);
  });

  it("compose file mounts Temporal's dynamic configuration, and it is one", () => {
    const { DYNAMIC_CONFIG_FILE_PATH: path = '' } = service('temporal').environment;
    expect(service('temporal').volumes).toContain(`./deploy/temporal:${dirname(path)}:ro`);
    const dynamic = parse(readFileSync(join(root, 'deploy/temporal', basename(path)), 'utf8'));
    z.record(
      z.string().regex(/^[a-z]+\.\w+$/i),
      z.array(z.object({ value: z.union([z.number(), z.boolean()]) })),
    ).parse(dynamic);
    expect(dynamic['limit.maxIDLength']).toEqual([{ value: 255 }]);
  });

  it('Dockerfile runs the production entry as nobody special and leaves the sandbox out', () => {
    const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
    expect(text).toMatch(/^RUN npm ci --omit=dev/m);
    expect(text).toMatch(/^USER node$/m);
    expect(text).toMatch(/^ENTRYPOINT .*"src\/main\/serve\.ts"\]$/m);
    expect(readFileSync(join(root, '.dockerignore'), 'utf8')).toMatch(/^src\/dev$/m);
  });
});

describe('deploy scripts', () => {
  it('namespace.sh makes the namespace and every search attribute of the code, and may run twice', async () => {
    const temporal = await testTemporal();
    const tools = mkdtempSync(join(tmpdir(), 'countersign-tools-'));
    const namespace = `deploy-${process.pid}`;
    try {
      const { path } = await resolveTemporalServer({ onProgress: () => undefined });
      symlinkSync(path, join(tools, 'temporal'));
      const env = {
        PATH: `${tools}:${process.env.PATH}`,
        TEMPORAL_ADDRESS: temporal.address,
        NAMESPACE: namespace,
        RETENTION: service('temporal-namespace').environment.RETENTION,
      };
      const script = join(root, 'deploy/temporal/namespace.sh');
      await run('/bin/sh', [script], { env });
      await run('/bin/sh', [script], { env });
      const { operatorService, workflowService } = temporal.connection;
      const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
      expect(Object.keys(customAttributes ?? {})).toEqual(
        expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTE_TYPES)),
      );
      const { config } = await workflowService.describeNamespace({ namespace });
      expect(String(config?.workflowExecutionRetentionTtl?.seconds)).toBe(String(720 * 3600));
    } finally {
      rmSync(tools, { recursive: true });
      await temporal.close();
    }
  });

  it('namespace.sh gives each search attribute the type the code uses', () => {
    const text = readFileSync(join(root, 'deploy/temporal/namespace.sh'), 'utf8');
    const made = [...text.matchAll(/(Countersign\w+)=(\w+)/g)].map(([, name, type]) => [name, type]);
    expect(Object.fromEntries(made)).toEqual(SEARCH_ATTRIBUTE_TYPES);
  });
});
