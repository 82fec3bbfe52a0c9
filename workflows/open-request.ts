/** What the story works with: the record of facts, the activities, the clerk who admits decisions, the messenger. */
import { log } from '@temporalio/workflow';
import type { MusterResult } from '../activities/contract.ts';
import type { Plan } from '../src/domain/plan.ts';
import type { RequestInput } from '../src/domain/request.ts';
import { type ActivityProxies, proxiesFor } from './activity-proxies.ts';
import { sentenceOf } from './activity-sentence.ts';
import { Clerk } from './clerk.ts';
import { Editing } from './editing.ts';
import { ENDINGS, type Ending } from './endings.ts';
import { Messenger } from './messenger.ts';
import { Questions } from './questions.ts';
import { RequestRecord } from './request-record.ts';

export interface OpenRequest {
  readonly record: RequestRecord;
  readonly activities: ActivityProxies;
  readonly clerk: Clerk;
  readonly editing: Editing;
  readonly questions: Questions;
  readonly messenger: Messenger;
  /** Judges every step into the record; an ending when one is denied or no verdict was reached. */
  judge(): Promise<Ending | undefined>;
  /** Who is left to decide on the steps from here on; undefined when that could not be found out. */
  muster(from: number): Promise<MusterResult | undefined>;
  prepare(
    version: number,
    from: number,
  ): Promise<{ readonly kind: 'prepared'; readonly plan: Plan } | Ending>;
}

export function openRequest(input: RequestInput): OpenRequest {
  const { settings, ...sealed } = input;
  const { seal: _, ...asked } = sealed;
  const activities = proxiesFor(settings);
  const record = new RequestRecord(input);
  const messenger = new Messenger(record, activities);
  const clerk = new Clerk(record, activities, messenger);
  return {
    record,
    activities,
    clerk,
    editing: new Editing(record, activities, clerk, messenger),
    questions: new Questions(record, activities, messenger),
    messenger,
    async judge() {
      try {
        record.judged(await activities.judge(sealed));
      } catch (error) {
        return ENDINGS.failed(sentenceOf(error));
      }
      return record.denial === undefined ? undefined : ENDINGS.denied(record.denial);
    },
    async muster(from) {
      const editors = record.editorsFrom(from);
      try {
        return await activities.muster({
          gates: record.gatesFrom(from),
          ...record.parties,
          ...(editors.length === 0 ? {} : { editors }),
        });
      } catch (error) {
        log.warn('Could not find out who may decide', { error: sentenceOf(error) });
        return undefined;
      }
    },
    async prepare(version, from) {
      try {
        const plan = await activities.prepare(version, {
          request: { ...asked, steps: record.steps.map(({ ask }) => ask) },
          version,
          tools: record.steps.map(({ tool }) => tool),
          from,
        });
        return { kind: 'prepared', plan };
      } catch (error) {
        return ENDINGS.failed(sentenceOf(error));
      }
    },
  };
}
