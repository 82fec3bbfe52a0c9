/** The few files of the pages, read once and served from here: nothing is fetched from outside. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

const OWN = new URL('./static/', import.meta.url);
/** The bundle that the library publishes for pages without a build step. */
const WEBAUTHN_BUNDLE = 'dist/bundle/index.umd.min.js';

/** Rejects when a file is missing: a page without its script could approve nothing. */
export async function addStaticFiles(app: FastifyInstance): Promise<void> {
  const files: readonly (readonly [string, string, Buffer])[] = [
    ['pages.css', 'text/css; charset=utf-8', await readFile(new URL('pages.css', OWN))],
    ['ceremony.js', 'text/javascript; charset=utf-8', await readFile(new URL('ceremony.js', OWN))],
    ['icon.svg', 'image/svg+xml', await readFile(new URL('icon.svg', OWN))],
    ['webauthn.js', 'text/javascript; charset=utf-8', await readFile(webauthnBundle())],
  ];
  for (const [name, type, body] of files) {
    app.get(`/static/${name}`, async (_request, reply) =>
      reply.header('cache-control', 'public, max-age=300').type(type).send(body),
    );
  }
}

function webauthnBundle(): string {
  const require = createRequire(import.meta.url);
  let folder = dirname(require.resolve('@simplewebauthn/browser'));
  while (!folder.endsWith(join('@simplewebauthn', 'browser'))) folder = dirname(folder);
  return join(folder, WEBAUTHN_BUNDLE);
}
