/** One sentence and, where it helps, one way on. */
import type { VNode } from 'preact';
import type { Said } from '../said.ts';
import { Layout, type Looker } from './layout.tsx';

export interface Message {
  readonly title: string;
  readonly sentence: string;
  readonly link?: { readonly to: string; readonly label: string };
  readonly looker?: Looker;
  readonly said?: Said | undefined;
}

export function messagePage({ title, sentence, link, looker, said }: Message): VNode {
  return (
    <Layout title={title} looker={looker} said={said}>
      <h1>{title}</h1>
      <p>{sentence}.</p>
      {link !== undefined && (
        <p>
          <a class="button" href={link.to}>
            {link.label}
          </a>
        </p>
      )}
    </Layout>
  );
}
