/** What the story works with: the record of facts, the activities, the clerk who admits decisions, the messenger. */
import { ActivityFailure } from '@temporalio/workflow';
import type { Plan } from '../src/domain/plan.ts';
import type { RequestInput } from '../src/domain/request.ts';
import { type ActivityProxies, proxiesFor } from './activity-proxies.ts';
import { Clerk } from './clerk.ts';
import { ENDINGS, type Ending } from './endings.ts';
import { Messenger } from './messenger.ts';
import { RequestRecord } from './request-record.ts';

export interface OpenRequest {
  readonly record: RequestRecord;
  readonly activities: ActivityProxies;
  readonly clerk: Clerk;
  readonly messenger: Messenger;
  /** Judges every step into the record; an ending when one is denied or no verdict was reached. */
  judge(): Promise<Ending | undefined>;
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
    messenger,
    async judge() {
      try {
        record.judged(await activities.judge(sealed));
      } catch (error) {
        return ENDINGS.failed(sentenceOf(error));
      }
      return record.denial === undefined ? undefined : ENDINGS.denied(record.denial);
    },
    async prepare(version, from) {
      try {
        const plan = await activities.prepare(version, {
          request: asked,
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

/** The sentence of a failed activity: our own words, made where the failure was sorted. Anything else is a bug and is thrown on. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ActivityFailure) return error.cause?.message ?? error.message;
  throw error;
}
