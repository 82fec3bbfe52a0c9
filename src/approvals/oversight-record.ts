/** From a card to what oversight keeps of it. Pure: nothing a person or an agent wrote comes through. */
import { createHash } from 'node:crypto';
import type { CardStep, CardView, CardVote } from '../domain/card.ts';
import type { Asked, AskedStep, Fate, GivenAnswer } from '../domain/oversight.ts';
import { STEPS_MAX } from '../domain/request.ts';

/** Scopes are short; a longer one would not fit an index. */
const SCOPE_CHARS_MAX = 200;

/** `members` are the people of the groups as the directory knows them now, where it could be read. A book keeps the first. */
export function askedOf(view: CardView, members?: Asked['members']): Asked {
  const { request, version, seq, agent, tier, outcome, effects, closedAt, editedBy } = view;
  return {
    ...{ request, version, seq, agent, tier },
    rules: view.askedBy ?? rulesOf(view),
    groups: groupsOf(view),
    ...(members === undefined ? {} : { members: withoutExcluded(members, view.excluded) }),
    steps: similarSteps(view),
    answers: view.votes.map(answerOf),
    fate: fateOf(view),
    ...(editedBy === undefined ? {} : { editedBy }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(effects === undefined ? {} : { effects }),
    undone: view.steps.filter(({ status }) => status === 'undone').length,
    stuck: view.steps.filter(({ status }) => status === 'undo_failed').length,
    askedAt: view.askedAt ?? view.requestedAt,
    ...(closedAt === undefined ? {} : { closedAt }),
  };
}

/** Every group a card asks, in its order. */
export function groupsOf({ needs }: Pick<CardView, 'needs'>): readonly string[] {
  return [...new Set(needs.flatMap(({ groups }) => groups))];
}

/** The steps people are asked about, as similar ones are looked for. */
export function similarSteps({ steps }: Pick<CardView, 'steps'>): readonly AskedStep[] {
  return gated(steps)
    .slice(0, STEPS_MAX)
    .map(({ index, tool, target }) => ({
      ...{ index, tool },
      scope: target.scope.slice(0, SCOPE_CHARS_MAX),
      target: createHash('sha256').update(target.id).digest('hex'),
    }));
}

function gated(steps: readonly CardStep[]): readonly CardStep[] {
  const asked = steps.filter(({ verdict }) => verdict === 'approve');
  return asked.length === 0 ? steps : asked;
}

/** Of old histories, whose cards do not say which gates asked: every rule that fired on the steps asked about. */
function rulesOf({ steps }: CardView): readonly string[] {
  return [...new Set(gated(steps).flatMap(({ rules }) => rules.map(({ id }) => id)))];
}

function withoutExcluded(
  members: NonNullable<Asked['members']>,
  excluded: readonly string[],
): NonNullable<Asked['members']> {
  return Object.fromEntries(
    Object.entries(members).map(([group, people]) => [
      group,
      people.filter((one) => !excluded.includes(one)),
    ]),
  );
}

function answerOf({ person, answer, at, reason, surface, assurance }: CardVote): GivenAnswer {
  return {
    ...{ person, answer, at },
    hasReason: reason !== undefined && reason !== '',
    surface: surface ?? 'slack',
    assurance: assurance ?? 'click',
  };
}

/** A denial ends it and an edit voids it, whatever came before; what is approved stays so, whatever comes of it. */
function fateOf(view: CardView): Fate {
  const { votes, need, have, state, outcome } = view;
  if (votes.some(({ answer }) => answer === 'deny')) return 'rejected';
  if (view.editedBy !== undefined) return 'edited';
  if (view.approvedAt !== undefined || (need > 0 && have >= need)) return 'approved';
  if (state === 'replaced') return 'replaced';
  if (state !== 'closed') return 'open';
  return outcome === 'expired' ? 'expired' : 'ended';
}
