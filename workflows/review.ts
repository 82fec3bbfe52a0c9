/**
 * The review of a broken glass, as a story: the reviewers are told in the thread of the request's card, reminded, and
 * one of them says whether it was justified. Admission is the same as for every decision; whoever broke the glass never
 * reviews it. Nobody looking is an answer too, and operators hear of it.
 */
import { condition, defineSignal, log, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { ApprovalActivities } from '../activities/contract.ts';
import type { Decision } from '../src/domain/decision.ts';
import type { ReviewInput, ReviewResult } from '../src/domain/review.ts';
import { type ActivityProxies, proxiesFor } from './activity-proxies.ts';
import { sentenceOf } from './activity-sentence.ts';
import { DECISION_SIGNAL, SEARCH_ATTRIBUTES } from './messages.ts';
import { waitStages } from './wait-stages.ts';

const decision = defineSignal<[string]>(DECISION_SIGNAL);

/** Signatures looked at for one review; further ones are dropped unread. */
const RECEIVED_MAX = 100;

/** Resolves when somebody has looked, or when the time for it is over. */
export async function Review(input: ReviewInput): Promise<ReviewResult> {
  const received: string[] = [];
  let seen = 0;
  setHandler(decision, (jws) => {
    seen += 1;
    if (seen <= RECEIVED_MAX && typeof jws === 'string') received.push(jws);
  });
  const activities = proxiesFor(input.settings);
  const said: Promise<void>[] = [];
  const say = (key: string, text: string) => said.push(sayInThread(input, activities, { key, text }));

  upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsHuman, value: true }]);
  say('asked', opening(input));
  const answer = await waitForReviewer(input, activities, { received, say });
  const result = resultOf(input, answer);
  say('over', closing(result));
  if (answer === undefined) said.push(alert(input, activities, closing(result)));
  upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsHuman, value: answer === undefined }]);
  await Promise.all(said);
  return result;
}

interface Desk {
  readonly received: string[];
  readonly say: (key: string, text: string) => void;
}

/** The first admitted answer; undefined when the time is over. */
async function waitForReviewer(
  input: ReviewInput,
  activities: ActivityProxies,
  { received, say }: Desk,
): Promise<Decision | undefined> {
  for (const stage of waitStages(input.dueMs, [], input.deciding)) {
    const endsAt = Date.now() + stage.lastsMs;
    for (let leftMs = stage.lastsMs; leftMs > 0; leftMs = endsAt - Date.now()) {
      if (!(await condition(() => received.length > 0, leftMs, { summary: 'until somebody reviews it' })))
        break;
      const answer = await admitted(input, activities, received.shift() ?? '');
      if (answer !== undefined) return answer;
    }
    if (stage.endsWith === 'remind') say(stage.key, `Still to be reviewed. ${opening(input)}`);
  }
  return undefined;
}

async function admitted(
  { id, settings: _, group, ...input }: ReviewInput,
  activities: ActivityProxies,
  jws: string,
): Promise<Decision | undefined> {
  const needs = [{ groups: [group], count: 1 }];
  const firmness = { tier: 'low', needsReason: true } as const;
  try {
    const { admission } = await activities.admit({
      ...{
        jws,
        request: id,
        version: input.version,
        digest: input.digest,
        stage: 'waiting',
        needs,
        votes: [],
      },
      ...firmness,
      ...{ agent: input.agent, owner: input.owner, excluded: input.excluded },
    });
    if (admission.admitted) return admission.vote.decision;
    if (admission.person !== undefined) {
      const { person, sentence: text } = admission;
      await show(activities, 'whisper', `whisper-${jws.slice(-12)}`, {
        request: input.request,
        person,
        text,
      });
    }
  } catch (error) {
    log.error('Could not admit a review', { error: sentenceOf(error) });
  }
  return undefined;
}

function opening({ brokenBy, group, request }: ReviewInput): string {
  return `${brokenBy.join(' and ')} overrode the approvals of ${request}. Somebody from ${group} has to say whether that was justified: /countersign reviewed ${request} justified <why>, or not-justified <why>.`;
}

function closing({ outcome, by, note, request }: ReviewResult): string {
  if (outcome === 'not-reviewed') return `Nobody reviewed the emergency of ${request} in time.`;
  return `${by} reviewed the emergency of ${request}: ${outcome.replace('-', ' ')}. ${note ?? ''}`;
}

function resultOf({ request }: ReviewInput, answer: Decision | undefined): ReviewResult {
  const at = new Date().toISOString();
  if (answer === undefined) return { status: 'closed', request, outcome: 'not-reviewed', at };
  const { person: by, reason: note } = answer;
  const outcome = answer.answer === 'approve' ? 'justified' : 'not-justified';
  return { status: 'closed', request, outcome, by, ...(note === undefined ? {} : { note }), at };
}

function sayInThread(
  { request, id, group }: ReviewInput,
  activities: ActivityProxies,
  { key, text }: { readonly key: string; readonly text: string },
): Promise<void> {
  const mentionGroups = key === 'over' ? [] : [group];
  return show(activities, 'sayInThread', `say-${key}`, { request, key: `${id}:${key}`, text, mentionGroups });
}

function alert({ id, channel }: ReviewInput, activities: ActivityProxies, text: string): Promise<void> {
  return show(activities, 'announce', 'announce', { channel, key: `${id}:alert`, text });
}

/** Showing is given up rather than the review. */
async function show<K extends keyof ApprovalActivities>(
  activities: ActivityProxies,
  name: K,
  id: string,
  input: Parameters<ApprovalActivities[K]>[0],
): Promise<void> {
  try {
    await activities.show(name, id, input);
  } catch (error) {
    log.error('Gave up showing', { what: name, error: sentenceOf(error) });
  }
}
