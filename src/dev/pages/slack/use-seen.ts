import { useCallback, useState } from 'preact/hooks';
import type { SlackMessage } from '../../slack-emulator/contract.ts';
import { newest, type Room, seconds } from './workspace-words.ts';

const KEPT_AS = 'countersign-sandbox-seen';

type Seen = Readonly<Record<string, string>>;

/** How many messages of a room this person has not seen, and how to say that they were seen. Kept in the browser. */
export interface Unread {
  count(room: Room): number;
  see(room: Room): void;
}

/** What `user` has seen in this browser. Their own messages are never new to them. */
export function useSeen(user: string): Unread {
  const [seen, setSeen] = useState(readKept);
  const see = useCallback(
    (room: Room) => {
      const last = newest(room.messages);
      setSeen((before) => {
        const place = `${user} ${room.id}`;
        if (seconds(before[place] ?? '0') >= seconds(last)) return before;
        const next = { ...before, [place]: last };
        keep(next);
        return next;
      });
    },
    [user],
  );
  const count = (room: Room): number => {
    const last = seconds(seen[`${user} ${room.id}`] ?? '0');
    const isNew = ({ ts, author }: SlackMessage): boolean => author.id !== user && seconds(ts) > last;
    return room.messages.filter(isNew).length;
  };
  return { count, see };
}

function readKept(): Seen {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT_AS) ?? '{}');
    return typeof kept === 'object' && kept !== null ? (kept as Seen) : {};
  } catch {
    // Unreadable or forbidden storage costs unread counts only.
    return {};
  }
}

function keep(seen: Seen): void {
  try {
    localStorage.setItem(KEPT_AS, JSON.stringify(seen));
  } catch {
    return;
  }
}
