import type { RequestSummary } from '../../../orchestrator/requests.ts';
import type { RequestList } from '../../sandbox/api.ts';
import type { Live } from '../data/use-live.ts';
import { RequestChip } from '../ui/chip.tsx';
import { Empty, Loading, Problem } from '../ui/notice.tsx';

interface RecentProps {
  readonly requests: Live<RequestList>;
  readonly selected: string | undefined;
  readonly onSelect: (id: string) => void;
}

/** The requests of all agents, newest first, to choose one for the timeline. */
export function RecentRequests({ requests, selected, onSelect }: RecentProps) {
  const list = requests.value?.requests;
  const waiting = list?.filter(({ status }) => status === 'waiting').length ?? 0;
  return (
    <section class="recent" aria-label="Recent requests">
      <header class="section-head">
        <h2>Recent requests</h2>
        {waiting > 0 && <span class="count">{waiting} waiting</span>}
      </header>
      {requests.problem !== undefined && (
        <Problem onRetry={requests.reload}>The list is not up to date: {requests.problem}</Problem>
      )}
      {list === undefined && requests.problem === undefined && <Loading what="requests" />}
      {list?.length === 0 && <Empty title="No request yet">Choose a prepared one above and send it.</Empty>}
      {list !== undefined && list.length > 0 && (
        <ul class="recent-list">
          {list.map((request) => (
            <li key={request.id}>
              <RecentRequest request={request} selected={request.id === selected} onSelect={onSelect} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface RecentRequestProps {
  readonly request: RequestSummary;
  readonly selected: boolean;
  readonly onSelect: (id: string) => void;
}

function RecentRequest({ request, selected, onSelect }: RecentRequestProps) {
  const [first = 'request', ...rest] = request.tools;
  const at = new Date(request.receivedAt);
  return (
    <button type="button" class="recent-item" aria-pressed={selected} onClick={() => onSelect(request.id)}>
      <span class="recent-tool">
        {first}
        {rest.length > 0 && <span class="recent-more"> +{rest.length}</span>}
      </span>
      <RequestChip status={request.status} outcome={request.outcome} />
      <span class="recent-agent">{request.agent}</span>
      <time dateTime={request.receivedAt}>{at.toLocaleTimeString('en-GB')}</time>
    </button>
  );
}
