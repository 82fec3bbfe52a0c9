/** The request as agents read it (design §8), drawn from its record. */
import type { RequestView, StepView } from '../src/domain/request.ts';
import type { Verdict } from '../src/domain/verdict.ts';
import type { RequestRecord } from './request-record.ts';
import type { StepRecord } from './step-record.ts';

export function viewOf(record: RequestRecord): RequestView {
  const { input, closing, asking, judgement, stage } = record;
  const digest = asking?.plan.digest ?? judgement?.digest;
  return {
    id: record.id,
    agent: input.agent,
    status: stage === 'closed' || stage === 'waiting' ? stage : 'running',
    ...(closing === undefined ? {} : outcomeFields(closing)),
    version: Math.max(1, record.version),
    ...(digest === undefined ? {} : { digest }),
    ...(judgement === undefined ? {} : { policyVersion: judgement.policyVersion }),
    steps: record.steps.map(stepView),
    ...(stage === 'waiting' && asking !== undefined ? { waitingFor: asking.waitingFor } : {}),
    ...(record.questions.all.length === 0 ? {} : { questions: record.questions.all }),
    receivedAt: input.receivedAt,
  };
}

function outcomeFields({ at, ...closing }: NonNullable<RequestRecord['closing']>) {
  return { ...closing, closedAt: at };
}

function stepView({ ask, amendments, tool, status, verdict, result, withheld, error }: StepRecord): StepView {
  const edit = amendments?.at(-1)?.amendment;
  return {
    tool,
    ...(tool === ask.tool ? {} : { askedFor: ask.tool }),
    status,
    ...(edit === undefined
      ? {}
      : { edited: { by: edit.person, at: edit.at, reason: edit.reason, args: ask.args } }),
    ...(verdict === undefined ? {} : { verdict: verdictView(verdict) }),
    ...(result === undefined ? {} : { result }),
    ...(withheld === undefined ? {} : { withheld }),
    ...(error === undefined ? {} : { error }),
  };
}

function verdictView({ effect, rules, explanation }: Verdict): NonNullable<StepView['verdict']> {
  return { effect, rules, ...(explanation === undefined ? {} : { explanation }) };
}
