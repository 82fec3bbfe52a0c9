/**
 * The `markdown` block's language, as far as Slack draws it: headings, lists, quotes, fences, emphasis, code and links.
 * HTML and images stay text.
 */
import { type Inline, joinText, type Passage, type Style, text } from './inline.ts';

const INLINE =
  /(`+)([^`]+)\1|\[([^\]\n]+)\]\(([^()\s]+)\)|(\*\*|__)(?=\S)([^\n]*?\S)\5|(~~)(?=\S)([^\n]*?\S)\7|(\*|_)(?=\S)([^\n]*?\S)\9/;
const NESTING_MAX = 6;

/** Parses a whole text. Never throws; unknown markup stays text. */
export function parseMarkdown(source: string): readonly Passage[] {
  return source.split(/^```[^\n]*\n([\s\S]*?)^```[ \t]*$/m).flatMap((piece, index): readonly Passage[] => {
    if (index % 2 === 1) return [{ kind: 'preformatted', text: piece.replace(/\n$/, '') }];
    return piece
      .split(/\n{2,}/)
      .map((part) => part.replace(/^\n+|\n+$/g, ''))
      .filter((part) => part !== '')
      .flatMap(readPart);
  });
}

function readPart(part: string): readonly Passage[] {
  const [first = '', ...rest] = part.split('\n');
  const heading = /^(#{1,6}) +(.+)$/.exec(first);
  if (heading !== null) {
    const passage: Passage = {
      kind: 'heading',
      level: heading[1]?.length ?? 1,
      children: inline(heading[2] ?? ''),
    };
    return rest.length === 0 ? [passage] : [passage, ...readPart(rest.join('\n'))];
  }
  const lines = [first, ...rest];
  if (lines.every((line) => /^> ?/.test(line))) {
    return [{ kind: 'quote', children: inline(lines.map((line) => line.replace(/^> ?/, '')).join('\n')) }];
  }
  for (const [ordered, bullet] of [[false, /^ *[-*+] +/] as const, [true, /^ *\d{1,9}[.)] +/] as const]) {
    if (!lines.every((line) => bullet.test(line))) continue;
    return [{ kind: 'list', ordered, items: lines.map((line) => inline(line.replace(bullet, ''))) }];
  }
  return [{ kind: 'paragraph', children: inline(part) }];
}

function inline(source: string, depth = 0): readonly Inline[] {
  const parts: Inline[] = [];
  let rest = source;
  while (rest !== '') {
    const found = depth < NESTING_MAX ? INLINE.exec(rest) : null;
    if (found === null) break;
    parts.push(text(rest.slice(0, found.index)), understood(found, depth));
    rest = rest.slice(found.index + found[0].length);
  }
  return joinText([...parts, text(rest)]);
}

function understood(found: RegExpExecArray, depth: number): Inline {
  const [source, , code, label, url, , bold, , strike, , italic] = found;
  if (code !== undefined) return { kind: 'code', text: code };
  if (label !== undefined && url !== undefined) return { kind: 'link', url, label, source };
  const styled = (style: Style, inside: string): Inline => ({
    kind: 'styled',
    style,
    children: inline(inside, depth + 1),
  });
  if (bold !== undefined) return styled('bold', bold);
  if (strike !== undefined) return styled('strike', strike);
  return styled('italic', italic ?? '');
}
