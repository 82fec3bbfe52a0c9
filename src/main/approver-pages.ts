/** Who may sign in at the approver pages. */
import type { RequestListener } from 'node:http';
import type { Directory } from '../domain/ports.ts';
import type { Settings } from '../process/settings.ts';
import { createIdentityProvider, type IdentityProvider } from '../web/oidc.ts';

/** Who may sign in at the pages, and who knows them. */
export interface SignIn {
  /** Absent: nobody signs in. */
  readonly provider?: IdentityProvider;
  /** What else stands on the approvals door. */
  readonly beside?: { readonly path: string; readonly handler: RequestListener };
  /** The directory with what the provider calls people. */
  known(directory: Directory): Directory;
}

/** The organisation's own provider, as settings name it. Throws `misconfigured` for one that anybody could be. */
export function signInFromSettings({ pages: { provider } }: Pick<Settings, 'pages'>): SignIn {
  return {
    ...(provider === undefined ? {} : { provider: createIdentityProvider(provider) }),
    known: (directory) => directory,
  };
}
