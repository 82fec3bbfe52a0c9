/** The frame of every page: who is signed in, what was just said, and the page itself. */
import type { ComponentChildren, VNode } from 'preact';
import type { Said } from '../said.ts';

/** Who looks at a page, and the token of its forms. */
export interface Looker {
  readonly name: string;
  readonly token: string;
}

export interface LayoutProps {
  readonly title: string;
  readonly looker?: Looker | undefined;
  readonly said?: Said | undefined;
  /** For pages with a passkey ceremony on them. */
  readonly withScript?: boolean;
  readonly children: ComponentChildren;
}

export function Layout({ title, looker, said, withScript = false, children }: LayoutProps): VNode {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · Countersign`}</title>
        <link rel="icon" href="/static/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/static/pages.css" />
        {withScript && <script src="/static/webauthn.js" defer />}
        {withScript && <script src="/static/ceremony.js" defer />}
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header class="top">
          <a class="brand" href="/">
            Countersign
          </a>
          {looker !== undefined && <Account looker={looker} />}
        </header>
        <main id="main" tabIndex={-1}>
          {said !== undefined && <Announcement said={said} />}
          {children}
        </main>
      </body>
    </html>
  );
}

/** The hidden field that proves a form to be from a page of this session. */
export function Token({ looker }: { readonly looker: Looker }): VNode {
  return <input type="hidden" name="token" value={looker.token} />;
}

function Account({ looker }: { readonly looker: Looker }): VNode {
  return (
    <nav class="account" aria-label="Account">
      <span>
        Signed in as <strong>{looker.name}</strong>
      </span>
      <a href="/passkeys">Passkeys</a>
      <form method="post" action="/sign-out">
        <Token looker={looker} />
        <button type="submit" class="quiet">
          Sign out
        </button>
      </form>
    </nav>
  );
}

function Announcement({ said: { tone, sentence } }: { readonly said: Said }): VNode {
  return (
    <div class={`said ${tone}`} role={tone === 'done' ? 'status' : 'alert'}>
      <strong>{tone === 'done' ? 'Done' : 'Not done'}</strong>
      <span>{sentence}</span>
    </div>
  );
}
