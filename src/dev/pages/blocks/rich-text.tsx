import type { RichTextBlock, RichTextBlockElement, RichTextElement, RichTextList } from '@slack/types';
import type { Inline, Style } from './inline.ts';
import { Inlines } from './inline-view.tsx';

/** Draws a `rich_text` block. */
export function RichTextView({ block }: { block: RichTextBlock }) {
  return (
    <div class="bk-rich">
      {block.elements.map((element, index) => (
        <RichTextPart key={index} element={element} />
      ))}
    </div>
  );
}

function RichTextPart({ element }: { element: RichTextBlockElement }) {
  switch (element.type) {
    case 'rich_text_section':
      return (
        <div class="bk-text">
          <Inlines parts={element.elements.map(asInline)} />
        </div>
      );
    case 'rich_text_quote':
      return (
        <blockquote class="bk-quote">
          <Inlines parts={element.elements.map(asInline)} />
        </blockquote>
      );
    case 'rich_text_preformatted':
      return (
        <pre class="bk-pre">
          <Inlines parts={element.elements.map(asInline)} />
        </pre>
      );
    case 'rich_text_list':
      return <RichList list={element} />;
    default:
      return <div class="bk-unknown">[element {nameOf(element)} is not shown here]</div>;
  }
}

function RichList({ list }: { list: RichTextList }) {
  const items = list.elements.map((item, index) => (
    <li key={index}>
      <Inlines parts={item.elements.map(asInline)} />
    </li>
  ));
  const kind = `bk-list bk-indent-${Math.min(list.indent ?? 0, 5)}`;
  return list.style === 'ordered' ? <ol class={kind}>{items}</ol> : <ul class={kind}>{items}</ul>;
}

function asInline(element: RichTextElement): Inline {
  switch (element.type) {
    case 'text':
      return styled(element.text, element.style);
    case 'link': {
      const label = element.text ?? element.url;
      const source = label === element.url ? label : `${label} (${element.url})`;
      return { kind: 'link', url: element.url, label, source };
    }
    case 'user':
      return { kind: 'user', id: element.user_id };
    case 'usergroup':
      return { kind: 'group', id: element.usergroup_id };
    case 'team':
      return { kind: 'group', id: element.team_id };
    case 'channel':
      return { kind: 'channel', id: element.channel_id };
    case 'broadcast':
      return { kind: 'broadcast', id: element.range };
    case 'color':
      return { kind: 'code', text: element.value };
    case 'emoji':
      return { kind: 'text', text: emoji(element.name, element.unicode) };
    case 'date':
      return dateInline(element);
    default:
      return { kind: 'text', text: `[element ${nameOf(element)} is not shown here]` };
  }
}

function dateInline(element: Extract<RichTextElement, { type: 'date' }>): Inline {
  return {
    kind: 'date',
    at: element.timestamp,
    format: element.format,
    fallback: element.fallback ?? new Date(element.timestamp * 1000).toUTCString(),
    ...(element.url === undefined ? {} : { url: element.url }),
  };
}

function styled(value: string, style: Readonly<Record<string, boolean>> | undefined): Inline {
  const leaf: Inline = style?.code === true ? { kind: 'code', text: value } : { kind: 'text', text: value };
  const order: readonly Style[] = ['bold', 'italic', 'strike', 'underline'];
  return order
    .filter((one) => style?.[one] === true)
    .reduce<Inline>((inside, one) => ({ kind: 'styled', style: one, children: [inside] }), leaf);
}

function emoji(name: string, unicode: string | undefined): string {
  const points = (unicode ?? '').split('-').map((hex) => Number.parseInt(hex, 16));
  const valid = points.every((point) => Number.isInteger(point) && point > 0 && point <= 0x10ffff);
  return valid ? String.fromCodePoint(...points) : `:${name}:`;
}

function nameOf(element: never): string {
  return String((element as { type?: unknown }).type);
}
