import { Icon, type IconName } from '../ui/icons.tsx';
import type { Unread } from './use-seen.ts';
import type { Room } from './workspace-words.ts';

const ICONS: Readonly<Record<Room['kind'], IconName>> = {
  public: 'hash',
  private: 'lock',
  direct: 'person',
  home: 'card',
};

interface RoomListProps {
  readonly rooms: readonly Room[];
  readonly current: string;
  readonly unread: Unread;
  readonly onOpen: (room: string) => void;
}

/** The sidebar: channels, then direct messages, each with what is new in it. */
export function RoomList({ rooms, current, unread, onOpen }: RoomListProps) {
  const group = (title: string, shown: readonly Room[]) => (
    <>
      <h3>{title}</h3>
      <ul>
        {shown.map((room) => {
          const count = room.id === current ? 0 : unread.count(room);
          return (
            <li key={room.id}>
              <button
                type="button"
                class={count > 0 ? 'room room-unread' : 'room'}
                aria-current={room.id === current ? 'page' : undefined}
                onClick={() => onOpen(room.id)}
              >
                <Icon name={ICONS[room.kind]} size={14} />
                <span class="room-name">{room.name}</span>
                {count > 0 && (
                  <span class="room-count">
                    {count > 99 ? '99+' : count}
                    <span class="visually-hidden"> new</span>
                  </span>
                )}
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
  return (
    <nav class="rooms" aria-label="Channels">
      {group(
        'Channels',
        rooms.filter(({ kind }) => kind === 'public' || kind === 'private'),
      )}
      {group(
        'Apps',
        rooms.filter(({ kind }) => kind === 'home'),
      )}
      {group(
        'Direct messages',
        rooms.filter(({ kind }) => kind === 'direct'),
      )}
    </nav>
  );
}
