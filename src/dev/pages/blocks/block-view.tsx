import type { AnyBlock, ImageElement, KnownBlock, SectionBlock } from '@slack/types';
import { Guarded } from '../ui/guarded.tsx';
import { Icon } from '../ui/icons.tsx';
import { ButtonView } from './button-view.tsx';
import { PassagesView } from './inline-view.tsx';
import { InputView } from './input-view.tsx';
import { parseMarkdown } from './markdown.ts';
import { RichTextView } from './rich-text.tsx';
import { TextView } from './text-view.tsx';

/** Draws blocks in order. A block that can't be drawn says so in its place; the others stay. */
export function BlocksView({ blocks }: { blocks: readonly AnyBlock[] }) {
  return (
    <div class="bk">
      {blocks.map((block, index) => (
        <Guarded key={`${index} ${identityOf(block)}`} instead={() => <Undrawable type={block.type} />}>
          <BlockView block={block as KnownBlock} />
        </Guarded>
      ))}
    </div>
  );
}

/**
 * What makes a block the same one after an edit. Slack gives blocks without an id a new one at each edit: drawing those
 * anew would throw the reader's place away. Only what people fill in or press starts afresh with a new id.
 */
function identityOf({ type, block_id: id = '' }: AnyBlock): string {
  return type === 'input' || type === 'actions' ? id : type;
}

function Undrawable({ type }: { type: string }) {
  return <div class="bk-unknown">[block of type {type} could not be drawn]</div>;
}

function BlockView({ block }: { block: KnownBlock }) {
  const id = block.block_id ?? '';
  switch (block.type) {
    case 'header':
      return <h3 class="bk-header">{block.text.text}</h3>;
    case 'section':
      return <SectionView block={block} />;
    case 'rich_text':
      return <RichTextView block={block} />;
    case 'context':
      return (
        <div class="bk-context">
          {block.elements.map((element, index) =>
            element.type === 'image' ? (
              <ImageMark key={index} image={element} />
            ) : (
              <TextView key={index} text={element} />
            ),
          )}
        </div>
      );
    case 'divider':
      return <hr class="bk-divider" />;
    case 'actions':
      return (
        <div class="bk-actions">
          {block.elements.map((element, index) => (
            <Element key={index} element={element} blockId={id} />
          ))}
        </div>
      );
    case 'input':
      return <InputView block={block} />;
    case 'image':
      return (
        <figure class="bk-image">
          {block.title !== undefined && <figcaption>{block.title.text}</figcaption>}
          <div class="bk-image-frame">
            <ImageMark image={block} />
          </div>
        </figure>
      );
    case 'markdown':
      return (
        <div class="bk-rich">
          <PassagesView passages={parseMarkdown(block.text)} />
        </div>
      );
    default:
      return <div class="bk-unknown">[block type {String(block.type)} is not shown here]</div>;
  }
}

function SectionView({ block }: { block: SectionBlock }) {
  return (
    <div class="bk-section">
      <div class="bk-section-main">
        {block.text !== undefined && <TextView text={block.text} />}
        {block.fields !== undefined && (
          <div class="bk-fields">
            {block.fields.map((field, index) => (
              <TextView key={index} text={field} />
            ))}
          </div>
        )}
      </div>
      {block.accessory !== undefined && (
        <div class="bk-accessory">
          <Element element={block.accessory} blockId={block.block_id ?? ''} />
        </div>
      )}
    </div>
  );
}

type AnyElement =
  | Extract<KnownBlock, { type: 'actions' }>['elements'][number]
  | NonNullable<SectionBlock['accessory']>;

function Element({ element, blockId }: { element: AnyElement; blockId: string }) {
  if (element.type === 'button') return <ButtonView button={element} blockId={blockId} />;
  if (element.type === 'image') return <ImageMark image={element} />;
  return <span class="bk-unknown">[element type {element.type} is not shown here]</span>;
}

/** Pictures live elsewhere and the page loads nothing from elsewhere: their words stand in. */
function ImageMark({ image }: { image: Pick<ImageElement, 'alt_text'> }) {
  return (
    <span class="bk-image-mark">
      <Icon name="card" /> Image: {image.alt_text}
    </span>
  );
}
