import type { VNode } from 'preact';
import { useContext, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { dayName, isoDay } from '../blocks/slack-date.ts';
import { SurfaceContext } from '../blocks/surface.ts';
import { Empty } from '../ui/notice.tsx';
import { MessageView } from './message-view.tsx';
import { type Room, seconds, type Thread, threadsOf } from './workspace-words.ts';

const REPLIES_SHOWN = 6;
/** Nearer to the end than this counts as "reading the newest", so that the view follows. */
const AT_END_PX = 80;

interface MessageListProps {
  readonly room: Room;
  readonly selectedRequest: string | undefined;
  readonly onSelectRequest: (id: string) => void;
  readonly onActed: () => void;
}

/** The messages of a room, oldest first, with answers beneath what they answer. */
export function MessageList({ room, ...shared }: MessageListProps) {
  const { reader } = useContext(SurfaceContext);
  const box = useStickToEnd(room.id);
  const threads = threadsOf(room.messages);
  const dayOf = ({ parent }: Thread): Date => new Date(seconds(parent.ts) * 1000);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard in every browser
    <div class="messages" ref={box} role="log" aria-label={`Messages in ${room.name}`} tabIndex={0}>
      {threads.length === 0 && <EmptyRoom room={room} />}
      {threads.flatMap((thread, index) => {
        const before = threads[index - 1];
        const day = isoDay(dayOf(thread), reader.timeZone);
        const items: VNode[] = [];
        if (before === undefined || isoDay(dayOf(before), reader.timeZone) !== day) {
          items.push(
            <div key={day} class="day">
              <span>{dayName(dayOf(thread), reader)}</span>
            </div>,
          );
        }
        items.push(<ThreadView key={thread.parent.ts} thread={thread} {...shared} />);
        return items;
      })}
    </div>
  );
}

function EmptyRoom({ room }: { room: Room }) {
  if (room.kind === 'direct')
    return <Empty title="No direct messages">Countersign writes here when a request of yours ends.</Empty>;
  if (room.name === 'approvals') {
    return (
      <Empty title="Nobody is asked yet">Send a risky request on the left and its card appears here.</Empty>
    );
  }
  return <Empty title={`Nothing in #${room.name} yet`} />;
}

type ThreadViewProps = Omit<MessageListProps, 'room'> & { readonly thread: Thread };

function ThreadView({ thread, ...shared }: ThreadViewProps) {
  const [all, setAll] = useState(false);
  const hidden = all ? 0 : Math.max(0, thread.replies.length - REPLIES_SHOWN);
  return (
    <section class="thread">
      <MessageView message={thread.parent} {...shared} />
      {thread.replies.length > 0 && (
        <div class="replies">
          {hidden > 0 && (
            <button type="button" class="link-button" onClick={() => setAll(true)}>
              Show {hidden} earlier {hidden === 1 ? 'reply' : 'replies'}
            </button>
          )}
          {thread.replies.slice(hidden).map((reply) => (
            <MessageView key={reply.ts} message={reply} small {...shared} />
          ))}
        </div>
      )}
    </section>
  );
}

/**
 * Keeps a scrolled box at its end when it grows, by new messages or edited ones, unless the person scrolled up; a new
 * `place` starts at the end. It looks after every drawing: an edit leaves no other trace in the messages.
 */
function useStickToEnd(place: string) {
  const box = useRef<HTMLDivElement>(null);
  const last = useRef({ place: '', height: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const before = last.current;
    const wasAtEnd = before.height - element.scrollTop - element.clientHeight < AT_END_PX;
    if (before.place !== place || wasAtEnd) element.scrollTop = element.scrollHeight;
    last.current = { place, height: element.scrollHeight };
  });
  return box;
}
