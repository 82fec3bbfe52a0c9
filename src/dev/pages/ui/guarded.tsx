import type { ComponentChildren, VNode } from 'preact';
import { useErrorBoundary } from 'preact/hooks';

interface GuardedProps {
  readonly children: ComponentChildren;
  /** Stands in for children that can't be drawn. `retry` draws them again. */
  readonly instead: (error: unknown, retry: () => void) => VNode;
}

/** Keeps an error in drawing one part from taking the rest of the page with it. */
export function Guarded({ children, instead }: GuardedProps) {
  const [error, retry] = useErrorBoundary();
  return error === undefined ? children : instead(error, retry);
}
