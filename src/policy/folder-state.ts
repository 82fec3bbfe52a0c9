/** What a folder holds: cheaply, to notice that something changed, and exactly, to know what. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalHash } from '../domain/digest.ts';
import { readSource } from './source.ts';

/** More files than these are not looked at; a bundle has a handful. */
const FILES_MAX = 200;

/**
 * Stamps of the files, links followed: a link that now leads elsewhere, as Kubernetes changes mounted configuration,
 * is a change. Never throws: a folder that cannot be read has a stamp of its own.
 */
export function folderStamp(folder: string): string {
  try {
    return filesOf(folder)
      .map(({ name, stats }) => `${name}:${stats.mtimeNs}:${stats.ctimeNs}:${stats.size}:${stats.ino}`)
      .join(' ');
  } catch (error) {
    return String(error);
  }
}

/** A hash of the files' texts. Never throws, as `folderStamp`. */
export function folderContent(folder: string): string {
  try {
    return canonicalHash(filesOf(folder).map(({ name }) => ({ ...readSource(folder, name) })));
  } catch (error) {
    return String(error);
  }
}

function filesOf(folder: string) {
  return readdirSync(folder)
    .sort()
    .slice(0, FILES_MAX)
    .flatMap((name) => {
      const stats = statSync(join(folder, name), { bigint: true, throwIfNoEntry: false });
      return stats?.isFile() === true ? [{ name, stats }] : [];
    });
}
