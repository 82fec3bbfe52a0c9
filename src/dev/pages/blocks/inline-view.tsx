import type { ComponentChildren } from 'preact';
import { useContext } from 'preact/hooks';
import type { Inline, Passage } from './inline.ts';
import { SafeLink } from './safe-link.tsx';
import { slackDate } from './slack-date.ts';
import { type Surface, SurfaceContext } from './surface.ts';

/** Draws passages of text, one box each. */
export function PassagesView({ passages }: { passages: readonly Passage[] }) {
  return (
    <>
      {passages.map((passage, index) => (
        <PassageView key={index} passage={passage} />
      ))}
    </>
  );
}

function PassageView({ passage }: { passage: Passage }) {
  if (passage.kind === 'preformatted') return <pre class="bk-pre">{passage.text}</pre>;
  if (passage.kind === 'list') {
    const items = passage.items.map((item, index) => (
      <li key={index}>
        <Inlines parts={item} />
      </li>
    ));
    return passage.ordered ? <ol class="bk-list">{items}</ol> : <ul class="bk-list">{items}</ul>;
  }
  const parts = <Inlines parts={passage.children} />;
  if (passage.kind === 'quote') return <blockquote class="bk-quote">{parts}</blockquote>;
  return (
    <div class={passage.kind === 'heading' ? `bk-heading bk-heading-${passage.level}` : 'bk-text'}>
      {parts}
    </div>
  );
}

/** Draws text inside a line. Every leaf is a text node: nothing here can become markup. */
export function Inlines({ parts }: { parts: readonly Inline[] }) {
  const surface = useContext(SurfaceContext);
  return <>{parts.map((part, index) => draw(part, index, surface))}</>;
}

function draw(part: Inline, key: number, surface: Surface): ComponentChildren {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'code':
      return (
        <code key={key} class="bk-code">
          {part.text}
        </code>
      );
    case 'styled': {
      const Tag = ({ bold: 'b', italic: 'i', strike: 's', underline: 'u' } as const)[part.style];
      return (
        <Tag key={key}>
          <Inlines parts={part.children} />
        </Tag>
      );
    }
    case 'link':
      return (
        <SafeLink key={key} url={part.url} source={part.source}>
          {part.label}
        </SafeLink>
      );
    case 'date':
      return drawDate(part, key, surface);
    default:
      return drawMention(part, key, surface);
  }
}

function drawDate(
  part: Extract<Inline, { kind: 'date' }>,
  key: number,
  { reader }: Surface,
): ComponentChildren {
  const shown = slackDate(part.at, part.format, reader) ?? part.fallback;
  const time = <time title={part.fallback}>{shown}</time>;
  return part.url === undefined ? (
    <span key={key}>{time}</span>
  ) : (
    <SafeLink key={key} url={part.url} source={shown}>
      {time}
    </SafeLink>
  );
}

type Mention = Extract<Inline, { kind: 'user' | 'channel' | 'group' | 'broadcast' }>;

function drawMention({ kind, id, label }: Mention, key: number, surface: Surface): ComponentChildren {
  const known =
    kind === 'user'
      ? surface.userNames.get(id)
      : kind === 'channel'
        ? surface.channelNames.get(id)
        : undefined;
  const name = known ?? label ?? id;
  const sign = kind === 'channel' ? '#' : '@';
  const loud = kind === 'broadcast' || id === surface.self;
  return (
    <span key={key} class={loud ? 'bk-mention bk-mention-loud' : 'bk-mention'}>
      {name.startsWith(sign) ? name : `${sign}${name}`}
    </span>
  );
}
