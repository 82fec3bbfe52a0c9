/** The orchestrator as a door sees it, in memory: requests stay open until the test closes them. */
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { canonicalHash } from '../../src/domain/digest.ts';
import { CountersignError } from '../../src/domain/errors.ts';
import type { Closing } from '../../src/domain/outcome.ts';
import type { QuestionView } from '../../src/domain/question.ts';
import type { RequestView } from '../../src/domain/request.ts';
import type { Asker, NewRequest, Requests } from '../../src/orchestrator/requests.ts';

/** How a request ends, and what its steps are then. */
export type EndedAs = Partial<Closing> & { readonly steps?: RequestView['steps'] };

/** What tests may see and do beyond the interface. */
export interface RequestsInMemory extends Requests {
  readonly started: readonly NewRequest[];
  close(id: string, closing?: EndedAs): void;
  /** An approver's question that was heard. */
  ask(id: string, question: QuestionView): void;
  /** What every later start ends as at once; undefined leaves requests open. */
  closeAtOnceWith(closing: Partial<Closing> | undefined): void;
  failWith(error: Error | undefined): void;
  /** How many callers wait for an outcome. */
  waits(): number;
}

export const RECEIVED_AT = '2026-11-21T09:00:00.000Z';

export function requestsInMemory(): RequestsInMemory {
  const views = new Map<string, RequestView>();
  const byKey = new Map<string, { id: string; body: string }>();
  const sessions = new Map<string, string | undefined>();
  const started: NewRequest[] = [];
  const closed = new EventEmitter();
  closed.setMaxListeners(0);
  let atOnce: Partial<Closing> | undefined;
  let failure: Error | undefined;

  const check = () => {
    if (failure !== undefined) throw failure;
  };
  const isOf = (view: RequestView, asker?: Asker) =>
    asker === undefined ||
    (view.agent === asker.agent &&
      (typeof asker.session !== 'string' || sessions.get(view.id) === asker.session));
  const visible = (id: string, asker?: Asker) => {
    check();
    const view = views.get(id);
    return view !== undefined && isOf(view, asker) ? view : undefined;
  };
  const close = (
    id: string,
    { outcome = 'executed', effects = 'all', message = 'Done', ...more }: EndedAs = {},
  ) => {
    const view = views.get(id);
    if (view === undefined) throw new Error(`no request ${id}`);
    const { waitingFor: _, ...rest } = view;
    views.set(id, { ...rest, ...more, status: 'closed', outcome, effects, message, closedAt: RECEIVED_AT });
    closed.emit(id);
  };

  return {
    started,
    close,
    ask(id, question) {
      const view = views.get(id);
      if (view === undefined) throw new Error(`no request ${id}`);
      views.set(id, { ...view, questions: [...(view.questions ?? []), question] });
    },
    waits: () => [...views.keys()].reduce((sum, id) => sum + closed.listenerCount(id), 0),
    closeAtOnceWith: (closing) => {
      atOnce = closing;
    },
    failWith: (error) => {
      failure = error;
    },
    async start(ask) {
      check();
      const { token: _, ...asked } = ask;
      const body = canonicalHash(asked);
      const known = ask.key === undefined ? undefined : byKey.get(`${ask.agent} ${ask.key}`);
      if (known !== undefined && known.body !== body)
        throw new CountersignError('key-reused', 'Cannot start: key reused');
      if (known !== undefined) return { id: known.id, created: false };
      started.push(ask);
      const id = `req_${started.length}`;
      if (ask.key !== undefined) byKey.set(`${ask.agent} ${ask.key}`, { id, body });
      views.set(id, openView(id, ask));
      sessions.set(id, ask.session);
      if (atOnce !== undefined) close(id, atOnce);
      return { id, created: true };
    },
    idOf: (agent, key) => byKey.get(`${agent} ${key}`)?.id ?? `req_of ${agent} ${key ?? randomUUID()}`,
    view: async (id, asker) => visible(id, asker),
    async settled(id, waitMs, asker) {
      const view = visible(id, asker);
      if (view === undefined || view.status === 'closed') return view;
      // The deadline's own end is no failure: the request is then answered as it is.
      await once(closed, id, { signal: AbortSignal.timeout(waitMs) }).catch(() => undefined);
      return visible(id, asker);
    },
    async cancel(id, asker) {
      if (visible(id, asker) === undefined) throw new CountersignError('not-found', 'Cannot cancel: unknown');
      if (views.get(id)?.status === 'closed')
        throw new CountersignError('already-closed', 'Cannot cancel: closed');
      close(id, { outcome: 'cancelled', effects: 'none', message: 'Cancelled by the agent' });
    },
    async list({ asker, status, limit }) {
      check();
      return [...views.values()]
        .filter((view) => isOf(view, asker) && (status === undefined || view.status === status))
        .slice(0, limit)
        .map(({ id, agent: owner, status: now, steps, receivedAt }) => ({
          ...{ id, agent: owner, status: now, receivedAt },
          tools: steps.map((step) => step.tool),
        }));
    },
    decide: async () => 'unknown',
    amend: async () => 'unknown',
    asks: async () => undefined,
    question: async () => 'unknown',
    async answer(id, { question, text }, asker) {
      const view = visible(id, asker);
      const open = view?.questions?.find((one) => one.id === question);
      if (view === undefined || open === undefined)
        throw new CountersignError('not-found', 'Cannot answer: unknown');
      if (view.status === 'closed') throw new CountersignError('already-closed', 'Cannot answer: closed');
      if (open.answer !== undefined)
        throw new CountersignError('already-answered', 'Cannot answer: answered');
      const answered = { ...open, answer: text, answeredAt: RECEIVED_AT };
      const questions = view.questions?.map((one) => (one === open ? answered : one)) ?? [];
      views.set(id, { ...view, questions });
      return { ...view, questions };
    },
    timeline: async () => [],
    ready: async () => check(),
  };
}

function openView(id: string, ask: NewRequest): RequestView {
  return {
    id,
    agent: ask.agent,
    status: 'waiting',
    version: 1,
    digest: canonicalHash(ask),
    policyVersion: 'p1',
    steps: ask.steps.map(({ tool }) => ({
      tool,
      status: 'waiting',
      verdict: { effect: 'approve', rules: [{ id: 'ask-people', sentence: 'People decide' }] },
    })),
    waitingFor: { groups: ['platform'], need: 1, have: 0, expiresAt: '2026-11-21T13:00:00.000Z' },
    receivedAt: RECEIVED_AT,
  };
}
