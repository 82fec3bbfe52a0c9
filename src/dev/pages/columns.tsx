import type { ComponentChildren } from 'preact';
import type { WorldAnswer } from '../sandbox/api.ts';
import { AskForm } from './ask/ask-form.tsx';
import { RecentRequests } from './ask/request-list.tsx';
import { useSandbox } from './data/use-sandbox.ts';
import { useSelection } from './data/use-selection.ts';
import { PersonChooser } from './slack/person-chooser.tsx';
import { Workspace } from './slack/workspace.tsx';
import { askedBy, everybody } from './slack/workspace-words.ts';
import { TimelineColumn } from './timeline/timeline-column.tsx';
import { TopBar } from './top-bar.tsx';
import { Guarded } from './ui/guarded.tsx';
import { Problem } from './ui/notice.tsx';

/** Ask as an agent, Slack as a person, the request's story: three columns that show one selection. */
export function Columns({ world }: { world: WorldAnswer }) {
  const [selection, select] = useSelection();
  const user = selection.user ?? world.people[0]?.slackUser;
  const { requests, detail, slack, connected, reload } = useSandbox(user, selection.request);
  const users = slack.value?.users ?? [];
  const people = everybody(world, users);
  const chooseRequest = (request: string): void => select({ request });
  const asked = (request: string | undefined): void => {
    if (request !== undefined) select({ request });
    reload();
  };
  return (
    <>
      <TopBar links={world.links} connected={connected} />
      <div class="columns">
        <Column>
          <section class="column left" aria-label="Ask as an agent">
            <div class="left-ask">
              <header class="section-head">
                <h2>Ask as an agent</h2>
              </header>
              <AskForm world={world} onAsked={asked} />
            </div>
            <RecentRequests requests={requests} selected={selection.request} onSelect={chooseRequest} />
          </section>
        </Column>
        <Column>
          <Workspace
            user={user ?? ''}
            slack={slack}
            channel={selection.channel}
            onOpen={(channel) => select({ channel })}
            selectedRequest={selection.request}
            onSelectRequest={chooseRequest}
          >
            <PersonChooser
              people={people}
              chosen={people.find(({ slackUser }) => slackUser === user)}
              asked={askedBy(detail.value?.view, world, users)}
              onChoose={(slackUser) => select({ user: slackUser })}
            />
          </Workspace>
        </Column>
        <Column>
          <TimelineColumn request={selection.request} detail={detail} onActed={reload} />
        </Column>
      </div>
    </>
  );
}

/** A column whose failure leaves the other two standing. */
function Column({ children }: { children: ComponentChildren }) {
  return (
    <Guarded
      instead={(error, retry) => (
        <section class="column">
          <Problem onRetry={retry}>This column could not be drawn: {String(error)}</Problem>
        </section>
      )}
    >
      {children}
    </Guarded>
  );
}
