/** Absences as files in `<dataDir>/orders/absences/`, beside the other books of the embedded default; see `order-files.ts`. */
import { join } from 'node:path';
import { z } from 'zod';
import {
  ABSENCE_NOTE_CHARS_MAX,
  ABSENCES_OPEN_MAX,
  type Absence,
  type RecordedAbsence,
} from '../domain/absence.ts';
import type { AbsenceBook, Clock } from '../domain/ports.ts';
import { assertFits, assertSameAbsence } from './absences.ts';
import { recordFolder } from './record-folder.ts';

const instant = z.iso.datetime({ offset: true });
const name = z.string().min(1).max(200);
const absenceSchema = z.strictObject({
  ...{ id: name, person: name, delegate: name.exactOptional() },
  note: z.string().min(1).max(ABSENCE_NOTE_CHARS_MAX).exactOptional(),
  ...{ from: instant, until: instant, madeAt: instant, by: name },
  ...{ endedAt: instant.exactOptional(), endedBy: name.exactOptional() },
});

/** Absences of one data folder. Of two people who write for the same person at once, the first to be made counts. */
export function absenceFiles(dataDir: string, clock: Clock): AbsenceBook {
  const isOpen = ({ until, endedAt }: RecordedAbsence, now: Date) =>
    endedAt === undefined && new Date(until) > now;
  const files = recordFolder<RecordedAbsence>({
    folder: join(dataDir, 'orders', 'absences'),
    what: 'absences',
    schema: absenceSchema,
    isOver: (absence) => !isOpen(absence, clock()),
  });
  const openOf = (person: string, now: Date) =>
    files
      .all()
      .filter((one) => one.person === person && isOpen(one, now))
      .toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from))
      .slice(0, ABSENCES_OPEN_MAX);
  return {
    inForce: async (now) =>
      firstOfEach(files.all().filter((one) => isOpen(one, now) && new Date(one.from) <= now)),
    find: async (id) => files.find(id),
    openOf: async (person, now) => openOf(person, now),
    list: async (person) =>
      files
        .all()
        .filter((one) => person === undefined || one.person === person)
        .toSorted((a, b) => Date.parse(b.madeAt) - Date.parse(a.madeAt)),
    async add(absence) {
      const found = files.find(absence.id);
      if (found !== undefined) return assertSameAbsence(absence, found);
      assertFits(absence, openOf(absence.person, new Date(absence.madeAt)));
      const there = await files.create(absence.id, absence);
      if (there !== undefined) assertSameAbsence(absence, there);
    },
    async end(id, by) {
      const now = clock();
      const there = files.find(id);
      if (there === undefined || !isOpen(there, now)) return false;
      await files.put(id, { ...there, endedAt: now.toISOString(), endedBy: by });
      return true;
    },
  };
}

function firstOfEach(absences: readonly Absence[]): readonly Absence[] {
  const first = new Map<string, Absence>();
  for (const absence of absences.toSorted((a, b) => Date.parse(a.madeAt) - Date.parse(b.madeAt)))
    if (!first.has(absence.person)) first.set(absence.person, absence);
  return [...first.values()].toSorted((a, b) => a.person.localeCompare(b.person));
}
