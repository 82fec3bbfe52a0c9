import type { TimelineEntry } from '../../../orchestrator/requests.ts';
import type { Tone } from '../ui/chip.tsx';
import { Icon, type IconName } from '../ui/icons.tsx';

const KINDS: Readonly<Record<TimelineEntry['kind'], readonly [IconName, Tone]>> = {
  asked: ['ask', 'quiet'],
  judged: ['scale', 'quiet'],
  ran: ['play', 'good'],
  undone: ['undo', 'odd'],
  card: ['card', 'quiet'],
  decision: ['person', 'busy'],
  question: ['person', 'busy'],
  waiting: ['clock', 'waiting'],
  problem: ['warn', 'bad'],
  closed: ['flag', 'quiet'],
  other: ['dot', 'quiet'],
};

/** The request's story as its Temporal history tells it, oldest first. */
export function EntryList({ entries }: { entries: readonly TimelineEntry[] }) {
  return (
    <ol class="entries" aria-label="Timeline">
      {entries.map((entry, index) => {
        const [icon, tone] = KINDS[entry.kind];
        return (
          <li key={index} class="entry">
            <span class={`entry-icon tone-${tone}`}>
              <Icon name={icon} size={12} />
            </span>
            <div class="entry-main">
              <p class="entry-text">{entry.text}</p>
              <p class="entry-foot">
                <time dateTime={entry.at} title={entry.at}>
                  {preciseTime(entry.at)}
                </time>
                {entry.events.length > 0 && <span>{eventWords(entry.events)}</span>}
              </p>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function preciseTime(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  return `${date.toLocaleTimeString('en-GB')}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

function eventWords(events: readonly number[]): string {
  const shown = events.length > 6 ? [...events.slice(0, 5), '…', events.at(-1)] : events;
  return `${events.length === 1 ? 'event' : 'events'} ${shown.join(', ')}`;
}
