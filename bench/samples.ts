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

/**
 * A new request. Agents say how sure they are, each time otherwise, so that policy's memory is as useful as in life:
 * the question before the effect is mostly the one asked before, the next request's is not.
 */
function asking(agent: string, step: Ask): () => NewRequest {
  return () => ({ agent, reason: REASON, confidence: 0.9 + Math.random() / 10, steps: [step] });
}

export const readRequest: () => NewRequest = asking('release-agent', READ);
export const writeRequest: () => NewRequest = asking('release-agent', WRITE);
export const riskyRequest: () => NewRequest = asking('outreach-agent', RISKY);
