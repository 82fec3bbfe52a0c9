/** Child process of `sdk-download.ts`: has the SDK download the CLI into the folder given, start it and stop it. */
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { CLI_VERSION } from './cli-binary.ts';

const [, , downloadDir] = process.argv;
if (downloadDir === undefined) throw new Error('Cannot download the Temporal CLI: no folder given');
const environment = await TestWorkflowEnvironment.createLocal({
  server: {
    ip: '127.0.0.1',
    executable: { type: 'cached-download', downloadDir, version: `v${CLI_VERSION}` },
  },
});
await environment.teardown();
