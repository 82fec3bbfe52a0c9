import { Mark } from '../ui/icons.tsx';

const COLOURS = 8;

/** A person's initials on a colour of their own, or the mark for an app. */
export function Avatar({ id, name, bot = false, small = false }: AvatarProps) {
  const size = small ? 'avatar avatar-small' : 'avatar';
  if (bot) {
    return (
      <span class={`${size} avatar-app`} aria-hidden="true">
        <Mark size={small ? 24 : 36} />
      </span>
    );
  }
  const colour =
    [...id].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7) % COLOURS;
  return (
    <span class={`${size} avatar-${colour}`} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

interface AvatarProps {
  readonly id: string;
  readonly name: string;
  readonly bot?: boolean;
  readonly small?: boolean;
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== '');
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => [...(word ?? '?')][0]?.toUpperCase()).join('');
}
