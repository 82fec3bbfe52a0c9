/** What is asked for in the bench: real tools of the catalogue, real rules of the example organisation. */
import type { Ask } from '../src/domain/ask.ts';
import type { NewRequest } from '../src/orchestrator/requests.ts';

/** Judged "allow", with one vendor call. */
export const READ: Ask = { tool: 'github.get_pull_request', args: { repository: 'acme/webshop', number: 2 } };

/** Judged "allow", with one vendor call; the effect is written down before and after it. */
export const WRITE: Ask = {
  tool: 'github.comment_on_issue',
  args: { repository: 'acme/webshop', number: 1, body: 'The fix is on the branch gift-cards.' },
};

/** Judged "approve" by one person of support, with one vendor call. */
export const RISKY: Ask = {
  tool: 'email.send',
  args: { to: ['lead@bigcorp.example'], subject: 'Your question', text: 'Here is the answer.' },
};

/** Of support, and neither the agent's owner nor the one it acts for. */
export const APPROVER = 'erin';

const REASON = 'The bench asks for it';

export const readRequest: NewRequest = { agent: 'release-agent', reason: REASON, steps: [READ] };
export const writeRequest: NewRequest = { agent: 'release-agent', reason: REASON, steps: [WRITE] };
export const riskyRequest: NewRequest = { agent: 'outreach-agent', reason: REASON, steps: [RISKY] };
