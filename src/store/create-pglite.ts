/**
 * Run as a process of its own by `open-pglite.ts`: makes a migrated PGlite in the folder named by the only argument
 * and ends. Making one takes 0.8 GB where opening one takes 0.3, and that memory is never given back.
 */
import { PGlite } from '@electric-sql/pglite';
import { Kysely } from 'kysely';
import type { Tables } from './database.ts';
import { migrate } from './migrate.ts';
import { pgliteDialect } from './pglite-dialect.ts';

// The parent holds the other end: when it dies, so does this, and its folder is never given the real name.
process.stdin.on('end', () => process.exit(1)).resume();

const folder = process.argv[2];
if (folder === undefined) throw new Error('Cannot create database: no folder named');
const pglite = await PGlite.create({ dataDir: folder });
const db = new Kysely<Tables>({ dialect: pgliteDialect({ pglite, waitMs: 60_000 }) });
await migrate(db);
await db.destroy();
process.exit(0);
