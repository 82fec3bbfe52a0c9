/** Finding requests by their search attributes, for agents and operators. Eventually consistent, bounded. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { REQUEST_WORKFLOW, SEARCH_ATTRIBUTES } from '../../workflows/messages.ts';
import type { RequestStatus } from '../domain/request.ts';
import type { RequestSummary, Requests } from './requests.ts';

/** The session stands in the memo, which Temporal can't search by. */
const SEEN_MAX = 1_000;
const PAGE_SIZE = 100;

export async function listRequests(
  client: Client,
  { asker, status, limit }: Parameters<Requests['list']>[0],
): Promise<readonly RequestSummary[]> {
  const { agent, session = null } = asker ?? {};
  const query = [
    `WorkflowType = '${REQUEST_WORKFLOW}'`,
    ...(agent === undefined ? [] : [`CountersignAgent = ${quoted(agent)}`]),
    ...(status === undefined ? [] : [statusClause(status)]),
  ].join(' AND ');
  const found: RequestSummary[] = [];
  let seen = 0;
  const pageSize = session === null ? limit : PAGE_SIZE;
  for await (const execution of client.workflow.list({ query, pageSize })) {
    seen += 1;
    if (session === null || execution.memo?.session === session) found.push(summaryOf(execution));
    if (found.length >= limit || seen >= SEEN_MAX) break;
  }
  return found;
}

function statusClause(status: RequestStatus): string {
  const attribute = `CountersignStatus = ${quoted(status)}`;
  if (status === 'closed') return `(${attribute} OR ExecutionStatus != 'Running')`;
  return `${attribute} AND ExecutionStatus = 'Running'`;
}

/** A visibility string literal. Agent ids are checked at the door; this holds whatever comes. */
function quoted(text: string): string {
  return `'${text.replaceAll(/['\\\p{Cc}]/gu, '')}'`;
}

function summaryOf({
  workflowId,
  status,
  startTime,
  typedSearchAttributes,
}: WorkflowExecutionInfo): RequestSummary {
  const { agent, tools, outcome, risk, ...keys } = SEARCH_ATTRIBUTES;
  const running = status.name === 'RUNNING';
  const marked = typedSearchAttributes.get(keys.status);
  const [ended, rated] = [typedSearchAttributes.get(outcome), typedSearchAttributes.get(risk)];
  return {
    id: workflowId,
    agent: typedSearchAttributes.get(agent) ?? '',
    tools: typedSearchAttributes.get(tools) ?? [],
    status:
      running && (marked === 'waiting' || marked === 'closed') ? marked : running ? 'running' : 'closed',
    ...(ended === undefined ? {} : { outcome: ended }),
    ...(rated === undefined ? {} : { risk: rated }),
    receivedAt: startTime.toISOString(),
  };
}
