/** Errors of the sandbox's own routes as `application/problem+json`, with the codes the rest of the product uses. */
import type { FastifyInstance } from 'fastify';
import { ZodError } from 'zod';
import { CountersignError, type ErrorCode } from '../../domain/errors.ts';

const STATUS: Partial<Record<ErrorCode, number>> = {
  'bad-json': 400,
  'invalid-field': 400,
  'unknown-field': 400,
  'too-many-steps': 400,
  'unknown-tool': 400,
  unauthenticated: 403,
  'agent-suspended': 403,
  'not-found': 404,
  'key-reused': 409,
  'already-closed': 409,
  'body-too-large': 413,
  unavailable: 503,
};

/** Turns every thrown error and unknown path into a problem. What is not a CountersignError shows nothing of itself. */
export function answerProblems(app: FastifyInstance, report: (error: unknown) => void): void {
  app.setErrorHandler((error, _request, reply) => {
    const known = asCountersignError(error);
    if (known.code === 'internal') report(error);
    const status = STATUS[known.code] ?? 500;
    return reply.code(status).type('application/problem+json').send(problem(status, known));
  });
  app.setNotFoundHandler(() => {
    throw new CountersignError('not-found', 'Cannot answer: no such path');
  });
}

function problem(status: number, { code, message, problems }: CountersignError): Record<string, unknown> {
  return { type: 'about:blank', title: message, status, code, ...(problems.length > 0 ? { problems } : {}) };
}

function asCountersignError(error: unknown): CountersignError {
  if (error instanceof CountersignError) return error;
  if (error instanceof ZodError) return fromZod(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new CountersignError('body-too-large', 'Cannot read body: over 260 KiB');
  }
  if (error instanceof SyntaxError || code === 'FST_ERR_CTP_INVALID_JSON_BODY') {
    return new CountersignError('bad-json', 'Cannot read body: not JSON');
  }
  if (typeof code === 'string' && code.startsWith('FST_ERR_CTP_')) {
    return new CountersignError('bad-json', 'Cannot read body: application/json wanted');
  }
  return new CountersignError('internal', 'Cannot answer: something went wrong inside, see the log');
}

function fromZod(error: ZodError): CountersignError {
  const problems = error.issues.map((issue) => ({
    field: `/${issue.path.map(String).join('/')}`,
    problem: issue.message,
  }));
  const [first] = problems;
  return new CountersignError(
    'invalid-field',
    `Cannot read ${first?.field ?? 'body'}: ${first?.problem ?? 'not as wanted'}`,
    { problems },
  );
}
