/** The Cedar engine, imported so that it cannot take the process down. */
import v8 from 'node:v8';

export type Engine = typeof import('@cedar-policy/cedar-wasm/nodejs');

/**
 * Imports Cedar. Below Node 22 one V8 optimisation of calls into WebAssembly crashes the process now and then, so it is
 * switched off first; that is why the import is dynamic and why nothing else may import Cedar's code.
 */
export async function loadEngine(): Promise<Engine> {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 22) v8.setFlagsFromString('--no-turbo-inline-js-wasm-calls');
  const module: Engine & { readonly default?: Engine } = await import('@cedar-policy/cedar-wasm/nodejs');
  return module.default ?? module;
}
