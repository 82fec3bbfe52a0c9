import type { VNode } from 'preact';
import { outside } from '../../approvals/outside-text.ts';
import { TIER_WORDS } from '../../approvals/wording.ts';
import type { OpenApproval } from '../../domain/card.ts';
import type { Said } from '../said.ts';
import { instant } from './instant.ts';
import { Layout, type Looker } from './layout.tsx';

/** What waits for the reader; `left` more do not fit. */
export function homePage({
  looker,
  said,
  waiting,
  left,
  timeZone,
}: {
  readonly looker: Looker;
  readonly said: Said | undefined;
  readonly waiting: readonly (OpenApproval & { readonly pointer: string })[];
  readonly left: number;
  readonly timeZone: string;
}): VNode {
  return (
    <Layout title="Waiting for you" looker={looker} said={said}>
      <h1>Waiting for you</h1>
      {waiting.length === 0 && <p>Nothing waits for your decision.</p>}
      <ul class="keys">
        {waiting.map(({ pointer, title, tier, expiresAt }) => (
          <li key={pointer}>
            <a href={`/decide/${pointer}`}>{outside(title, { charsMax: 200 })}</a>
            <br />
            {TIER_WORDS[tier]}, until {instant(expiresAt, timeZone)}
          </li>
        ))}
      </ul>
      {left > 0 && <p>And {left} more.</p>}
    </Layout>
  );
}
