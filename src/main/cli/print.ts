/** Text for terminals: aligned tables, and nothing from outside that a terminal would obey. */
import { styleText } from 'node:util';
import type { Exit } from './exit-codes.ts';
import type { CliWorld } from './world.ts';

// Control characters (escape sequences among them) and the marks that change reading direction.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u200e\u200f\u2028\u2029\u061c\u202a-\u202e\u2066-\u2069]/gu;
const CELL_LENGTH_MAX = 100;

/** One line of outside text, harmless and bounded. */
export function printable(text: string, lengthMax = 2000): string {
  const clean = text.replaceAll(UNPRINTABLE, ' ');
  return clean.length > lengthMax ? `${clean.slice(0, lengthMax - 1)}…` : clean;
}

/** Rows under their heads, columns aligned, two blanks between them; ends with a line end. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [
    heads.map((head) => head.toUpperCase()),
    ...rows.map((row) => row.map((cell) => printable(cell, CELL_LENGTH_MAX))),
  ];
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** Names and values below each other, values aligned. Pairs without a value are left out. */
export function pairs(entries: readonly (readonly [string, string | undefined])[]): string {
  const present = entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined);
  const width = Math.max(0, ...present.map(([name]) => name.length));
  return present.map(([name, value]) => `  ${name.padEnd(width)}  ${printable(value)}\n`).join('');
}

const EXIT_COLOURS: Readonly<Record<Exit, 'green' | 'red' | 'yellow'>> = Object.freeze({
  0: 'green',
  1: 'red',
  2: 'red',
  3: 'red',
  4: 'red',
  5: 'yellow',
});

/** A word in the colour of its exit code, where colours are shown. */
export function coloured(word: string, exit: Exit, { colours }: Pick<CliWorld, 'colours'>): string {
  return colours ? styleText(EXIT_COLOURS[exit], word, { validateStream: false }) : word;
}

/** Pretty JSON with a line end. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
