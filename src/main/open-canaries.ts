/** The canaries of the configuration, as they are now. */
import type { Canaries } from '../gateway/canary.ts';
import { readCanaries } from '../gateway/canary-file.ts';
import { freshFrom } from './fresh-files.ts';

/**
 * Reads the file now and again at each look after it changed. Throws `misconfigured` when it can't be read at first;
 * when it breaks later the last good ones stay in force and `onBroken` is told, once for each broken state.
 */
export function openCanaries(file: string, onBroken: (error: unknown) => void): Canaries {
  const canaries = freshFrom({
    what: 'the canaries',
    files: [file],
    read: () => readCanaries(file),
    alarm: ({ error }) => onBroken(error),
  });
  return { find: (texts) => canaries().find(texts) };
}
