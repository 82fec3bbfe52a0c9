/** The page's pictures: inline SVG on a 16-unit grid in the colour of the text, so that nothing is loaded for them. */
const PATHS = {
  check: 'M3 8.5l3.2 3.2L13 5',
  cross: 'M4 4l8 8M12 4l-8 8',
  clock: 'M8 4.5V8l2.3 1.6M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8z',
  undo: 'M5.5 3L2.5 6l3 3M2.5 6H9a4 4 0 0 1 0 8H6.5',
  play: 'M5 3.2v9.6l7.5-4.8z',
  dot: 'M8 6.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3z',
  warn: 'M8 2.2l6.2 11H1.8zM8 6.4v3.2M8 11.4v.4',
  eye: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6z',
  lock: 'M4 7.2h8v6.3H4zM5.6 7.2V5a2.4 2.4 0 0 1 4.8 0v2.2',
  hash: 'M6.4 2.5l-1.6 11M11.2 2.5l-1.6 11M2.8 5.8h11M2.2 10.2h11',
  out: 'M9 3h4v4M13 3L7.5 8.5M11 9.5V13H3V5h3.5',
  scale: 'M8 2.5v11M5 13.5h6M3 4.5h10M3 4.5L1.3 9h3.4zM13 4.5L11.3 9h3.4z',
  ask: 'M2.5 3.5h11v7.5H7.5L4.5 13.5V11h-2z',
  card: 'M2 3.5h12v9H2zM2 6.3h12M4.5 9.5h4',
  person: 'M8 2.5a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2zM3 13.5c.4-2.9 2.3-4.3 5-4.3s4.6 1.4 5 4.3',
  flag: 'M4 14V2.5M4 3h8.5L10.5 6l2 3H4',
  stop: 'M5.2 1.8h5.6l3.4 3.4v5.6l-3.4 3.4H5.2l-3.4-3.4V5.2z',
  send: 'M2 8L14 2.5 10.5 14 8 9.2zM8 9.2L14 2.5',
  braces:
    'M6 2.5c-2 0-2 1-2 2.5S4 8 2.5 8C4 8 4 9.5 4 11s0 2.5 2 2.5M10 2.5c2 0 2 1 2 2.5S12 8 13.5 8C12 8 12 9.5 12 11s0 2.5-2 2.5',
  branch:
    'M4.5 5.5v5M4.5 5.5a1.7 1.7 0 1 1 0-3.4 1.7 1.7 0 0 1 0 3.4zM4.5 13.9a1.7 1.7 0 1 1 0-3.4 1.7 1.7 0 0 1 0 3.4zM11.5 6.5a1.7 1.7 0 1 1 0-3.4 1.7 1.7 0 0 1 0 3.4zM11.5 6.5c0 2.5-2 3-7 4',
  down: 'M4 6l4 4 4-4',
} as const;

export type IconName = keyof typeof PATHS;

/** A decorative picture: hidden from screen readers, so always beside words. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The mark of Countersign: two ticks, one behind the other. */
export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg class="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" class="mark-ground" />
      <path d="M15.5 20.2l1.5 1.5L25 13" class="mark-behind" />
      <path d="M8 17.5l4.2 4.2L20 13" class="mark-front" />
    </svg>
  );
}
