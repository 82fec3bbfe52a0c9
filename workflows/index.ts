/**
 * Replayed code: the stories. Everything here runs again on every replay, so it imports plain domain data, the
 * activities' types and `@temporalio/workflow`, and nothing that reads a clock, a file or a configuration.
 */
export { Request } from './request.ts';
export { Review } from './review.ts';
