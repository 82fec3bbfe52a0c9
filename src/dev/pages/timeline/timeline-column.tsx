import type { AskAnswer, RequestDetail } from '../../sandbox/api.ts';
import { cancelRequest } from '../data/sandbox-api.ts';
import type { Live } from '../data/use-live.ts';
import { useTask } from '../data/use-task.ts';
import { Empty, Loading, Problem } from '../ui/notice.tsx';
import { EntryList } from './entry-list.tsx';
import { QuestionList } from './question-list.tsx';
import { refusalOf } from './refusal.ts';
import { StatusHead } from './status-head.tsx';
import { StepList } from './step-list.tsx';
import { TroubleBox } from './trouble-box.tsx';

interface TimelineColumnProps {
  readonly request: string | undefined;
  readonly detail: Live<RequestDetail>;
  /** After something was done that may have changed requests. */
  readonly onActed: () => void;
}

/** The right column: the selected request as it is now, and how it came to be. */
export function TimelineColumn({ request, detail, onActed }: TimelineColumnProps) {
  const shown = detail.value;
  return (
    <aside class="column timeline" aria-label="Timeline">
      <div class="timeline-scroll">
        {request === undefined && (
          <Empty title="No request selected">
            Send one on the left or choose a recent one: its story appears here as it happens.
          </Empty>
        )}
        {detail.problem !== undefined && (
          <Problem onRetry={detail.reload}>
            {shown === undefined ? detail.problem : `The request is not up to date: ${detail.problem}`}
          </Problem>
        )}
        {request !== undefined && shown === undefined && detail.problem === undefined && (
          <Loading what="the request" />
        )}
        {shown !== undefined && (
          <>
            <StatusHead view={shown.view} temporalUrl={shown.temporalUrl} />
            {shown.view.status !== 'closed' && (
              <CancelButton key={shown.view.id} request={shown.view.id} onActed={onActed} />
            )}
            <QuestionList view={shown.view} onActed={onActed} />
            <h2 class="timeline-title">Steps</h2>
            <StepList steps={shown.view.steps} />
            <h2 class="timeline-title">Timeline</h2>
            <EntryList entries={shown.timeline} />
          </>
        )}
      </div>
      <TroubleBox onDone={onActed} />
    </aside>
  );
}

function CancelButton({ request, onActed }: { request: string; onActed: () => void }) {
  const cancelling = useTask<string, AskAnswer>(cancelRequest, onActed);
  const refused = cancelling.output !== undefined && cancelling.output.status >= 400;
  return (
    <div class="cancel">
      <button
        type="button"
        class="button button-small"
        disabled={cancelling.running}
        onClick={() => cancelling.run(request)}
      >
        Cancel request
      </button>
      {cancelling.output !== undefined && !refused && (
        <span role="status">Asked to stop; what ran is being undone.</span>
      )}
      {refused && <Problem>{refusalOf(cancelling.output)}</Problem>}
      {cancelling.problem !== undefined && <Problem>{cancelling.problem}</Problem>}
    </div>
  );
}
