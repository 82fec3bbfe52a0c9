import type { AskAnswer } from '../../sandbox/api.ts';

/** The door's refusal in a sentence. */
export function refusalOf(answer: AskAnswer | undefined): string {
  const body = answer?.body;
  const title = typeof body === 'object' && body !== null && 'title' in body ? body.title : undefined;
  return typeof title === 'string' ? title : `The door answered ${answer?.status ?? 'nothing'}.`;
}
