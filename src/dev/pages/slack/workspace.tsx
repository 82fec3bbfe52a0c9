import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { SlackSnapshot } from '../../slack-emulator/contract.ts';
import { type Surface, SurfaceContext } from '../blocks/surface.ts';
import type { Live } from '../data/use-live.ts';
import { useNow } from '../data/use-now.ts';
import { Icon } from '../ui/icons.tsx';
import { Loading, Problem } from '../ui/notice.tsx';
import { Composer } from './composer.tsx';
import { HomeTab } from './home-tab.tsx';
import { MessageList } from './message-list.tsx';
import { ModalDialog } from './modal-view.tsx';
import { RoomList } from './room-list.tsx';
import { useSeen } from './use-seen.ts';
import { type Room, roomsOf } from './workspace-words.ts';

interface WorkspaceProps {
  /** Whose Slack this is. */
  readonly user: string;
  readonly slack: Live<SlackSnapshot>;
  readonly channel: string | undefined;
  readonly onOpen: (room: string) => void;
  readonly selectedRequest: string | undefined;
  readonly onSelectRequest: (id: string) => void;
  /** Above the workspace: who is looking. */
  readonly children: ComponentChildren;
}

/** The middle column: the Slack workspace as one person sees it. */
export function Workspace({
  user,
  slack,
  channel,
  onOpen,
  selectedRequest,
  onSelectRequest,
  children,
}: WorkspaceProps) {
  const snapshot = slack.value;
  const unread = useSeen(user);
  const now = useNow(30_000);
  const rooms = snapshot === undefined ? [] : roomsOf(snapshot);
  const room =
    rooms.find(({ id }) => id === channel) ?? rooms.find(({ name }) => name === 'approvals') ?? rooms[0];
  useEffect(() => {
    if (room !== undefined) unread.see(room);
  });
  const modal = snapshot?.modals.at(-1);
  return (
    <main class="column slack" aria-label="Slack">
      {children}
      {slack.problem !== undefined && (
        <Problem onRetry={slack.reload}>Slack is not up to date: {slack.problem}</Problem>
      )}
      {snapshot === undefined && slack.problem === undefined && <Loading what="the workspace" />}
      {snapshot !== undefined && room !== undefined && (
        <SurfaceContext.Provider value={surfaceOf(snapshot, now)}>
          <div class="workspace">
            <RoomList rooms={rooms} current={room.id} unread={unread} onOpen={onOpen} />
            <section class="channel">
              <RoomHead room={room} />
              {room.kind === 'home' ? (
                <HomeTab key={user} user={user} home={snapshot.home} onActed={slack.reload} />
              ) : (
                <MessageList
                  room={room}
                  selectedRequest={selectedRequest}
                  onSelectRequest={onSelectRequest}
                  onActed={slack.reload}
                />
              )}
              <RoomComposer room={room} user={user} onActed={slack.reload} />
            </section>
          </div>
          {modal !== undefined && <ModalDialog key={modal.id} view={modal} onActed={slack.reload} />}
        </SurfaceContext.Provider>
      )}
    </main>
  );
}

function RoomHead({ room }: { room: Room }) {
  return (
    <header class="channel-head">
      <Icon
        name={
          room.kind === 'private'
            ? 'lock'
            : room.kind === 'public'
              ? 'hash'
              : room.kind === 'home'
                ? 'card'
                : 'person'
        }
        size={15}
      />
      <h2>{room.name}</h2>
    </header>
  );
}

/** Direct messages have a channel only once something was written there. */
function RoomComposer({ room, user, onActed }: { room: Room; user: string; onActed: () => void }) {
  if (room.kind === 'home') return null;
  const channel = room.kind === 'direct' ? room.messages.at(-1)?.channel : room.id;
  return channel === undefined ? null : (
    <Composer key={room.id} user={user} channel={channel} onActed={onActed} />
  );
}

function surfaceOf(snapshot: SlackSnapshot, now: Date): Surface {
  const self = snapshot.users.find(({ id }) => id === snapshot.user);
  return {
    userNames: new Map(snapshot.users.map(({ id, realName }) => [id, realName])),
    channelNames: new Map(snapshot.channels.map(({ id, name }) => [id, name])),
    reader: { timeZone: knownZone(self?.timeZone), now },
    self: snapshot.user,
    press: () => undefined,
    pressing: undefined,
  };
}

/** The browser's list of time zones may lack one; a clock in UTC beats no workspace. */
function knownZone(name: string | undefined): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name ?? 'UTC' }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}
