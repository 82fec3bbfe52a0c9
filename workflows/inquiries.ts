/** What activities are asked about something that arrived at a request, as things stand now. */
import type { AdmitInput, AmendInput, HearInput } from '../activities/contract.ts';
import type { HandedAmendment } from '../src/domain/amendment.ts';
import type { AsksQuery } from './messages.ts';
import type { RequestRecord } from './request-record.ts';

/** About one decision. After an edit was taken up what was asked is void, so that only its next version is decided on. */
export function admissionOf(record: RequestRecord, jws: string): AdmitInput {
  const { asking, stage } = record;
  const editors = asking?.editors ?? [];
  return {
    jws,
    request: record.id,
    version: record.version + (asking?.amendment === undefined ? 0 : 1),
    digest: asking?.plan.digest ?? '',
    stage: stage === 'closed' || stage === 'waiting' ? stage : 'running',
    ...(asking === undefined ? {} : { expiresAt: asking.expiresAt }),
    needs: asking?.needs ?? [],
    tier: asking?.tier ?? 'critical',
    needsReason: asking?.needsReason ?? true,
    ...record.parties,
    excluded: record.excluded,
    votes: asking?.votes.map((vote) => vote.jws) ?? [],
    ...(editors.length === 0 ? {} : { editors }),
  };
}

/** About one question. */
export function hearingOf(record: RequestRecord, jws: string): HearInput {
  const { votes: _, ...held } = admissionOf(record, jws);
  return { ...held, asked: record.questions.ids };
}

/** About one edit. */
export function amendingOf(record: RequestRecord, { jws, args }: HandedAmendment): AmendInput {
  const { settings: _, seal: __, ...asked } = record.input;
  const { version, digest, stage, expiresAt, needs, tier, excluded } = admissionOf(record, jws);
  const from = record.asking?.from ?? 0;
  return {
    ...{ jws, args, version, digest, stage, needs, tier, excluded },
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...record.parties,
    request: { ...asked, steps: record.steps.map(({ ask }) => ask) },
    asked: asked.steps,
    from,
    held: record.steps.map(({ verdict, tool }) => ({ gates: verdict?.gates ?? [], runs: tool })),
    asking: record.gatesFrom(from),
  };
}

/** What can be edited: nothing unless people are being asked. */
export function asksOf(record: RequestRecord): AsksQuery {
  const { asking, stage, steps, version } = record;
  const isOpen = stage === 'waiting' && asking !== undefined && asking.amendment === undefined;
  return { version, from: isOpen ? asking.from : steps.length, steps: steps.map(({ ask }) => ask) };
}
