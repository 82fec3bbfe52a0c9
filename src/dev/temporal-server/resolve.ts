/** Finds a Temporal CLI, or gets one: setting, PATH, cache, the SDK's download, a build, in that order. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CountersignError } from '../../domain/errors.ts';
import { buildCli } from './build.ts';
import { withBuildLock } from './build-lock.ts';
import { cachedBinary, defaultCacheFolder, onPath, whyUnfit } from './cli-binary.ts';
import { downloadCli } from './sdk-download.ts';

export interface ResolveOptions {
  /** One line of progress at a time, for people. */
  readonly onProgress: (line: string) => void;
  /** `COUNTERSIGN_TEMPORAL_BIN`; unfit is an error, never a reason to look further. */
  readonly binary?: string;
  readonly cacheFolder?: string;
  readonly path?: string;
}

export interface ResolvedServer {
  readonly path: string;
  readonly how: 'setting' | 'PATH' | 'cache' | 'download' | 'build';
  readonly tookMs: number;
}

const buildWaitMsMax = 30 * 60_000;

/** Resolves to a binary known to have the flags we use. Rejects with `misconfigured` and every reason why none was got. */
export async function resolveTemporalServer(options: ResolveOptions): Promise<ResolvedServer> {
  const started = Date.now();
  const reasons: string[] = [];
  const onProgress = (line: string) => options.onProgress(`Temporal dev server: ${line}`);
  const found = (await look(options, reasons)) ?? (await obtain(options, reasons, onProgress));
  if (found === undefined) throw nothingFound(reasons);
  return Object.freeze({ ...found, tookMs: Date.now() - started });
}

type Found = Omit<ResolvedServer, 'tookMs'>;

async function look(
  { binary, path, cacheFolder }: ResolveOptions,
  reasons: string[],
): Promise<Found | undefined> {
  if (binary !== undefined) {
    const why = await whyUnfit(binary);
    if (why !== undefined)
      throw new CountersignError('misconfigured', `Cannot use COUNTERSIGN_TEMPORAL_BIN: "${binary}" ${why}`);
    return { path: binary, how: 'setting' };
  }
  const candidates = [
    { how: 'PATH' as const, path: await onPath('temporal', path ?? process.env.PATH) },
    { how: 'cache' as const, path: cachedBinary(cacheFolder ?? defaultCacheFolder(process.env)) },
  ];
  for (const candidate of candidates) {
    const why = candidate.path === undefined ? 'has none' : await whyUnfit(candidate.path);
    if (candidate.path !== undefined && why === undefined)
      return { path: candidate.path, how: candidate.how };
    reasons.push(`${candidate.how}: ${candidate.path === undefined ? '' : `"${candidate.path}" `}${why}`);
  }
  return undefined;
}

async function obtain(
  { cacheFolder = defaultCacheFolder(process.env) }: ResolveOptions,
  reasons: string[],
  onProgress: (line: string) => void,
): Promise<Found | undefined> {
  await mkdir(cacheFolder, { recursive: true });
  const target = cachedBinary(cacheFolder);
  const onWait = once(() => onProgress('waiting for another run that is getting it'));
  return withBuildLock(join(cacheFolder, 'getting'), { onWait, waitMsMax: buildWaitMsMax }, async () => {
    // Whoever held the lock before may have got it.
    if ((await whyUnfit(target)) === undefined) return { path: target, how: 'cache' as const };
    for (const [how, get] of [['download', downloadCli] as const, ['build', buildCli] as const]) {
      const why = (await get(target, onProgress)) ?? (await whyUnfit(target));
      if (why === undefined) return { path: target, how };
      onProgress(`${how}: ${why}`);
      reasons.push(`${how}: ${why}`);
    }
    return undefined;
  });
}

function once(tell: () => void): () => void {
  let told = false;
  return () => {
    if (!told) tell();
    told = true;
  };
}

function nothingFound(reasons: readonly string[]): CountersignError {
  return new CountersignError(
    'misconfigured',
    `Cannot get a Temporal dev server: ${reasons.join('; ')}; set COUNTERSIGN_TEMPORAL_BIN, put temporal on PATH, or install Go`,
  );
}
