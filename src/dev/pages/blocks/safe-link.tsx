import type { ComponentChildren } from 'preact';

const LINKED = new Set(['http:', 'https:', 'mailto:']);

/** The address when it is one we link to (web or mail); undefined for `javascript:`, `data:` and everything else. */
export function linkable(url: string): string | undefined {
  try {
    const parsed = new URL(url);
    return LINKED.has(parsed.protocol) ? parsed.href : undefined;
  } catch {
    return undefined;
  }
}

/** A link out of the page, or the text as it was written when the address is none we link to. */
export function SafeLink({
  url,
  source,
  children,
}: {
  url: string;
  source: string;
  children: ComponentChildren;
}) {
  const href = linkable(url);
  if (href === undefined) return <>{source}</>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow" title={href}>
      {children}
    </a>
  );
}
