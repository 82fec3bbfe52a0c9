import { useContext } from 'preact/hooks';
import type { SlackMessage } from '../../slack-emulator/contract.ts';
import { BlocksView } from '../blocks/block-view.tsx';
import { clockTime } from '../blocks/slack-date.ts';
import { type Surface, SurfaceContext } from '../blocks/surface.ts';
import { TextView } from '../blocks/text-view.tsx';
import { pressButton } from '../data/sandbox-api.ts';
import { Icon } from '../ui/icons.tsx';
import { Avatar } from './avatar.tsx';
import { useInteraction } from './use-interaction.ts';
import { requestOf, seconds } from './workspace-words.ts';

interface MessageProps {
  readonly message: SlackMessage;
  readonly small?: boolean;
  readonly selectedRequest: string | undefined;
  readonly onSelectRequest: (id: string) => void;
  readonly onActed: () => void;
}

/** One message: who, when, and its blocks (its text where it has none, as Slack does). */
export function MessageView({
  message,
  small = false,
  selectedRequest,
  onSelectRequest,
  onActed,
}: MessageProps) {
  const surface = useContext(SurfaceContext);
  const interaction = useInteraction(onActed);
  const request = requestOf(message);
  const own: Surface = {
    ...surface,
    pressing: interaction.pressing,
    press: (button) => interaction.send(button, () => pressButton(surface.self, message, button)),
  };
  const classes = [
    'message',
    small ? 'message-small' : '',
    message.ephemeralFor === undefined ? '' : 'message-private',
    request !== undefined && request === selectedRequest ? 'message-selected' : '',
  ];
  return (
    <article
      class={classes.join(' ').trim()}
      data-ts={message.ts}
      aria-label={`Message from ${message.author.name}`}
    >
      {message.ephemeralFor !== undefined && (
        <p class="message-note">
          <Icon name="eye" size={13} /> Only visible to you
        </p>
      )}
      <Avatar id={message.author.id} name={message.author.name} bot={message.author.bot} small={small} />
      <div class="message-main">
        <MessageHead message={message} request={request} onSelectRequest={onSelectRequest} />
        <SurfaceContext.Provider value={own}>
          {message.blocks.length > 0 ? (
            <BlocksView blocks={message.blocks} />
          ) : (
            <TextView text={{ type: 'mrkdwn', text: message.text }} />
          )}
        </SurfaceContext.Provider>
        {message.edited && <span class="message-edited">(edited)</span>}
        {interaction.problem !== undefined && (
          <p class="message-problem" role="alert" ref={intoView}>
            <Icon name="warn" size={14} /> {interaction.problem}
          </p>
        )}
      </div>
    </article>
  );
}

interface MessageHeadProps {
  readonly message: SlackMessage;
  readonly request: string | undefined;
  readonly onSelectRequest: (id: string) => void;
}

function MessageHead({ message, request, onSelectRequest }: MessageHeadProps) {
  const { reader } = useContext(SurfaceContext);
  const at = new Date(seconds(message.ts) * 1000);
  return (
    <header class="message-head">
      <strong>{message.author.name}</strong>
      {message.author.bot && <span class="app-badge">APP</span>}
      <time dateTime={at.toISOString()}>{clockTime(at, reader.timeZone)}</time>
      {request !== undefined && (
        <button type="button" class="link-button message-timeline" onClick={() => onSelectRequest(request)}>
          Show timeline
        </button>
      )}
    </header>
  );
}

function intoView(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' });
}
