/** A person's passkeys: what there are, adding one, removing one. */
import type { VNode } from 'preact';
import { outside } from '../../approvals/outside-text.ts';
import type { Passkey } from '../../domain/sign-in.ts';
import type { Said } from '../said.ts';
import { instant } from './instant.ts';
import { Layout, type Looker, Token } from './layout.tsx';

export interface PasskeysPageProps {
  readonly looker: Looker;
  readonly said: Said | undefined;
  readonly passkeys: readonly Passkey[];
  readonly timeZone: string;
  /** Whether the identity provider saw the person moments ago; a first passkey asks for that. */
  readonly isFresh: boolean;
}

export const LABEL_CHARS_MAX = 60;

export function passkeysPage({ looker, said, passkeys, timeZone, isFresh }: PasskeysPageProps): VNode {
  return (
    <Layout title="Passkeys" looker={looker} said={said} withScript>
      <h1>Passkeys</h1>
      <p>Critical requests are approved with a passkey: your phone, your computer or a security key.</p>
      {passkeys.length === 0 && <p>You have no passkey yet.</p>}
      <ul class="keys">
        {passkeys.map((passkey) => (
          <li key={passkey.id}>
            <Key {...{ passkey, looker, timeZone }} />
          </li>
        ))}
      </ul>
      {passkeys.length > 0 || isFresh ? <Add {...{ looker, passkeys }} /> : <SignInAgain />}
    </Layout>
  );
}

function Key({
  passkey: { id, label, createdAt, usedAt },
  looker,
  timeZone,
}: {
  readonly passkey: Passkey;
  readonly looker: Looker;
  readonly timeZone: string;
}): VNode {
  const name = outside(label, { charsMax: 100 });
  return (
    <form
      method="post"
      action="/passkeys/remove"
      data-ceremony={`/passkeys/remove/${id}/challenge`}
      class="key"
    >
      <p>
        <strong>{name}</strong>
        <br />
        Added {instant(createdAt, timeZone)};{' '}
        {usedAt === undefined ? 'not used yet' : `last used ${instant(usedAt, timeZone)}`}
      </p>
      <Token looker={looker} />
      <input type="hidden" name="id" value={id} />
      <input type="hidden" name="assertion" value="" />
      <button type="submit" aria-label={`Remove ${name}`}>
        Remove
      </button>
      <p class="trouble" role="alert" />
    </form>
  );
}

function Add({ looker, passkeys }: Pick<PasskeysPageProps, 'looker' | 'passkeys'>): VNode {
  return (
    <form method="post" action="/passkeys" data-ceremony="/passkeys/add/challenge">
      <h2>Add a passkey</h2>
      {passkeys.length > 0 && <p>You are first asked for one that you have, then for the new one.</p>}
      <Token looker={looker} />
      <input type="hidden" name="attestation" value="" />
      <div class="field">
        <label for="label">Name, so that you know it again</label>
        <input id="label" name="label" required maxLength={LABEL_CHARS_MAX} autocomplete="off" />
      </div>
      <button type="submit" class="primary">
        Add passkey
      </button>
      <p class="trouble" role="alert" />
      <noscript>Passkeys need JavaScript, which is switched off in this browser.</noscript>
    </form>
  );
}

function SignInAgain(): VNode {
  return (
    <section>
      <h2>Add a passkey</h2>
      <p>For your first passkey, please sign in again: a session that was left open must not be enough.</p>
      <p>
        <a class="button" href="/sign-in?back=%2Fpasskeys&fresh=1">
          Sign in again
        </a>
      </p>
    </section>
  );
}
