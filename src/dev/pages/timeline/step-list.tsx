import type { StepStatus, StepView } from '../../../domain/request.ts';
import { Chip, toneOf } from '../ui/chip.tsx';
import { Icon, type IconName } from '../ui/icons.tsx';

const ICONS: Readonly<Record<StepStatus, IconName>> = {
  pending: 'dot',
  waiting: 'clock',
  running: 'play',
  done: 'check',
  failed: 'cross',
  undone: 'undo',
  undo_failed: 'warn',
  skipped: 'dot',
};

/** The steps with how each stands, what policy said and why, and what came of it. */
export function StepList({ steps }: { steps: readonly StepView[] }) {
  return (
    <ol class="steps" aria-label="Steps">
      {steps.map((step, index) => (
        <li key={index} class="step">
          <span class={`step-icon tone-${toneOf(step.status)}`}>
            <Icon name={ICONS[step.status]} size={12} />
          </span>
          <div class="step-main">
            <p class="step-head">
              <code>{step.tool}</code>
              <span class={`step-status tone-text-${toneOf(step.status)}`}>
                {step.status.replaceAll('_', ' ')}
              </span>
            </p>
            {step.askedFor !== undefined && (
              <p class="step-note">
                in place of <code>{step.askedFor}</code>
              </p>
            )}
            {step.verdict?.rules.map((rule, at) => (
              <p key={rule.id} class="step-rule" title={`Rule ${rule.id}`}>
                {at === 0 && <Chip word={step.verdict?.effect ?? ''} title="What policy said" />}
                {rule.sentence}
              </p>
            ))}
            {step.error !== undefined && <p class="step-error">{step.error}</p>}
            {step.verdict?.explanation !== undefined && (
              <Folded title="How policy came to this" text={step.verdict.explanation.join('\n')} />
            )}
            {step.result !== undefined && step.result !== null && (
              <Folded title="Result" text={JSON.stringify(step.result, null, 2)} />
            )}
            {step.withheld !== undefined && step.withheld.length > 0 && (
              <p class="step-note">
                Withheld: {step.withheld.map(({ field, what }) => `${field} (${what})`).join(', ')}
              </p>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}

function Folded({ title, text }: { title: string; text: string }) {
  return (
    <details class="step-result">
      <summary class="raw-title">{title}</summary>
      <pre class="raw">{text}</pre>
    </details>
  );
}
