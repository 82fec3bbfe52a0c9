/** Errors as people read them on a page, and as programs read them below `/api/`. What is unknown shows nothing. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ZodError } from 'zod';
import { CountersignError, type ErrorCode } from '../domain/errors.ts';
import { messagePage } from './pages/message-page.tsx';
import type { PagesOptions } from './ports.ts';
import { sendPage } from './send-page.ts';

const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  'bad-json': 400,
  'invalid-field': 400,
  'body-too-large': 413,
  unauthenticated: 403,
  'not-found': 404,
  unavailable: 503,
};

export function answerProblems(app: FastifyInstance, { desk }: Pick<PagesOptions, 'desk'>): void {
  app.setErrorHandler((error, request, reply) => {
    const known = knownError(error);
    if (known.code === 'internal') {
      const why = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
      desk.log.error({ event: 'page-failed', why }, 'A page could not be answered');
    }
    return answer(request, reply, known);
  });
  app.setNotFoundHandler((request, reply) =>
    answer(request, reply, new CountersignError('not-found', 'Cannot answer: there is no such page')),
  );
}

function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { code, message, problems }: CountersignError,
): FastifyReply {
  const status = code === 'unauthenticated' && request.url.startsWith('/api/') ? 401 : (STATUS[code] ?? 500);
  if (!isRead(request))
    return sendPage(reply, messagePage({ title: 'This did not work', sentence: message }), status);
  const errors = problems.length > 0 ? { errors: problems } : {};
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ status, code, title: message, detail: message, ...errors });
}

/** By a program: our script and the command line send JSON. */
function isRead({ url, headers }: FastifyRequest): boolean {
  return url.startsWith('/api/') || headers['content-type'] === 'application/json';
}

function knownError(error: unknown): CountersignError {
  if (error instanceof CountersignError) return error;
  if (error instanceof ZodError) {
    const problems = error.issues.map(({ path, message }) => ({ field: path.join('/'), problem: message }));
    return new CountersignError('invalid-field', 'Cannot read what was sent: fields are wrong', { problems });
  }
  const { statusCode = 500 } = error as Partial<FastifyError>;
  if (statusCode === 413)
    return new CountersignError('body-too-large', 'Cannot read what was sent: it is too large');
  if (statusCode >= 400 && statusCode < 500)
    return new CountersignError('bad-json', 'Cannot read what was sent: it is not well-formed');
  return new CountersignError(
    'internal',
    'Cannot answer: an unexpected error happened; nothing may have been recorded',
  );
}
