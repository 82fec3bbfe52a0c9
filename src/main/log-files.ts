/** Where the embedded default logs: files beside its state, so that the terminal stays readable. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pino, { type DestinationStream } from 'pino';

export interface LogFiles {
  readonly folder: string;
  readonly destination: DestinationStream;
  readonly securityDestination: DestinationStream;
}

export async function openLogFiles(dataFolder: string): Promise<LogFiles> {
  const folder = join(dataFolder, 'logs');
  await mkdir(folder, { recursive: true });
  const open = (name: string) => pino.destination({ dest: join(folder, name), append: true, sync: true });
  return { folder, destination: open('countersign.jsonl'), securityDestination: open('security.jsonl') };
}
