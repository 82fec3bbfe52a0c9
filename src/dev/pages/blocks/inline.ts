/**
 * Text as a tree: what both of Slack's text languages parse to. Drawn by `inline-view.tsx`, never through HTML.
 */
export type Style = 'bold' | 'italic' | 'strike' | 'underline';

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'styled'; readonly style: Style; readonly children: readonly Inline[] }
  /** `source` is what was written; it is shown as it is when `url` is no address we link to. */
  | { readonly kind: 'link'; readonly url: string; readonly label: string; readonly source: string }
  | {
      readonly kind: 'user' | 'channel' | 'group' | 'broadcast';
      readonly id: string;
      readonly label?: string;
    }
  | {
      readonly kind: 'date';
      readonly at: number;
      readonly format: string;
      readonly fallback: string;
      readonly url?: string;
    };

/** A run of lines that is drawn as one box. */
export type Passage =
  | { readonly kind: 'paragraph' | 'quote'; readonly children: readonly Inline[] }
  | { readonly kind: 'heading'; readonly level: number; readonly children: readonly Inline[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: 'preformatted'; readonly text: string };

/** Joins neighbouring text, so that the tree says one thing one way. */
export function joinText(parts: readonly Inline[]): readonly Inline[] {
  const joined: Inline[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.kind === 'text' && last?.kind === 'text') joined.splice(-1, 1, text(last.text + part.text));
    else if (part.kind !== 'text' || part.text !== '') joined.push(part);
  }
  return joined;
}

export function text(value: string): Inline {
  return { kind: 'text', text: value };
}
