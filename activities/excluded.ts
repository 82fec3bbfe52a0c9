/** Who may not decide about a request, as things are now. */
import { exclusionsNow } from '../src/approvals/exclusions.ts';
import type { Directory } from '../src/domain/ports.ts';
import type { AdmitInput } from './contract.ts';

/**
 * Who was excluded when it was judged, and who is by now: an agent may have got another owner meanwhile. Where that
 * cannot be asked, neither can whoever decides, which admission then refuses.
 */
export async function excludedNow(
  input: Pick<AdmitInput, 'agent' | 'onBehalfOf' | 'requestedBy' | 'excluded'>,
  { directory }: { readonly directory: Directory },
): Promise<readonly string[]> {
  const now = await exclusionsNow(input.agent, input, directory).catch(() => []);
  return [...new Set([...input.excluded, ...now])];
}
