/**
 * `npm run lock`, after every change of dependencies: adds to package-lock.json what `npm install` left out.
 *
 * Where a package source lacks other platforms' optional packages, npm writes a lock without them, and `npm ci` then
 * refuses that lock everywhere. Each gets its version and platform; npm fetches by version where it is wanted.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly resolved?: string;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>;
}

/** An optional dependency that the lock names but does not hold. */
export interface Missing {
  readonly wantedBy: string;
  readonly name: string;
  readonly version: string;
}

export const lockPath: string = fileURLToPath(new URL('../package-lock.json', import.meta.url));

/** Every optional dependency without an entry where Node would look for it. */
export function missingOptionals({ packages }: Lock): readonly Missing[] {
  return Object.entries(packages).flatMap(([wantedBy, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !placesOf(wantedBy, name).some((place) => place in packages))
      .map(([name, version]) => ({ wantedBy, name, version })),
  );
}

/** The entry npm would have written, without integrity. Throws where version or platform can't be told from the names. */
export function entryFor({ name, version }: Missing, parent: LockEntry): LockEntry {
  const platform =
    /(?<os>aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-(?<cpu>[a-z0-9]+)(?:-(?<abi>[a-z]+))?$/.exec(
      name,
    )?.groups;
  if (platform?.os === undefined || platform.cpu === undefined || !/^\d+\.\d+\.\d+$/.test(version))
    throw new Error(`Cannot complete the lock: no platform and exact version in "${name}@${version}"`);
  const libc = platform.os !== 'linux' ? undefined : platform.abi === 'musl' ? 'musl' : 'glibc';
  return {
    version,
    cpu: [platform.cpu],
    ...(parent.dev === true ? { dev: true } : {}),
    ...(libc === undefined ? {} : { libc: [libc] }),
    optional: true,
    os: [platform.os],
  };
}

/** `lock` with every missing entry, packages in npm's order. */
export function completed(lock: Lock): Lock {
  const added = missingOptionals(lock).map((missing): [string, LockEntry] => [
    `node_modules/${missing.name}`,
    entryFor(missing, lock.packages[missing.wantedBy] ?? {}),
  ]);
  const entries = Object.entries({ ...lock.packages, ...Object.fromEntries(added) });
  entries.sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { ...lock, packages: Object.fromEntries(entries) };
}

function placesOf(wantedBy: string, name: string): string[] {
  const folders = wantedBy === '' ? [] : wantedBy.split('/node_modules/');
  const nested = folders.map(
    (_, depth) => `${folders.slice(0, depth + 1).join('/node_modules/')}/node_modules/${name}`,
  );
  return [...nested, `node_modules/${name}`];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock: Lock = JSON.parse(readFileSync(lockPath, 'utf8'));
  const missing = missingOptionals(lock);
  if (missing.length > 0) writeFileSync(lockPath, `${JSON.stringify(completed(lock), null, 2)}\n`);
  console.log(`package-lock.json: ${missing.length} optional packages added`);
}
