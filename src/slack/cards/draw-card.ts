/** The card: one request version as a Slack message. Pure; the workflow's view in, blocks out. */
import type { KnownBlock } from '@slack/types';
import type { Names } from '../../approvals/names.ts';
import { escaped, outside, outsideLine } from '../../approvals/outside-text.ts';
import { askedSteps } from '../../approvals/phrase.ts';
import { EFFECTS_WORDS, grantWords, progressWords, stateWords, TIER_WORDS } from '../../approvals/wording.ts';
import type { CardStep, CardView, CardVote } from '../../domain/card.ts';
import { shortDigest } from '../../domain/digest.ts';
import { context, fields, header, instantLine, preformatted, section, utc } from './blocks.ts';
import { buttons } from './buttons.ts';
import { questionBlocks } from './question-blocks.ts';
import { stepBlocks } from './step-blocks.ts';

const REASON = { charsMax: 400, linesMax: 8 } as const;
const RULES_CHARS_MAX = 2_500;
const VOTES_CHARS_MAX = 2_500;
const HEADER_CHARS_MAX = 150;

export interface Drawing {
  /** For notifications and screen readers: trusted words only, one line. */
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

/**
 * Draws a view within Slack's limits: up to 20 steps in at most 50 blocks. Trusted facts come first, the agent's words
 * last and fenced. Outside text is never in mrkdwn and never cut without saying so.
 */
export function drawCard(view: CardView, names: Names): Drawing {
  const blocks: KnownBlock[] = [
    header(headline(view)),
    fields(facts(view, names)),
    standing(view),
    ...view.steps.flatMap((step) => stepBlocks(step, view, names)),
    section(outside(rules(view), { charsMax: RULES_CHARS_MAX })),
    ...(view.votes.length === 0 ? [] : [section(outside(votes(view, names), { charsMax: VOTES_CHARS_MAX }))]),
    ...questionBlocks(view, names),
    context('Written by the agent, unverified:'),
    preformatted(outside(view.reason, REASON)),
    context(
      `${view.request} · version ${view.version} · code ${shortDigest(view.digest)} · policy ${outsideLine(view.policyVersion, 80)}`,
    ),
    ...(view.state === 'waiting' ? [buttons(view, names)] : []),
  ];
  return { text: topLine(view, names), blocks };
}

function headline(view: CardView): string {
  const [first, ...others] = askedSteps(view);
  if (first === undefined) return 'A request without steps';
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `${outsideLine(`${first.title}: ${first.target.label}`, HEADER_CHARS_MAX - more.length)}${more}`;
}

/** Our own words only: what a push notification shows is read before the card is. */
function topLine(view: CardView, names: Names): string {
  const asked = askedSteps(view);
  const what = asked.length === 1 ? outsideLine(asked[0]?.title ?? '', 80) : `${asked.length} steps`;
  const progress = view.state === 'waiting' ? `, ${progressWords(view, names.group)}` : '';
  const line = `${stateWords(view)}: ${what} asked by ${names.agent(view.agent)} (${TIER_WORDS[view.tier]}${progress}) ${view.request}`;
  return escaped(outsideLine(line, 600));
}

function facts(view: CardView, names: Names): readonly (readonly [string, string])[] {
  const person = (id: string) => outsideLine(names.person(id), 80);
  const excluded = view.excluded.map((id) => `${person(id)} (${relation(id, view)})`);
  const editors = (view.editors ?? []).map((id) => `${person(id)} (edited it: may deny, not approve)`);
  const barred = [...excluded, ...editors].join(', ');
  return [
    ['Agent', `${names.agent(view.agent)}, owned by ${person(view.owner)}`],
    ['Acts for', view.onBehalfOf === undefined ? 'nobody in particular' : person(view.onBehalfOf)],
    ['State', stateWords(view)],
    ['Risk', TIER_WORDS[view.tier]],
    ['Approvals', outsideLine(progressWords(view, names.group), 500)],
    ['Cannot decide', outsideLine(barred === '' ? 'nobody is barred' : barred, 500)],
    ['Plan', planWords(view)],
    ...(view.confidence === undefined
      ? []
      : [["Agent's own confidence", `${Math.round(view.confidence * 100)} %, unverified`] as const]),
  ];
}

function relation(id: string, view: CardView): string {
  if (id === view.owner) return 'agent owner';
  if (id === view.onBehalfOf) return 'the agent acts for them';
  if (id === view.requestedBy) return 'prompted the agent';
  return id === view.editor ? "changed the agent's configuration last" : 'barred';
}

/** What already ran, what waits, what follows. */
function planWords({ steps, state }: CardView): string {
  const count = (wanted: (step: CardStep) => boolean) => steps.filter(wanted).length;
  const open = ({ status }: CardStep) => status === 'pending' || status === 'waiting';
  const rest = {
    waiting: 'following',
    running: 'still to run',
    undoing: 'will not run',
    replaced: 'moved',
    closed: 'did not run',
  };
  const asked = (step: CardStep) => state === 'waiting' && step.verdict === 'approve';
  const parts = [
    [count(({ status }) => status === 'done'), 'already ran'],
    [count(({ status }) => status === 'running'), 'running now'],
    [count((step) => open(step) && asked(step)), 'for approval'],
    [count((step) => open(step) && !asked(step)), rest[state]],
    [count(({ status }) => status === 'undone'), 'undone'],
    [count(({ status }) => status === 'failed'), 'failed'],
    [count(({ status }) => status === 'undo_failed'), 'not undone'],
    [count(({ status }) => status === 'skipped'), 'did not run'],
  ] as const;
  const said = parts.filter(([many]) => many > 0).map(([many, words]) => `${many} ${words}`);
  return `${steps.length} ${steps.length === 1 ? 'step' : 'steps'}: ${said.join(', ')}`;
}

/** Until when it waits, or how it ended. */
function standing(view: CardView): KnownBlock {
  if (view.state === 'waiting') return instantLine('Expires', view.expiresAt);
  if (view.state === 'replaced') {
    return context(
      `Replaced: the request changed since this card was shown. Decide on its newest card in this channel (after version ${view.version}).`,
    );
  }
  if (view.state !== 'closed') return context(`${stateWords(view)}. Decisions are no longer taken.`);
  const effects = view.effects === undefined ? '' : ` ${EFFECTS_WORDS[view.effects]}`;
  const at = view.closedAt === undefined ? '' : ` Closed ${utc(view.closedAt)}.`;
  const message = view.message === undefined ? '' : `\n${view.message}`;
  return section(outside(`${stateWords(view)}.${effects}${at}${message}`, { charsMax: 1_500, linesMax: 12 }));
}

/** Every rule that fired, once, with its author's sentence and the steps it fired for. */
function rules({ steps }: CardView): string {
  const fired = new Map<string, { readonly sentence: string; readonly steps: number[] }>();
  for (const step of steps) {
    for (const { id, sentence } of step.rules) {
      const known = fired.get(id) ?? { sentence, steps: [] };
      known.steps.push(step.index + 1);
      fired.set(id, known);
    }
  }
  if (fired.size === 0) return 'Policy: no rule is recorded for this request';
  const lines = [...fired].map(
    ([id, rule]) => `- ${rule.sentence} (rule ${id}, step ${rule.steps.join(', ')})`,
  );
  return ['Policy says:', ...lines].join('\n');
}

function votes(view: CardView, names: Names): string {
  const lines = view.votes.map((vote) => {
    const { reason, at, grant } = vote;
    const said = reason === undefined ? '' : `: ${outsideLine(reason, 400)}`;
    return `- ${voteWords(vote, names)}, ${utc(at)}${said}${grantWords(grant)}`;
  });
  return ['Decisions:', ...lines].join('\n');
}

/** Who answered what, for whom, and whether it overrides the approvals (slack-approvals T16, T65). */
function voteWords({ person, forPerson, answer, breakGlass }: CardVote, names: Names): string {
  const who =
    forPerson === undefined ? names.person(person) : `${names.person(person)} for ${names.person(forPerson)}`;
  if (breakGlass === true) return `EMERGENCY, approvals overridden by ${who}`;
  return `${answer === 'approve' ? 'Approved' : 'Denied'} by ${who}`;
}
