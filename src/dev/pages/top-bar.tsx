import type { World } from '../sandbox/api.ts';
import { Icon, Mark } from './ui/icons.tsx';

/** The name of the place, whether it is live, and the ways out of it. */
export function TopBar({ links, connected }: { links: World['links']; connected: boolean }) {
  return (
    <header class="top-bar">
      <Mark />
      <h1>
        Countersign <span>sandbox</span>
      </h1>
      <p class={connected ? 'line line-up' : 'line'} role="status">
        <i aria-hidden="true" />
        {connected ? 'Live' : 'Connecting…'}
      </p>
      <nav aria-label="Elsewhere">
        <a href={`${links.gateway}/openapi.json`} target="_blank" rel="noopener noreferrer">
          Agents’ door <code>{links.gateway.replace(/^https?:\/\//, '')}</code> <Icon name="out" size={13} />
        </a>
        <a href={links.temporalUi} target="_blank" rel="noopener noreferrer">
          Temporal UI <Icon name="out" size={13} />
        </a>
      </nav>
    </header>
  );
}
