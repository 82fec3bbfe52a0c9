import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AbsenceBook } from '../../src/domain/ports.ts';
import { absenceFiles } from '../../src/store/absence-files.ts';
import { makeOrderFolders } from '../../src/store/order-files.ts';
import { absencesContract } from './absences.contract.ts';
import { anAbsence } from './samples.ts';

let folder: string;
let book: AbsenceBook;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'absence-files-'));
  await makeOrderFolders(folder);
  book = absenceFiles(folder, () => new Date());
});
afterAll(() => rm(folder, { recursive: true }));

absencesContract('absences in files', () => book);

describe('absences in files of an embedded installation', () => {
  test('are seen by every process at once', async () => {
    const absence = anAbsence();
    await book.add(absence);
    expect(await absenceFiles(folder, () => new Date()).find(absence.id)).toEqual(absence);
  });

  test('inForce() counts the one said first where two processes wrote at once', async () => {
    const first = anAbsence({ madeAt: '2026-11-21T08:00:00.000Z' });
    await book.add(first);
    const second = anAbsence({ person: first.person, delegate: 'mallory' });
    await writeFile(join(folder, 'orders', 'absences', 'other.json'), JSON.stringify(second));
    const seen = await book.inForce(new Date('2026-11-21T12:00:00.000Z'));
    expect(seen.filter(({ person }) => person === first.person)).toEqual([first]);
  });

  test('inForce() rejects when one of the files is no absence, and nobody then stands in', async () => {
    const file = join(folder, 'orders', 'absences', 'broken.json');
    await writeFile(file, '{"person":"alice","until":"for ever"}');
    await expect(book.inForce(new Date())).rejects.toMatchObject({ code: 'unavailable' });
    await rm(file);
    expect(await readdir(join(folder, 'orders', 'absences'))).not.toEqual([]);
  });
});
