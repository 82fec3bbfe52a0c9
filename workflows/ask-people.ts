/**
 * Asking people: one version of the plan, one card, one wait. Who is asked are those who are there; where nobody is left
 * who could decide, nobody is asked and the request expires at once. It ends with an answer or without one, never with
 * an approval that was not given.
 */
import { condition } from '@temporalio/workflow';
import type { Plan } from '../src/domain/plan.ts';
import { type Need, shortestTtlMs } from '../src/domain/quorum.ts';
import { ENDINGS, type Ending } from './endings.ts';
import type { OpenRequest } from './open-request.ts';
import { markWaiting } from './search-attributes.ts';
import { waitStages } from './wait-stages.ts';

export type Answer = { readonly kind: 'approved'; readonly plan: Plan } | Ending;

/** Asks for every step from `from` on, and again as often as an edit is taken up. */
export async function askPeople(request: OpenRequest, from: number): Promise<Answer> {
  let answer = await askOnce(request, from);
  while (answer.kind === 'edited') answer = await askOnce(request, from);
  return answer;
}

async function askOnce(request: OpenRequest, from: number): Promise<Answer | { readonly kind: 'edited' }> {
  const { record, messenger } = request;
  if (record.isShownTooOften) return ENDINGS.stale(record.version);
  const prepared = await request.prepare(record.version + 1, from);
  if (prepared.kind === 'ending') return takenBack(request, prepared) ?? prepared;
  const mustered = await muster(request, from);
  if (mustered.kind === 'ending') return takenBack(request, mustered) ?? mustered;

  const gates = record.gatesFrom(from);
  const ttlMs = Math.min(shortestTtlMs(gates), record.input.waitAtMostMs ?? Number.POSITIVE_INFINITY);
  record.ask(prepared.plan, from, ttlMs, mustered.needs);
  markWaiting(record);
  messenger.openCard();
  if (mustered.askAtOnce.length > 0) messenger.askAtOnce(mustered.askAtOnce);
  return (await waitForAnswer(request, from, ttlMs)) ?? answerOf(request, prepared.plan);
}

/**
 * An edit to something that is not there, or that nobody but its editor could approve, must not end what was asked: it
 * is taken back, and the request is asked again as it was. Undefined where there is none.
 */
function takenBack(
  { record, messenger }: OpenRequest,
  { message }: Ending,
): { readonly kind: 'edited' } | undefined {
  const edit = record.takeBackEdit();
  if (edit === undefined) return undefined;
  messenger.sayEditTakenBack(edit.amendment, message);
  return { kind: 'edited' };
}

/** Undefined once there is an answer or the time is over; an ending when nobody is left to give one. */
async function waitForAnswer(request: OpenRequest, from: number, ttlMs: number): Promise<Ending | undefined> {
  const { record, clerk, messenger } = request;
  const settled = () => clerk.idle && (record.cancelled || (record.asking?.isAnswered ?? false));
  for (const stage of waitStages(ttlMs, record.gatesFrom(from), record.settings.deciding)) {
    if (await condition(settled, stage.lastsMs, { summary: stage.summary })) break;
    if (stage.groups.length === 0) continue;
    const mustered = await muster(request, from);
    // Somebody may have answered while it was asked.
    if (settled()) break;
    if (mustered.kind === 'ending') return mustered;
    if (record.asking?.widen(mustered.needs)) messenger.refreshCard();
    messenger.nudge(stage);
  }
  // A click that was durable before the deadline counts, even when its admission ends after it.
  await condition(() => clerk.idle);
  return undefined;
}

function answerOf({ record, messenger }: OpenRequest, plan: Plan): Answer | { readonly kind: 'edited' } {
  const { asking } = record;
  if (record.cancelled) return ENDINGS.cancelled();
  if (asking?.denial !== undefined) return ENDINGS.rejected(asking.denial.decision);
  if (asking?.amendment !== undefined) return { kind: 'edited' };
  if (!asking?.quorum.met) return ENDINGS.expired(asking?.waitingFor);
  if (asking.glass !== undefined) messenger.announceBrokenGlass(asking.glass);
  record.approve();
  return { kind: 'approved', plan };
}

type Mustered =
  | { readonly kind: 'enough'; readonly needs?: readonly Need[]; readonly askAtOnce: readonly string[] }
  | Ending;

/** Requests of old ask whom their rules name, as they did. */
async function muster(request: OpenRequest, from: number): Promise<Mustered> {
  const { record, messenger } = request;
  if (record.settings.deciding === undefined) return { kind: 'enough', askAtOnce: [] };
  const found = await request.muster(from);
  // Not known who is there: people are asked whom the rules name, and each click is checked by itself.
  if (found === undefined) return { kind: 'enough', askAtOnce: [] };
  if (found.enough) return { kind: 'enough', needs: found.needs, askAtOnce: found.askAtOnce ?? [] };
  if (record.hasNewEdit) return ENDINGS.nobodyLeft(found.needs, { told: false });
  const ending = ENDINGS.nobodyLeft(found.needs);
  if (found.alertChannel !== undefined) messenger.alert(found.alertChannel, ending.message);
  return ending;
}
