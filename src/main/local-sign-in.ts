/** Who signs in at the approver pages of the embedded default. Apart, because nothing of production may need `dev/`. */
import { createLocalIdentity, IDENTITY_PATH } from '../dev/identity/local-identity.ts';
import type { Settings } from '../process/settings.ts';
import { createIdentityProvider, isLoopback } from '../web/oidc.ts';
import { SIGNED_IN_PATH } from '../web/sign-in-routes.ts';
import { type SignIn, signInFromSettings } from './approver-pages.ts';
import type { Installation } from './installation.ts';

/**
 * As settings say; where they name no provider and Slack is the sandbox, a local one that believes whoever sits at this
 * machine. A real workspace never gets that one.
 */
export async function embeddedSignIn(
  settings: Settings,
  { organisation, directory }: Installation,
): Promise<SignIn> {
  const { host, pages, slack } = settings;
  // Behind a tunnel or a proxy strangers come from loopback too, by the address that is named for them.
  const isHere = ['127.0.0.1', '::1', 'localhost'].includes(host) && isLoopback(new URL(pages.baseUrl));
  if (pages.provider !== undefined || slack.mode !== 'sandbox' || !isHere)
    return signInFromSettings(settings);
  const ids = organisation.people.map(({ id }) => id);
  const people = async () => {
    const found = await Promise.all(ids.map((id) => directory.person(id)));
    return found.flatMap((person) => person ?? []);
  };
  const local = await createLocalIdentity({
    host,
    baseUrl: pages.baseUrl,
    callbackPath: SIGNED_IN_PATH,
    people,
  });
  const { issuer, clientId, handler } = local;
  return {
    provider: createIdentityProvider({ issuer, clientId }),
    beside: { path: IDENTITY_PATH, handler },
    known: (known) => ({
      ...known,
      // The local provider calls people by their ids.
      personByIdentity: async (identity) =>
        identity.issuer === issuer ? known.person(identity.subject) : known.personByIdentity(identity),
    }),
  };
}
