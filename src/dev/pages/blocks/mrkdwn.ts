/**
 * Slack's mrkdwn, as Slack reads it: `*bold*`, `_italic_`, `~strike~`, code, `> quote`, and `<...>` for links, dates
 * and mentions. Whatever it does not know stays text: nothing is dropped, because people decide on what they see.
 */
import { type Inline, joinText, type Passage, type Style, text } from './inline.ts';

const STYLES: Readonly<Record<string, Style>> = { '*': 'bold', _: 'italic', '~': 'strike' };
const WORD = /[\p{L}\p{N}]/u;
const BARE_LINK = /^https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)\]}'"*_~`]/i;
const SPECIAL = /[<`*_~h&]/i;

/** How one mrkdwn text is read. `verbatim` turns off linking of bare addresses, as in Slack. */
export interface MrkdwnOptions {
  readonly verbatim?: boolean;
}

/** Parses a whole text. Never throws; time grows at worst with the square of a line's length (texts are ≤ 3,000). */
export function parseMrkdwn(source: string, { verbatim = false }: MrkdwnOptions = {}): readonly Passage[] {
  return source.split(/```([\s\S]+?)```/).flatMap((piece, index): readonly Passage[] => {
    if (index % 2 === 1) return [{ kind: 'preformatted', text: decode(piece).replace(/^\n|\n$/g, '') }];
    const around = index === 0 ? piece : piece.replace(/^\n/, '');
    return around === '' ? [] : paragraphs(around, verbatim);
  });
}

function paragraphs(source: string, verbatim: boolean): readonly Passage[] {
  const passages: { kind: 'paragraph' | 'quote'; lines: string[] }[] = [];
  for (const line of source.split('\n')) {
    const quoted = /^(?:>|&gt;) ?/.exec(line);
    const kind = quoted === null ? 'paragraph' : 'quote';
    const rest = quoted === null ? line : line.slice(quoted[0].length);
    const last = passages.at(-1);
    if (last?.kind === kind) last.lines.push(rest);
    else passages.push({ kind, lines: [rest] });
  }
  return passages.map(({ kind, lines }) => ({
    kind,
    children: joinText(
      lines.flatMap((line, at) => [...(at > 0 ? [text('\n')] : []), ...parseLine(line, verbatim)]),
    ),
  }));
}

/** One reading position: what was understood there and where reading goes on. */
interface Step {
  readonly part: Inline;
  readonly next: number;
}

function parseLine(line: string, verbatim: boolean): readonly Inline[] {
  const parts: Inline[] = [];
  let at = 0;
  while (at < line.length) {
    const step = readAt(line, at, verbatim) ?? plain(line, at);
    parts.push(step.part);
    at = step.next;
  }
  return joinText(parts);
}

function readAt(line: string, at: number, verbatim: boolean): Step | undefined {
  const mark = line[at] ?? '';
  if (mark === '<') return readAngle(line, at);
  if (mark === '`') return readCode(line, at);
  if (mark in STYLES) return readStyled(line, at, verbatim);
  if (!verbatim && (mark === 'h' || mark === 'H')) return readBareLink(line, at);
  return undefined;
}

function plain(line: string, at: number): Step {
  const entity = /^&(?:amp|lt|gt);/.exec(line.slice(at, at + 5));
  if (entity !== null) return { part: text(decode(entity[0])), next: at + entity[0].length };
  const ahead = line.slice(at + 1).search(SPECIAL);
  const next = ahead < 0 ? line.length : at + 1 + ahead;
  return { part: text(line.slice(at, next)), next };
}

function readCode(line: string, at: number): Step | undefined {
  const end = line.indexOf('`', at + 1);
  if (end <= at + 1) return undefined;
  return { part: { kind: 'code', text: decode(line.slice(at + 1, end)) }, next: end + 1 };
}

function readStyled(line: string, at: number, verbatim: boolean): Step | undefined {
  const mark = line[at] ?? '';
  const style = STYLES[mark];
  if (style === undefined || !opens(line, at)) return undefined;
  for (let end = line.indexOf(mark, at + 2); end > 0; end = line.indexOf(mark, end + 1)) {
    if (!closes(line, end)) continue;
    const children = parseLine(line.slice(at + 1, end), verbatim);
    return { part: { kind: 'styled', style, children }, next: end + 1 };
  }
  return undefined;
}

function opens(line: string, at: number): boolean {
  const before = line[at - 1] ?? ' ';
  const after = line[at + 1] ?? ' ';
  return !WORD.test(before) && before !== line[at] && !/\s/.test(after) && after !== line[at];
}

function closes(line: string, at: number): boolean {
  const before = line[at - 1] ?? ' ';
  const after = line[at + 1] ?? ' ';
  return !/\s/.test(before) && !WORD.test(after) && after !== line[at];
}

function readBareLink(line: string, at: number): Step | undefined {
  if (WORD.test(line[at - 1] ?? ' ')) return undefined;
  const found = BARE_LINK.exec(line.slice(at));
  if (found === null) return undefined;
  const url = decode(found[0]);
  return { part: { kind: 'link', url, label: url, source: url }, next: at + found[0].length };
}

function readAngle(line: string, at: number): Step | undefined {
  const end = line.indexOf('>', at + 1);
  if (end < 0) return undefined;
  const inside = line.slice(at + 1, end);
  const bar = inside.indexOf('|');
  const head = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? undefined : decode(inside.slice(bar + 1));
  const part =
    mention(head, label) ?? date(head, label) ?? link(head, label, decode(line.slice(at, end + 1)));
  return part === undefined ? undefined : { part, next: end + 1 };
}

function mention(head: string, label: string | undefined): Inline | undefined {
  const found = /^(?:@([UW][A-Z0-9]+)|#([CG][A-Z0-9]+)|!subteam\^([A-Z0-9]+)|!(here|channel|everyone))$/.exec(
    head,
  );
  if (found === null) return undefined;
  const [, user, channel, group, broadcast] = found;
  const named = label === undefined ? {} : { label };
  if (user !== undefined) return { kind: 'user', id: user, ...named };
  if (channel !== undefined) return { kind: 'channel', id: channel, ...named };
  if (group !== undefined) return { kind: 'group', id: group, ...named };
  return { kind: 'broadcast', id: broadcast ?? '', ...named };
}

function date(head: string, fallback: string | undefined): Inline | undefined {
  const found = /^!date\^(\d{1,12})\^([^^]+)(?:\^(.+))?$/.exec(head);
  if (found === null || fallback === undefined) return undefined;
  const [, at = '', format = '', url] = found;
  return {
    kind: 'date',
    at: Number(at),
    format: decode(format),
    fallback,
    ...(url === undefined ? {} : { url }),
  };
}

function link(head: string, label: string | undefined, source: string): Inline | undefined {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(head)) return undefined;
  const url = decode(head);
  return { kind: 'link', url, label: label ?? url.replace(/^mailto:/i, ''), source };
}

function decode(source: string): string {
  return source.replace(/&(amp|lt|gt);/g, (_, name: string) =>
    name === 'amp' ? '&' : name === 'lt' ? '<' : '>',
  );
}
