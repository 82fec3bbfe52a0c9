import type { VNode } from 'preact';
import type { Said } from '../said.ts';
import { Layout, type Looker, Token } from './layout.tsx';

/** Asks for the code of a command line, typed by whoever sees it, and says what that will be allowed. */
export function devicePage({
  looker,
  said,
}: {
  readonly looker: Looker;
  readonly said: Said | undefined;
}): VNode {
  return (
    <Layout title="Allow a command line" looker={looker} said={said}>
      <h1>Allow a command line</h1>
      <p>
        It may then approve and deny requests under your name for 15 minutes. Critical requests stay with your
        passkey.
      </p>
      <p>
        <strong>Go on only if you started it yourself, just now, and it shows the same code.</strong> Nobody
        else has a reason to send you one.
      </p>
      <form method="post" action="/device">
        <Token looker={looker} />
        <div class="field">
          <label for="code">Code that your command line shows</label>
          <input
            id="code"
            name="code"
            class="code"
            required
            maxLength={12}
            autocomplete="off"
            spellcheck={false}
          />
        </div>
        <button type="submit" name="answer" value="allow" class="primary">
          Allow for 15 minutes
        </button>{' '}
        <button type="submit" name="answer" value="refuse">
          Do not allow
        </button>
      </form>
    </Layout>
  );
}
