/**
 * Revocations, tool switches, access on request and absences as files in `<dataDir>/orders/`, for the embedded default: its
 * database belongs to the running process, and an operator's command must count within a second all the same. The same
 * rules as on a database; the books of an installation with a database are never here.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { AccessGrant } from '../domain/access.ts';
import { CountersignError } from '../domain/errors.ts';
import type { AbsenceBook, AccessBook, Clock } from '../domain/ports.ts';
import { absenceFiles } from './absence-files.ts';
import { type GrantFiles, grantFiles } from './grant-files.ts';
import { RECORDS_MAX, type RecordFolder, recordFolder } from './record-folder.ts';
import { CREDENTIALS_REVOKED_DAYS, type RecordedRevocation, type RevocationBook } from './revocations.ts';
import type { RecordedSwitch, SwitchBook } from './switches.ts';

const DAY_MS = 86_400_000;

const instant = z.iso.datetime({ offset: true });
const name = z.string().min(1).max(600);
const order = { subject: name, reason: name.max(2_000), by: name, at: instant };
const lifted = { liftedAt: instant.exactOptional(), liftedBy: name.exactOptional() };

const revocationSchema = z.strictObject({ kind: z.enum(['token', 'session', 'agent']), ...order, ...lifted });
const switchSchema = z.strictObject({
  state: z.enum(['off', 'read-only']),
  environment: z.enum(['all', 'prod', 'staging', 'dev']),
  ...order,
  ...lifted,
});
const grantSchema = z.strictObject({
  ...{
    id: name,
    agent: name,
    tool: name,
    scope: name.max(1_000),
    reason: z.string().max(2_000),
    request: name,
  },
  ...{ from: instant, until: instant },
  ...{ revokedAt: instant.exactOptional(), revokedBy: name.exactOptional() },
});

/** The books of one data folder. */
export interface OrderFiles {
  readonly revocations: RevocationBook;
  readonly switches: SwitchBook;
  readonly access: AccessBook;
  readonly absences: AbsenceBook;
  readonly grants: GrantFiles;
}

/** Reading rejects where the folders are missing: `makeOrderFolders()` and whatever writes make them. */
export function orderFiles(dataDir: string, clock: Clock = () => new Date()): OrderFiles {
  return Object.freeze({
    revocations: revocationFiles(dataDir, clock),
    switches: switchFiles(dataDir, clock),
    access: accessFiles(dataDir, clock),
    absences: absenceFiles(dataDir, clock),
    grants: grantFiles(dataDir, clock),
  });
}

/** For the process that owns the folder, before it reads. */
export async function makeOrderFolders(dataDir: string): Promise<void> {
  for (const kind of ['revocations', 'switches', 'access', 'absences', 'grants'])
    await mkdir(join(dataDir, 'orders', kind), { recursive: true });
}

function revocationFiles(dataDir: string, clock: Clock): RevocationBook {
  const inForce = ({ kind, at, liftedAt }: RecordedRevocation) =>
    liftedAt === undefined &&
    (kind === 'agent' || Date.parse(at) > clock().getTime() - CREDENTIALS_REVOKED_DAYS * DAY_MS);
  const files: RecordFolder<RecordedRevocation> = recordFolder({
    folder: join(dataDir, 'orders', 'revocations'),
    what: 'revocations',
    schema: revocationSchema,
    isOver: (entry) => !inForce(entry),
  });
  const keyOf = ({ kind, subject }: Pick<RecordedRevocation, 'kind' | 'subject'>) => `${kind}:${subject}`;
  return {
    active: async () => files.all().filter(inForce).toSorted(byTime),
    list: async () => files.all().toSorted(byTime).toReversed().slice(0, RECORDS_MAX),
    async add({ kind, subject, reason, by, at }) {
      const entry = { kind, subject, reason, by, at };
      const there = await files.create(keyOf(entry), entry);
      if (there !== undefined && !inForce(there)) await files.put(keyOf(entry), entry);
    },
    async lift(agentId, by) {
      const key = keyOf({ kind: 'agent', subject: agentId });
      const there = files.find(key);
      if (there !== undefined) return lift(files, { key, there, by, clock });
      const other = files.all().find(({ kind, subject }) => kind !== 'agent' && subject === agentId);
      if (other === undefined) return false;
      throw new CountersignError(
        'invalid-field',
        `Cannot reinstate "${agentId}": it is a "${other.kind}", wanted an "agent"`,
      );
    },
  };
}

function switchFiles(dataDir: string, clock: Clock): SwitchBook {
  const files: RecordFolder<RecordedSwitch> = recordFolder({
    folder: join(dataDir, 'orders', 'switches'),
    what: 'tool switches',
    schema: switchSchema,
    isOver: ({ liftedAt }) => liftedAt !== undefined,
  });
  const keyOf = (subject: string, environment: string) => `${environment}:${subject}`;
  return {
    active: async () =>
      files
        .all()
        .filter(({ liftedAt }) => liftedAt === undefined)
        .toSorted((a, b) => a.subject.localeCompare(b.subject)),
    list: async () => files.all().toSorted(byTime).toReversed().slice(0, RECORDS_MAX),
    async set({ subject, state, environment, reason, by, at }) {
      const key = keyOf(subject, environment);
      const entry = { subject, state, environment, reason, by, at };
      const there = await files.create(key, entry);
      if (there === undefined) return;
      await keepPast(files, key, { liftedAt: clock().toISOString(), liftedBy: by, ...there });
      await files.put(key, entry);
    },
    async remove(subject, environment, by) {
      const key = keyOf(subject, environment);
      const there = files.find(key);
      return there === undefined ? false : lift(files, { key, there, by, clock });
    },
  };
}

function accessFiles(dataDir: string, clock: Clock): AccessBook {
  const inForce = ({ from, until, revokedAt }: AccessGrant, now: Date) =>
    revokedAt === undefined && new Date(from) <= now && new Date(until) > now;
  const files: RecordFolder<AccessGrant> = recordFolder({
    folder: join(dataDir, 'orders', 'access'),
    what: 'access grants',
    schema: grantSchema,
    isOver: (grant) => grant.revokedAt !== undefined || new Date(grant.until) <= clock(),
  });
  return {
    inForce: async (agent, now) => files.all().filter((one) => one.agent === agent && inForce(one, now)),
    find: async (id) => files.find(id),
    list: async (agent) =>
      files
        .all()
        .filter((one) => agent === undefined || one.agent === agent)
        .toSorted((a, b) => Date.parse(b.from) - Date.parse(a.from)),
    async give(grant) {
      const there = await files.create(grant.id, grant);
      // Not the times: a step that is tried again counts them anew.
      const isSame = (one: AccessGrant) =>
        one.agent === grant.agent && one.tool === grant.tool && one.scope === grant.scope;
      if (there === undefined || isSame(there)) return;
      throw new CountersignError(
        'key-reused',
        `Cannot give access "${grant.id}": used by another grant, wanted a new id`,
      );
    },
    async revoke(id, by) {
      const now = clock();
      const there = files.find(id);
      if (there === undefined || there.revokedAt !== undefined || new Date(there.until) <= now) return false;
      await files.put(id, { ...there, revokedAt: now.toISOString(), revokedBy: by });
      return true;
    },
  };
}

interface Order {
  readonly at: string;
  readonly liftedAt?: string;
  readonly liftedBy?: string;
}

/** First remembered as past, then taken out of force: broken off between the two, it still holds. */
async function lift<Entry extends Order>(
  files: RecordFolder<Entry>,
  { key, there, by, clock }: { key: string; there: Entry; by: string; clock: Clock },
): Promise<boolean> {
  if (there.liftedAt !== undefined) return false;
  await keepPast(files, key, { ...there, liftedAt: clock().toISOString(), liftedBy: by });
  await files.remove(key);
  return true;
}

async function keepPast<Entry extends Order>(
  files: RecordFolder<Entry>,
  key: string,
  past: Entry,
): Promise<void> {
  await files.create(`${key} until ${past.liftedAt}`, past);
}

function byTime(a: Order, b: Order): number {
  return Date.parse(a.at) - Date.parse(b.at);
}
