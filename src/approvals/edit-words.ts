/** What of a step was edited, by whom and how it differs from what the agent asked: for plain and fenced text only. */
import { structuredPatch } from 'diff';
import type { ArgumentChange, StepEdits } from '../domain/amendment.ts';
import type { Names } from './names.ts';
import { outsideLine } from './outside-text.ts';

const REASON_CHARS_MAX = 200;
const SHORT_CHARS_MAX = 100;
/** Beyond so many differing lines two texts are shown one after the other. */
const DIFFERENCES_MAX = 400;
const NOT_GIVEN = '(not given)';

/** `Edited by Alice: reason`, a line an edit, the newest last. */
export function editedWords({ edits }: StepEdits, names: Pick<Names, 'person'>): string {
  return edits
    .map(({ by, reason }) => `Edited by ${names.person(by)}: ${outsideLine(reason, REASON_CHARS_MAX)}`)
    .join('\n');
}

/** One line for short values, else a unified diff with its lines set apart by their signs. */
export function changeWords({ changes }: StepEdits): string {
  const lines = changes.map((change) => (isShort(change) ? shortWords(change) : longWords(change)));
  return ['Edited, compared with what the agent asked:', ...lines].join('\n');
}

/** An arrow inside a value would read as ours. */
function isShort({ was = NOT_GIVEN, now = NOT_GIVEN }: ArgumentChange): boolean {
  return [was, now].every((value) => value.length <= SHORT_CHARS_MAX && !/[\r\n→]/.test(value));
}

function shortWords({ field, was = NOT_GIVEN, now = NOT_GIVEN }: ArgumentChange): string {
  return `${field}: ${was} → ${now}`;
}

function longWords({ field, was = '', now = '' }: ArgumentChange): string {
  const options = { context: 1, maxEditLength: DIFFERENCES_MAX };
  const patch = structuredPatch('was', 'now', ended(was), ended(now), '', '', options);
  const lines =
    patch === undefined
      ? [...signed('-', was), ...signed('+', now)]
      : patch.hunks.flatMap((hunk, at) => [...(at === 0 ? [] : ['  …']), ...hunk.lines.map(apart)]);
  return [`${field}:`, ...lines].join('\n');
}

/** So that the last line is like the others; nothing where nothing is given. */
function ended(text: string): string {
  return text === ''
    ? ''
    : `${text}
`;
}

/** Set apart so that no line of a value passes for a label of ours. */
function apart(line: string): string {
  return `  ${line.replaceAll('\r', '[U+000D]')}`;
}

function signed(sign: '-' | '+', text: string): readonly string[] {
  return text.split('\n').map((line) => apart(`${sign}${line}`));
}
