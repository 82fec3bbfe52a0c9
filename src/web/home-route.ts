/** The first page: what waits for the reader. */
import type { FastifyInstance } from 'fastify';
import { pointerValue } from '../approvals/pointer.ts';
import { formToken, signedIn, type Web } from './forms.ts';
import { whyNotDecide } from './may-decide.ts';
import { homePage } from './pages/home-page.tsx';
import { heard } from './said.ts';
import { sendPage } from './send-page.ts';

const LISTED_MAX = 50;

export function addHomeRoute(app: FastifyInstance, web: Web): void {
  app.get('/', async (request, reply) => {
    const visitor = await signedIn(web, request, reply);
    if (visitor === undefined) return undefined;
    const open = await web.desk.inbox.list();
    const reasons = await Promise.all(open.map((approval) => whyNotDecide(web, visitor.person, approval)));
    const mine = open.filter((_, index) => reasons[index] === undefined);
    return sendPage(
      reply,
      homePage({
        looker: { name: visitor.person.name, token: formToken(visitor) },
        said: heard(web, { request, reply, sessionId: visitor.id }),
        timeZone: visitor.person.timeZone,
        waiting: mine
          .slice(0, LISTED_MAX)
          .map((approval) => ({ ...approval, pointer: pointerValue(approval) })),
        left: Math.max(0, mine.length - LISTED_MAX),
      }),
    );
  });
}
