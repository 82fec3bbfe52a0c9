/**
 * The sandbox page's files, bundled once in this process and kept in memory. Nothing is fetched from outside, and the
 * page asks for nothing but these and `/api/`.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { impossible } from '../../domain/errors.ts';

const PAGES = new URL('../pages/', import.meta.url);

/** One file as it is served. */
export interface Asset {
  readonly type: string;
  readonly body: Buffer;
}

/** Bundles the page (about 0.2 s) and answers its files by path. Rejects with esbuild's own message on broken source. */
export async function bundlePage(): Promise<ReadonlyMap<string, Asset>> {
  const [bundle, html, icon] = await Promise.all([
    build({
      entryPoints: [
        { in: fileURLToPath(new URL('main.tsx', PAGES)), out: 'sandbox' },
        { in: fileURLToPath(new URL('styles/main.css', PAGES)), out: 'sandbox' },
      ],
      bundle: true,
      write: false,
      outdir: fileURLToPath(PAGES),
      format: 'esm',
      target: 'es2022',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      minify: true,
      legalComments: 'none',
      logLevel: 'silent',
    }),
    readFile(new URL('index.html', PAGES)),
    readFile(new URL('icon.svg', PAGES)),
  ]);
  const output = (ending: string): Buffer => {
    const file = bundle.outputFiles.find(({ path }) => path.endsWith(ending));
    return file === undefined ? impossible(`page bundle has no ${ending}`) : Buffer.from(file.contents);
  };
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', body: html }],
    ['/sandbox.js', { type: 'text/javascript; charset=utf-8', body: output('.js') }],
    ['/sandbox.css', { type: 'text/css; charset=utf-8', body: output('.css') }],
    ['/icon.svg', { type: 'image/svg+xml', body: icon }],
  ]);
}
