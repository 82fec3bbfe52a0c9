/** The JSON routes of the sandbox page, exactly as `api.ts` words them. */
import type { FastifyInstance } from 'fastify';
import { CountersignError } from '../../domain/errors.ts';
import type { RequestDetail, RequestList, WorldAnswer } from './api.ts';
import {
  answerBody,
  askBody,
  asQuery,
  clickBody,
  clickInViewBody,
  closeViewBody,
  commandBody,
  idParams,
  openHomeBody,
  submitBody,
} from './bodies.ts';
import type { SandboxOptions } from './server.ts';

const REQUESTS_SHOWN_MAX = 40;

/** What routes need of the sandbox's options. */
export type RouteOptions = Omit<SandboxOptions, 'host' | 'port' | 'report'>;

/** Adds every `/api/` route but the event stream. */
export function addRoutes(app: FastifyInstance, options: RouteOptions): void {
  addAgentRoutes(app, options);
  addRequestRoutes(app, options);
  addSlackRoutes(app, options);
  addTroubleRoutes(app, options);
}

function addAgentRoutes(app: FastifyInstance, { world, askAs, dryRunAs }: RouteOptions): void {
  app.get('/api/world', async (): Promise<WorldAnswer> => ({ ...world, canDryRun: dryRunAs !== undefined }));
  app.post('/api/ask', async ({ body }) => {
    const { agent, request } = askBody.parse(body);
    return askAs(agent, request);
  });
  app.post('/api/dry-run', async ({ body }) => {
    if (dryRunAs === undefined)
      throw new CountersignError('not-found', 'Cannot dry-run: not offered by this sandbox');
    const { agent, request } = askBody.parse(body);
    return dryRunAs(agent, request);
  });
}

function addRequestRoutes(
  app: FastifyInstance,
  { requests, cancelAs, answerAs, temporalUrlFor }: RouteOptions,
): void {
  app.get('/api/requests', async (): Promise<RequestList> => {
    return { requests: await requests.list({ limit: REQUESTS_SHOWN_MAX }) };
  });
  app.get('/api/requests/:id', async ({ params }): Promise<RequestDetail> => {
    const { id } = idParams.parse(params);
    const view = await requests.view(id);
    if (view === undefined)
      throw new CountersignError('not-found', `Cannot show request: "${id}" is unknown`);
    return { view, timeline: await requests.timeline(id), temporalUrl: temporalUrlFor(id) };
  });
  app.post('/api/requests/:id/cancel', async ({ params }) => cancelAs(idParams.parse(params).id));
  app.post('/api/requests/:id/answers', async ({ params, body }) =>
    answerAs(idParams.parse(params).id, answerBody.parse(body)),
  );
}

function addSlackRoutes(app: FastifyInstance, { slack }: RouteOptions): void {
  app.get('/api/slack', async ({ query }) => slack.snapshot(asQuery.parse(query).as));
  app.post('/api/slack/click', async ({ body }) => {
    const { value, ...click } = clickBody.parse(body);
    return slack.click(value === undefined ? click : { ...click, value });
  });
  app.post('/api/slack/open-home', async ({ body }) => slack.openHome(openHomeBody.parse(body)));
  app.post('/api/slack/click-in-view', async ({ body }) => slack.clickInView(clickInViewBody.parse(body)));
  app.post('/api/slack/submit', async ({ body }) => slack.submitView(submitBody.parse(body)));
  app.post('/api/slack/command', async ({ body }) => slack.command(commandBody.parse(body)));
  app.post('/api/slack/close-view', async ({ body }) => {
    await slack.closeView(closeViewBody.parse(body));
    return { status: 200 };
  });
}

function addTroubleRoutes(app: FastifyInstance, { drift, halts }: RouteOptions): void {
  app.post('/api/world/drift', async (_request, reply) => {
    await drift();
    return reply.code(204).send();
  });
  app.post('/api/halts', async (_request, reply) => {
    await halts.halt();
    return reply.code(204).send();
  });
  app.delete('/api/halts', async (_request, reply) => {
    await halts.resume();
    return reply.code(204).send();
  });
}
