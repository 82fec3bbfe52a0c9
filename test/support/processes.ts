/** Processes of this computer, by what their command line names. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Ids of processes (but for the asking ones) whose command line contains `text`, say a folder of a test's own. */
export async function processesNaming(text: string): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pid=,args='], {
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout
    .split('\n')
    .filter((line) => line.includes(text))
    .map((line) => Number.parseInt(line, 10));
}
