import type { VNode } from 'preact';
import type { Person, SlackIdentity } from '../../domain/people.ts';
import { Layout, type Looker, Token } from './layout.tsx';

/**
 * Names the person and the workspace, and has the Slack user typed: whoever is sent somebody else's link types their own
 * member id, which is not the one that the link is for.
 */
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
        <div class="field">
          <label for="member">Member id of your Slack account</label>
          <input id="member" name="member" required maxLength={30} autocomplete="off" spellcheck={false} />
          <p class="quiet">
            Slack shows it in your profile's menu as “Copy member ID”, and so did /countersign link.
          </p>
        </div>
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
