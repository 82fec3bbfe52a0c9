import type { VNode } from 'preact';
import type { Person, SlackIdentity } from '../../domain/people.ts';
import { Layout, type Looker, Token } from './layout.tsx';

/** Names both sides of a link before it is made. */
export function linkPage({
  looker,
  slack,
  person,
  ticket,
}: {
  readonly looker: Looker;
  readonly slack: SlackIdentity;
  readonly person: Person;
  readonly ticket: string;
}): VNode {
  return (
    <Layout title="Link your Slack user" looker={looker}>
      <h1>Link your Slack user</h1>
      <p>Whoever clicks as this Slack user will then decide under your name. Link it only if it is yours.</p>
      <dl class="facts">
        <div>
          <dt>Slack user</dt>
          <dd>
            <code>{slack.user}</code>
          </dd>
        </div>
        <div>
          <dt>Workspace</dt>
          <dd>
            <code>{slack.team}</code>
          </dd>
        </div>
        <div>
          <dt>Person</dt>
          <dd>
            {person.name} ({person.id})
          </dd>
        </div>
      </dl>
      <form method="post" action={`/link/${ticket}`}>
        <Token looker={looker} />
        <button type="submit" class="primary">
          Yes, this is my Slack user
        </button>
      </form>
      <p>
        <a href="/">No, do not link it</a>
      </p>
    </Layout>
  );
}
