/** Whom the owner of this machine is signed in as: a token for a quarter of an hour, in a file that only they can read. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { CountersignError } from '../../domain/errors.ts';

const LOGIN_BYTES_MAX = 8_192;

const login = z.strictObject({
  /** The only pages that are ever sent the token. */
  url: z.string(),
  person: z.string(),
  token: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  endsAt: z.iso.datetime(),
});
export type Login = Readonly<z.output<typeof login>>;

export function loginFile({ dataFolder }: { readonly dataFolder: string }): string {
  return join(dataFolder, 'login.json');
}

/** Written aside and moved into place: an interrupted command leaves the file as it was, or whole. */
export async function keepLogin(file: string, kept: Login): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const aside = `${file}.${randomUUID()}`;
  try {
    await writeFile(aside, `${JSON.stringify(kept)}\n`, { mode: 0o600, flag: 'wx' });
    await rename(aside, file);
  } finally {
    await rm(aside, { force: true });
  }
}

/** Undefined where there is none. Rejects with `misconfigured` for a file that others can read, or that is none of ours. */
export async function readLogin(file: string): Promise<Login | undefined> {
  const found = await contentOf(file);
  if (found === undefined) return undefined;
  if (found.isExposed) throw unusable(file, 'can be read by others, wanted mode 0600');
  if (found.login === undefined) throw unusable(file, 'is not one of ours');
  return found.login;
}

/** As `readLogin`, for ending it: where others can read a token, that is the more reason to. */
export async function readLoginToEnd(file: string): Promise<Login | undefined> {
  return (await contentOf(file))?.login;
}

/** Repeating it is harmless. */
export async function forgetLogin(file: string): Promise<void> {
  await rm(file, { force: true });
}

async function contentOf(
  file: string,
): Promise<{ readonly isExposed: boolean; readonly login: Login | undefined } | undefined> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw unusable(file, 'cannot be opened', error);
  });
  if (handle === undefined) return undefined;
  try {
    const { mode, size } = await handle.stat();
    const isExposed = (mode & 0o077) !== 0 && process.platform !== 'win32';
    return { isExposed, login: size > LOGIN_BYTES_MAX ? undefined : parsed(await handle.readFile('utf8')) };
  } finally {
    await handle.close();
  }
}

function parsed(text: string): Login | undefined {
  try {
    return login.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function unusable(file: string, problem: string, cause?: unknown): CountersignError {
  return new CountersignError(
    'misconfigured',
    `Cannot use sign-in: "${file}" ${problem}; run countersign logout, then countersign login`,
    { cause },
  );
}
