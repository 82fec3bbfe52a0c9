/** What people arrange for themselves, over real books in files: absences, halts, and what they were told. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDirectory } from '../../src/approvals/directory.ts';
import type { Organisation } from '../../src/approvals/people.ts';
import type { Clock, Log } from '../../src/domain/ports.ts';
import { absenceFiles } from '../../src/store/absence-files.ts';
import { fileHalts } from '../../src/store/halt-files.ts';
import { makeOrderFolders } from '../../src/store/order-files.ts';
import { ACME } from './acme.ts';

/** The example organisation with an operator: olaf. */
export const WITH_OPERATOR: Organisation = {
  ...ACME,
  people: [
    ...ACME.people,
    {
      ...{ id: 'olaf', name: 'Olaf', groups: [], active: true, timeZone: 'Europe/Berlin' },
      ...{ operator: true, slack: { team: 'T0ACME', user: 'U0OLAF' } },
    },
  ],
};

export interface Told {
  readonly person: string;
  readonly key: string;
  readonly text: string;
}

/** Books in a folder of their own, gone with `close`. */
export async function openBooks(clock: Clock) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-affairs-'));
  await makeOrderFolders(folder);
  const absences = absenceFiles(folder, clock);
  const halts = fileHalts(folder);
  // A halt in force needs the folder; adding one makes it.
  await halts.add({
    ...{ id: 'halt_first', scope: 'agent', subject: 'nobody', reason: 'r', by: 'op' },
    ...{ at: '2020-01-01T00:00:00.000Z', until: '2020-01-02T00:00:00.000Z' },
  });
  return { absences, halts, close: () => rmSync(folder, { recursive: true }) };
}

/** A desk for being away and pausing, at a time that tests turn. */
export async function openAffairs(at: string) {
  let now = new Date(at);
  const clock = () => now;
  const told: Told[] = [];
  const lines: string[] = [];
  const write = (fields: object) => void lines.push(JSON.stringify(fields));
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const books = await openBooks(clock);
  const directory = createDirectory(WITH_OPERATOR);
  const person = async (id: string) => {
    const found = await directory.person(id);
    if (found === undefined) throw new Error(`no person "${id}"`);
    return found;
  };
  const desk = {
    ...{ directory, clock, log, security: log },
    ...{ absences: books.absences, halts: books.halts },
    tools: ['github.delete_branch', 'stripe.refund_payment'],
    tell: async (note: Told) => void told.push(note),
  };
  return {
    desk,
    told,
    lines,
    person,
    close: books.close,
    turn: (next: string) => {
      now = new Date(next);
    },
  };
}
