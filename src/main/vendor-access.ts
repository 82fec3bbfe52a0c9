/** Which vendors the executor role reaches, and how. */
import type { Settings } from '../process/settings.ts';
import type { VendorSettings } from '../tools/vendors.ts';

/** Each vendor with a credential of its own; the others as in `otherwise`, else left out: their tools then refuse. */
export function vendorsFromSettings(
  { vendors }: Pick<Settings, 'vendors'>,
  otherwise: VendorSettings = {},
): VendorSettings {
  const { github, stripe, resend } = vendors;
  return {
    github: github.token === undefined ? otherwise.github : { ...github, token: github.token },
    stripe: stripe.token === undefined ? otherwise.stripe : { apiKey: stripe.token, apiUrl: stripe.apiUrl },
    resend: resend.token === undefined ? otherwise.resend : { apiKey: resend.token, apiUrl: resend.apiUrl },
  };
}
