import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, join, normalize } from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { workflowBundleFile } from '../support/temporal.ts';
import { isNode, nodesOf, productFolders, type SourceFile, sources, typescript } from './sources.ts';

interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/**
 * What a room may import beside itself: rooms, files of rooms, and packages. A `type:` before a name allows it in
 * `import type` only. `node:*` is every built-in module, `*` everything that is not ours.
 */
const rules: Readonly<Record<string, readonly string[]>> = {
  domain: ['node:crypto', 'canonicalize'],
  policy: ['domain', 'zod', 'node:*', '@cedar-policy/cedar-wasm', 'yaml'],
  tools: ['domain', 'zod', 'node:*', '@octokit/rest', 'stripe', 'resend', 'validator', 'yaml'],
  approvals: ['domain', 'zod', 'node:*', 'jose', 'yaml', 'diff'],
  audit: ['domain', 'zod', 'node:*', 'jose', 'canonicalize'],
  store: ['domain', 'zod', 'node:*', 'kysely', 'pg', '@electric-sql/pglite'],
  workflows: ['domain', 'type:activities', '@temporalio/workflow', '@temporalio/common'],
  activities: [
    'domain',
    'policy',
    'tools',
    'approvals',
    'node:crypto',
    '@temporalio/activity',
    '@temporalio/common',
  ],
  orchestrator: [
    'domain',
    'workflows/messages.ts',
    'type:workflows',
    'type:activities',
    'node:crypto',
    'node:timers/promises',
    '@temporalio/client',
    '@temporalio/common',
    '@temporalio/proto',
  ],
  slack: [
    'domain',
    'approvals',
    'orchestrator',
    'zod',
    'node:*',
    '@slack/bolt',
    '@slack/web-api',
    '@slack/types',
    'rate-limiter-flexible',
    'type:pino',
  ],
  web: [
    'domain',
    'approvals',
    'zod',
    'node:*',
    'fastify',
    '@fastify/cookie',
    '@fastify/formbody',
    '@fastify/helmet',
    'rate-limiter-flexible',
    'openid-client',
    '@simplewebauthn/server',
    '@simplewebauthn/browser',
    'preact',
    'preact-render-to-string',
  ],
  gateway: ['domain', 'tools', 'orchestrator', 'zod', 'node:*', '*'],
  process: ['domain/errors.ts', 'node:*', '*'],
  dev: ['node:*', '*', ...allRoomsBut('main')],
  main: ['node:*', '*', ...allRoomsBut()],
};

function allRoomsBut(...others: readonly string[]): string[] {
  const rooms =
    'domain policy tools approvals audit store workflows activities orchestrator slack web gateway process dev main';
  return rooms.split(' ').filter((room) => !others.includes(room));
}

/** `src/store/x.ts` is in room `store`, `workflows/x.ts` in room `workflows`. */
function inRoom(path: string): { readonly room: string; readonly file: string } {
  const parts = path.split('/').slice(path.startsWith('src/') ? 1 : 0);
  return { room: parts[0] ?? '', file: parts.join('/') };
}

function importsOf(file: SourceFile): Import[] {
  return nodesOf(file).flatMap((node) => {
    const { source } = node;
    const statement = /^(Import|Export(Named|All))Declaration$|^ImportExpression$/.test(node.type);
    if (!statement || !isNode(source) || typeof source.value !== 'string') return [];
    const typeOnly = node.importKind === 'type' || node.exportKind === 'type';
    return [{ from: file.path, specifier: source.value, typeOnly }];
  });
}

/** What is wrong with an import; undefined when the table allows it. */
function broken({ from, specifier, typeOnly }: Import): string | undefined {
  const { room } = inRoom(from);
  const allowed = rules[room];
  if (allowed === undefined) return `${from}: no room "${room}" in the table`;
  const names = specifier.startsWith('.') ? ownNames(from, specifier) : packageNames(specifier);
  if (names.includes(room)) return undefined;
  const asType = typeOnly ? names.map((name) => `type:${name}`) : [];
  if ([...names, ...asType].some((name) => allowed.includes(name))) return undefined;
  if (room === 'domain' && specifier === 'zod' && from.endsWith('.schema.ts')) return undefined;
  return `${from}: may not import "${specifier}"`;
}

function ownNames(from: string, specifier: string): string[] {
  const { room, file } = inRoom(normalize(join(dirname(from), specifier)));
  return [room, file];
}

function packageNames(specifier: string): string[] {
  if (specifier.startsWith('node:')) return [specifier, 'node:*'];
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  return [name, '*'];
}

describe('imports', () => {
  const imports = sources(productFolders, typescript).flatMap(importsOf);

  it('import table lets each room see only what it may', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(imports.flatMap((one) => broken(one) ?? [])).toEqual([]);
  });

  it.each([
    ['src/domain/x.ts', 'zod', false],
    ['src/domain/x.ts', '../policy/load.ts', false],
    ['src/policy/x.ts', '../tools/registry.ts', false],
    ['src/slack/x.ts', '../gateway/auth.ts', false],
    ['src/gateway/x.ts', '../slack/app.ts', false],
    ['src/web/x.ts', '../slack/app.ts', false],
    ['src/web/x.ts', '../store/passkeys.ts', false],
    ['src/slack/x.ts', '../web/server.ts', false],
    ['src/gateway/x.ts', '../approvals/people.ts', false],
    ['src/process/x.ts', '../domain/request.ts', false],
    ['src/dev/x.ts', '../main/start.ts', false],
    ['src/store/x.ts', '../dev/emulators/x.ts', false],
    ['workflows/x.ts', 'node:crypto', false],
    ['workflows/x.ts', 'zod', false],
    ['workflows/x.ts', '../activities/judge.ts', false],
    ['activities/x.ts', '../src/store/effects.ts', false],
    ['src/orchestrator/x.ts', '../../workflows/request.ts', false],
    ['src/elsewhere/x.ts', 'zod', false],
  ])('import table refuses %s importing %s', (from, specifier, typeOnly) => {
    expect(broken({ from, specifier, typeOnly })).toContain(from);
  });

  it.each([
    ['src/domain/x.schema.ts', 'zod', false],
    ['src/policy/x.ts', '../domain/verdict.ts', false],
    ['workflows/x.ts', '../activities/judge.ts', true],
    ['workflows/x.ts', '../src/domain/quorum.ts', false],
    ['src/orchestrator/x.ts', '../../workflows/messages.ts', false],
    ['src/orchestrator/x.ts', '../../workflows/request.ts', true],
    ['src/process/x.ts', '../domain/errors.ts', false],
    ['src/main/x.ts', '../dev/temporal-server/start.ts', false],
  ])('import table lets %s import %s', (from, specifier, typeOnly) => {
    expect(broken({ from, specifier, typeOnly })).toBeUndefined();
  });

  it('imports name our own files with their ending, and none reaches around a room by a folder', () => {
    const own = imports.filter(({ specifier }) => specifier.startsWith('.'));
    expect(own.filter(({ specifier }) => !/\.(tsx?|json|css)$/.test(specifier))).toEqual([]);
  });
});

describe('workflow bundle', () => {
  it('workflow bundle holds neither zod nor anything of Node, only domain, workflows and the SDK', async () => {
    const code = await readFile(await workflowBundleFile(), 'utf8');
    const modules = [...code.matchAll(/^\/\*\*\*\/ "([^"]+)"/gm)].map(([, name]) => name ?? '');
    expect(modules.length).toBeGreaterThan(20);
    const packages = modules.flatMap((name) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(name)?.[1] ?? []);
    const theSdksOwn = /^(@temporalio\/(common|worker|workflow)|nexus-rpc|ms|long)$/;
    expect([...new Set(packages)].filter((name) => !theSdksOwn.test(name))).toEqual([]);
    const own = modules.filter((name) => name.startsWith('./') && !name.includes('node_modules/'));
    const plain = /^\.\/(workflows|src\/domain)\/[a-z-]+\.ts$/;
    expect(own.filter((name) => !plain.test(name))).toEqual([]);
    expect(modules.filter((name) => builtinModules.includes(name.replace(/^node:/, '')))).toEqual([]);
  });
});
