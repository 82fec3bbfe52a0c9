import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

/** Where process ids mean what they mean here: the machine and, on Linux, the pid namespace (containers). */
export async function pidRealm(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return `${hostname()} ${namespace}`.trim();
}

/**
 * A mark that differs between two processes that get the same id one after the other; undefined when no such
 * process lives (a killed one that its parent has not yet collected is dead). Within one `pidRealm` only.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  if (!exists(pid)) return undefined;
  if (process.platform === 'linux') return linuxStart(pid);
  // Windows has no cheap start time: a live process with this id counts as the same one, which errs on refusing.
  return process.platform === 'win32' ? 'alive' : unixStart(pid);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

async function linuxStart(pid: number): Promise<string | undefined> {
  const [stat, boot] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
  ]);
  if (stat === undefined) return exists(pid) ? 'alive' : undefined;
  // The name in parentheses may hold anything, so count from the last parenthesis: state first, start time 20th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2)) ? undefined : `${boot.trim()}:${fields[19]}`;
}

async function unixStart(pid: number): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    timeout: 5_000,
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
  }).catch(() => ({ stdout: 'alive' }));
  const line = stdout.trim();
  return line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
}
