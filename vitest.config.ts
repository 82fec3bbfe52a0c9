import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    globalSetup: ['test/support/global-setup.ts'],
    // Temporal's runtime is one per process, and tests of shutdown and locks are about processes.
    pool: 'forks',
    maxWorkers: 2,
    // Cedar's WebAssembly crashes now and then on Node 20 without it.
    execArgv: process.version.startsWith('v20.') ? ['--no-turbo-inline-js-wasm-calls'] : [],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 15_000,
  },
});
