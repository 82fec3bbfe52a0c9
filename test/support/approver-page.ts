/** Somebody at the approver page: signs in, adds a passkey of their own and approves with it, as the page's script would. */
import { Authenticator } from '../web/authenticator.ts';
import { Browser, hidden, type Page } from '../web/browser.ts';

/** Approves what the address of a decision page names; resolves to the page that is shown then. */
export async function approveOnPage(person: string, address: string): Promise<Page> {
  const { origin, hostname, pathname } = new URL(address);
  const [browser, key] = [new Browser(origin), new Authenticator()];
  await browser.signIn(person, '/passkeys');
  const challenge = async (path: string, of: 'register' | 'authenticate') => {
    const token = hidden(await browser.open('/passkeys'), 'token');
    const { status, body } = await browser.call(path, token);
    const asked = (body as Partial<Record<typeof of, { readonly challenge: string }>>)[of];
    if (asked === undefined) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`);
    return { challenge: asked.challenge, origin, rpId: hostname };
  };
  const attestation = key.register(await challenge('/passkeys/add/challenge', 'register'));
  const token = hidden(await browser.open('/passkeys'), 'token');
  await browser.send('/passkeys', { token, label: 'Phone', attestation });
  const page = await browser.open(pathname);
  return browser.send(pathname, {
    ...{ token: hidden(page, 'token'), once: hidden(page, 'once'), answer: 'approve', reason: 'Checked' },
    assertion: key.assert(await challenge(`${pathname}/challenge`, 'authenticate')),
  });
}
