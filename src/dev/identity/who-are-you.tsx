/** "Who are you?": the people of the organisation, each a button. The answer is believed. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { render } from 'preact-render-to-string';
import type { Person } from '../../domain/people.ts';

const BODY_BYTES_MAX = 1_024;
const STYLE = `
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 0 auto; padding: 1rem; color: #1b1f24; background: #fff; }
  button { font: inherit; width: 100%; text-align: left; min-height: 2.75rem; padding: .5rem 1rem; margin: 0 0 .5rem;
    background: #fff; color: #1b1f24; border: 1px solid #767f8a; border-radius: .4rem; cursor: pointer; }
  button:focus-visible { outline: 3px solid #0a52b5; outline-offset: 2px; }
  button span { color: #4d5763; }
`;

export async function answerWhoAreYou(
  { provider, people }: { readonly provider: Provider; readonly people: () => Promise<readonly Person[]> },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Rejects unless the browser that began the sign-in asks.
  await provider.interactionDetails(request, response);
  const active = (await people()).filter((person) => person.active);
  if (request.method !== 'POST') return show(response, active, request.url ?? '');
  const person = new URLSearchParams(await bodyOf(request)).get('person');
  if (!active.some(({ id }) => id === person)) throw new Error('nobody of the organisation');
  await provider.interactionFinished(request, response, { login: { accountId: person ?? '' } });
}

function show(response: ServerResponse, people: readonly Person[], action: string): void {
  const page = render(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Who are you? · Local identity</title>
        <style>{STYLE}</style>
      </head>
      <body>
        <main>
          <h1>Who are you?</h1>
          <p>
            This page stands for your organisation’s sign-in and exists on this machine only. It believes what
            you say.
          </p>
          <form method="post" action={action}>
            {people.map(({ id, name, groups }) => (
              <button key={id} type="submit" name="person" value={id}>
                {name} <span>{groups.length === 0 ? '' : `(${groups.join(', ')})`}</span>
              </button>
            ))}
          </form>
        </main>
      </body>
    </html>,
  );
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    // No form-action: browsers apply it to where the answer is sent on to as well.
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    'x-content-type-options': 'nosniff',
  });
  response.end(`<!doctype html>${page}`);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > BODY_BYTES_MAX) throw new Error('too large');
  }
  return body;
}
