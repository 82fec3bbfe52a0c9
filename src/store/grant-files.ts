/**
 * Standing grants as the command line sees them in the embedded default, whose database belongs to the running process:
 * a file for each in `<dataDir>/orders/grants/`, written when it is minted. Uses are counted in the database alone; a
 * grant whose file was revoked, or is not there, counts no more.
 */
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock, StandingGrants } from '../domain/ports.ts';
import { type GrantStanding, isInForce, type StandingGrant } from '../domain/standing-grant.ts';
import { recordFolder } from './record-folder.ts';

/** What people need to know a grant by; the uses are not here. */
export type FiledGrant = Omit<StandingGrant, 'target' | 'scope' | 'ask' | 'rules'>;

/** A grant as the command line lists it. `uses` and `cents` are absent where the running process alone knows them. */
export type ListedGrant = FiledGrant & Partial<Pick<GrantStanding, 'uses' | 'cents'>>;

/** The part of the book that operators work with. */
export interface GrantFiles {
  find(id: string): Promise<FiledGrant | undefined>;
  /** Newest first, past ones too. */
  list(whose?: Parameters<StandingGrants['list']>[0]): Promise<readonly FiledGrant[]>;
  revoke(id: string, by: string): Promise<boolean>;
  /** Idempotent by id. */
  file(grant: FiledGrant): Promise<void>;
}

const name = z.string().min(1).max(600);
const instant = z.iso.datetime({ offset: true });

const filedSchema: z.ZodType<FiledGrant> = z.strictObject({
  ...{ id: name, agent: name, tool: name, label: z.string().max(600), request: name, grantedBy: name },
  covers: z.enum(['target', 'arguments']),
  tier: z.enum(['low', 'medium', 'high', 'critical']),
  usesMax: z.int().min(1),
  centsMax: z.int().min(1).exactOptional(),
  reason: z.string().max(1_000).exactOptional(),
  ...{ until: instant, mintedAt: instant },
  ...{ revokedAt: instant.exactOptional(), revokedBy: name.exactOptional() },
});

/** The files of one data folder. */
export function grantFiles(dataDir: string, clock: Clock): GrantFiles {
  const files = recordFolder({
    folder: join(dataDir, 'orders', 'grants'),
    what: 'standing grants',
    schema: filedSchema,
    isOver: (grant: FiledGrant) => !isInForce(grant, clock()),
  });
  return {
    find: async (id) => files.find(id),
    list: async ({ agent, grantedBy } = {}) =>
      files
        .all()
        .filter((one) => (agent ?? one.agent) === one.agent && (grantedBy ?? one.grantedBy) === one.grantedBy)
        .toSorted((a, b) => Date.parse(b.mintedAt) - Date.parse(a.mintedAt)),
    async revoke(id, by) {
      const there = files.find(id);
      if (there === undefined || !isInForce(there, clock())) return false;
      await files.put(id, { ...there, revokedAt: clock().toISOString(), revokedBy: by });
      return true;
    },
    async file(grant) {
      await files.create(grant.id, grant);
    },
  };
}

/** The book of the running process, which its operators' files can only narrow. */
export function filedGrants(book: StandingGrants, files: GrantFiles): StandingGrants {
  const narrowed = async (grant: GrantStanding): Promise<GrantStanding> => {
    const { revokedAt, revokedBy } = (await files.find(grant.id)) ?? grant;
    if (revokedAt === undefined || revokedBy === undefined || grant.revokedAt !== undefined) return grant;
    return { ...grant, revokedAt, revokedBy };
  };
  return {
    ...book,
    async inForce(query) {
      const booked = await book.inForce(query);
      const filed = await Promise.all(booked.map(({ id }) => files.find(id)));
      return booked.filter((_, at) => filed[at] !== undefined && filed[at].revokedAt === undefined);
    },
    async find(id) {
      const grant = await book.find(id);
      return grant && (await narrowed(grant));
    },
    list: async (whose) => Promise.all((await book.list(whose)).map(narrowed)),
    async revoke(id, by) {
      const filed = await files.revoke(id, by);
      const booked = await book.revoke(id, by);
      return filed || booked;
    },
    async mint(grant, proof) {
      await book.mint(grant, proof);
      const { target: _target, scope: _scope, ask: _ask, rules: _rules, ...filed } = grant;
      await files.file(filed);
    },
  };
}
