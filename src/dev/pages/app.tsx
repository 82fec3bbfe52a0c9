import { useCallback } from 'preact/hooks';
import { AskForm } from './ask/ask-form.tsx';
import { RecentRequests } from './ask/request-list.tsx';
import { getRequest, getRequests, getSlack, getWorld } from './data/sandbox-api.ts';
import { useChanges } from './data/use-changes.ts';
import { useLive } from './data/use-live.ts';
import { useSelection } from './data/use-selection.ts';
import { PersonChooser } from './slack/person-chooser.tsx';
import { Workspace } from './slack/workspace.tsx';
import { askedBy, everybody } from './slack/workspace-words.ts';
import { TimelineColumn } from './timeline/timeline-column.tsx';
import { TopBar } from './top-bar.tsx';
import { Loading, Problem } from './ui/notice.tsx';

/** Requests change without a word from Slack (a read runs, a deadline passes), so they are also read by the clock. */
const LIST_EVERY_MS = 3000;
const OPEN_EVERY_MS = 1000;

/** The whole page: ask as an agent, Slack as a person, the request's story. */
export function App() {
  const [selection, select] = useSelection();
  const world = useLive('world', getWorld);
  const user = selection.user ?? world.value?.people[0]?.slackUser;
  const requests = useLive('requests', getRequests, () => LIST_EVERY_MS);
  const request = selection.request;
  const detail = useLive(
    request,
    (signal) => getRequest(request ?? '', signal),
    (last) => (last?.view.status === 'closed' ? undefined : OPEN_EVERY_MS),
  );
  const slack = useLive(user, (signal) => getSlack(user ?? '', signal));
  const reloadAll = useCallback(() => {
    slack.reload();
    requests.reload();
    detail.reload();
  }, [slack.reload, requests.reload, detail.reload]);
  const connected = useChanges(reloadAll);
  const chooseRequest = (id: string): void => select({ request: id });

  if (world.value === undefined) {
    return (
      <div class="starting">
        {world.problem === undefined ? (
          <Loading what="the sandbox" />
        ) : (
          <Problem onRetry={world.reload}>{world.problem}</Problem>
        )}
      </div>
    );
  }
  const people = everybody(world.value, slack.value?.users ?? []);
  return (
    <>
      <TopBar links={world.value.links} connected={connected} />
      <div class="columns">
        <section class="column left" aria-label="Ask as an agent">
          <div class="left-ask">
            <header class="section-head">
              <h2>Ask as an agent</h2>
            </header>
            <AskForm
              world={world.value}
              onAsked={(id) => {
                if (id !== undefined) select({ request: id });
                reloadAll();
              }}
            />
          </div>
          <RecentRequests requests={requests} selected={request} onSelect={chooseRequest} />
        </section>
        <Workspace
          user={user ?? ''}
          slack={slack}
          channel={selection.channel}
          onOpen={(channel) => select({ channel })}
          selectedRequest={request}
          onSelectRequest={chooseRequest}
        >
          <PersonChooser
            people={people}
            chosen={people.find(({ slackUser }) => slackUser === user)}
            asked={askedBy(detail.value?.view, world.value, slack.value?.users ?? [])}
            onChoose={(slackUser) => select({ user: slackUser })}
          />
        </Workspace>
        <TimelineColumn request={request} detail={detail} onActed={reloadAll} />
      </div>
    </>
  );
}
