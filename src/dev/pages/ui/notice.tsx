import type { ComponentChildren } from 'preact';
import { Icon } from './icons.tsx';

/** Said where there is nothing to show yet: what would be here, and how to get it. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}

/** Grey lines while something is read for the first time. */
export function Loading({ what }: { what: string }) {
  return (
    <div class="loading" role="status">
      <span class="visually-hidden">Loading {what}</span>
      <i />
      <i />
      <i />
    </div>
  );
}

/** Something that did not work, said where it was tried. */
export function Problem({ children, onRetry }: { children: ComponentChildren; onRetry?: () => void }) {
  return (
    <div class="problem" role="alert">
      <Icon name="warn" />
      <div>{children}</div>
      {onRetry !== undefined && (
        <button type="button" class="link-button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
