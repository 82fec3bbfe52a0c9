#!/usr/bin/env node
// Starts the command line from its TypeScript source. Plain JavaScript, because it runs before tsx is there.
import { setFlagsFromString } from 'node:v8';

const [major] = process.versions.node.split('.').map(Number);
// Node 20 can abort in hot WebAssembly calls (the policy engine); the flag must be set before it is loaded.
if (major === 20) setFlagsFromString('--no-turbo-inline-js-wasm-calls');

try {
  const { register } = await import('tsx/esm/api');
  register();
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  process.stderr.write(
    'Cannot run countersign: its dependencies are missing, run "npm install" in its folder first\n',
  );
  process.exit(1);
}
await import('../src/main/cli.ts');
