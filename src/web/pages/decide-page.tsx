/** The decision page: everything the card knows, and what the reader may press. */
import type { VNode } from 'preact';
import type { Names } from '../../approvals/names.ts';
import { outside } from '../../approvals/outside-text.ts';
import { askedSteps, phraseToType } from '../../approvals/phrase.ts';
import { EFFECTS_WORDS, progressWords, stateWords, TIER_WORDS } from '../../approvals/wording.ts';
import type { CardView } from '../../domain/card.ts';
import { shortDigest } from '../../domain/digest.ts';
import type { Said } from '../said.ts';
import { AnswerForms } from './answer-forms.tsx';
import { instant } from './instant.ts';
import { Layout, type Looker } from './layout.tsx';
import { StepView } from './step-view.tsx';

const TEXT = { charsMax: 20_000 } as const;

export interface DecidePageProps {
  readonly view: CardView;
  readonly pointer: string;
  readonly looker: Looker;
  readonly said: Said | undefined;
  readonly names: Names;
  readonly timeZone: string;
  /** Why the reader has nothing to press. */
  readonly why: string | undefined;
  readonly hasPasskey: boolean;
  /** Makes the form this one and no other. */
  readonly once: string;
}

export function decidePage(props: DecidePageProps): VNode {
  const { view, pointer, looker, said, names, timeZone, why, hasPasskey, once } = props;
  const [first, ...others] = askedSteps(view);
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const title = first === undefined ? 'A request without steps' : `${outside(first.title, TEXT)}${more}`;
  return (
    <Layout title={title} looker={looker} said={said} withScript={hasPasskey}>
      <h1>{title}</h1>
      <p class="lead">
        <span class={`tier ${view.tier}`}>{TIER_WORDS[view.tier]}</span> {stateWords(view)}
      </p>
      <Facts view={view} names={names} timeZone={timeZone} />
      <section aria-labelledby="steps">
        <h2 id="steps">What would be done</h2>
        {view.steps.map((step) => (
          <StepView key={step.index} step={step} state={view.state} names={names} />
        ))}
      </section>
      <section aria-labelledby="reason-given">
        <h2 id="reason-given">Written by the agent, unverified</h2>
        <pre class="outside">{outside(view.reason, TEXT)}</pre>
      </section>
      <Questions view={view} names={names} timeZone={timeZone} />
      <Votes view={view} names={names} timeZone={timeZone} />
      <section aria-labelledby="decide" class="decide">
        <h2 id="decide">Your decision</h2>
        {why === undefined ? (
          <AnswerForms
            {...{ pointer, looker, once, hasPasskey }}
            tier={view.tier}
            phrase={phraseToType(view)}
            what={`version ${view.version}, code ${shortDigest(view.digest)}`}
          />
        ) : (
          <p class="notice">{outside(why, TEXT)}.</p>
        )}
      </section>
    </Layout>
  );
}

/** What approvers asked the agent, with its own words unverified; nothing where nobody did. */
function Questions({
  view,
  names,
  timeZone,
}: Pick<DecidePageProps, 'view' | 'names' | 'timeZone'>): VNode | null {
  const { questions = [] } = view;
  if (questions.length === 0) return null;
  return (
    <section aria-labelledby="questions">
      <h2 id="questions">Questions to the agent</h2>
      {questions.map(({ id, by, text, at, answer }) => (
        <div key={id}>
          <p>
            {outside(names.person(by), TEXT)} asked, {instant(at, timeZone)}:
          </p>
          <pre class="outside">{outside(text, TEXT)}</pre>
          <p>{answer === undefined ? 'Not answered yet.' : 'Answered by the agent, unverified:'}</p>
          {answer !== undefined && <pre class="outside">{outside(answer, TEXT)}</pre>}
        </div>
      ))}
    </section>
  );
}

function Facts({ view, names, timeZone }: Pick<DecidePageProps, 'view' | 'names' | 'timeZone'>): VNode {
  const editors = (view.editors ?? []).map((id) => `${names.person(id)} (edited it: may deny, not approve)`);
  const excluded = view.excluded.map((id) => names.person(id));
  const barred = [...excluded, ...editors].map((one) => outside(one, TEXT)).join(', ');
  const ended = view.state === 'closed' && view.effects !== undefined ? EFFECTS_WORDS[view.effects] : '';
  const facts: readonly (readonly [string, string])[] = [
    ['Agent', `${names.agent(view.agent)}, owned by ${names.person(view.owner)}`],
    [
      'Acts for',
      view.onBehalfOf === undefined ? 'nobody in particular' : outside(names.person(view.onBehalfOf), TEXT),
    ],
    ['Approvals', progressWords(view, names.group)],
    ['Cannot decide', barred === '' ? 'nobody is barred' : barred],
    ['Asked', instant(view.requestedAt, timeZone)],
    ['Expires', instant(view.expiresAt, timeZone)],
    ['Code', `${shortDigest(view.digest)} (version ${view.version})`],
    ['Request', view.request],
    ['Policy', outside(view.policyVersion, TEXT)],
    ...(view.message === undefined ? [] : [['Outcome', `${outside(view.message, TEXT)} ${ended}`] as const]),
  ];
  return (
    <dl class="facts">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Votes({ view, names, timeZone }: Pick<DecidePageProps, 'view' | 'names' | 'timeZone'>): VNode {
  return (
    <section aria-labelledby="votes">
      <h2 id="votes">Decisions so far</h2>
      {view.votes.length === 0 && <p>Nobody has decided yet.</p>}
      <ul>
        {view.votes.map(({ person, answer, reason, at }) => (
          <li key={`${person} ${at}`}>
            {answer === 'approve' ? 'Approved' : 'Denied'} by {names.person(person)}, {instant(at, timeZone)}
            {reason !== undefined && <pre class="outside">{outside(reason, TEXT)}</pre>}
          </li>
        ))}
      </ul>
    </section>
  );
}
