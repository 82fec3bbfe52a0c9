/** One step of a request, whole: what it touches, what policy says, how it is taken back. Outside words stand in fences. */
import type { VNode } from 'preact';
import { changeWords, editedWords } from '../../approvals/edit-words.ts';
import type { Names } from '../../approvals/names.ts';
import { outside } from '../../approvals/outside-text.ts';
import { statusWords, undoWords, VERDICT_WORDS } from '../../approvals/wording.ts';
import type { CardStep, CardView } from '../../domain/card.ts';

/** More than any tool shows; a cut says that it is one. */
const VALUE = { charsMax: 20_000 } as const;

export function StepView({
  step,
  state,
  names,
}: {
  readonly step: CardStep;
  readonly state: CardView['state'];
  readonly names: Pick<Names, 'person'>;
}): VNode {
  const id = `step-${step.index + 1}`;
  return (
    <section class="step" aria-labelledby={id}>
      <h3 id={id}>
        {`${step.index + 1}. ${outside(step.title, VALUE)}`}{' '}
        <span class="status">{statusWords(step, state)}</span>
      </h3>
      {step.edited !== undefined && (
        <>
          <p>{outside(editedWords(step.edited, names), VALUE)}</p>
          <pre class="outside">{outside(changeWords(step.edited), VALUE)}</pre>
        </>
      )}
      <dl>
        <Fact label="Target" value={step.target.label} />
        {step.facts.map(({ label, value }) => (
          <Fact key={label} label={outside(label, VALUE)} value={value} />
        ))}
        <dt>Undo</dt>
        <dd>{outside(undoWords(step), VALUE)}</dd>
        <dt>Policy</dt>
        <dd>
          {VERDICT_WORDS[step.verdict]}
          <ul>
            {step.rules.map(({ id: rule, sentence }) => (
              <li key={rule}>
                {outside(sentence, VALUE)} <span class="quiet">(rule {rule})</span>
              </li>
            ))}
          </ul>
        </dd>
        {step.error !== undefined && <Fact label="What went wrong" value={step.error} />}
      </dl>
      <Chain lines={step.explanation ?? []} />
    </section>
  );
}

function Fact({ label, value }: { readonly label: string; readonly value: string }): VNode {
  return (
    <>
      <dt>{label}</dt>
      <dd>
        <code class="outside">{outside(value, VALUE)}</code>
      </dd>
    </>
  );
}

function Chain({ lines }: { readonly lines: readonly string[] }): VNode | null {
  if (lines.length === 0) return null;
  return (
    <details>
      <summary>How policy came to this</summary>
      <ol>
        {lines.map((line) => (
          <li key={line}>{outside(line, VALUE)}</li>
        ))}
      </ol>
    </details>
  );
}
