/** The files of this room, read with a bound. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A file's text, or why there is none. */
export type Source =
  | { readonly file: string; readonly text: string; readonly problem?: undefined }
  | { readonly file: string; readonly text: ''; readonly problem: string };

const SOURCE_BYTES_MAX = 1024 * 1024;

/**
 * Never throws: a missing or too large file becomes one of the problems the loader reports together. In place, because
 * the calendar is looked at in the middle of a judgement; files of this room are small.
 */
export function readSource(folder: string, file: string): Source {
  try {
    const text = readFileSync(join(folder, file), 'utf8');
    const bytes = Buffer.byteLength(text);
    if (bytes <= SOURCE_BYTES_MAX) return { file, text };
    return { file, text: '', problem: `has ${bytes} bytes: wanted at most ${SOURCE_BYTES_MAX}` };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return { file, text: '', problem: `cannot be read (${code}): wanted a text file` };
  }
}

/** The value of a YAML text without aliases; undefined when it is no YAML, for the schema to refuse. */
export function readYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch {
    return undefined;
  }
}
