import { useEffect, useRef } from 'preact/hooks';
import type { AskAnswer } from '../../sandbox/api.ts';
import { Chip } from '../ui/chip.tsx';

/** What the page reads in an answer of the agents' door; whatever else is in it stays visible as JSON. */
interface Readable {
  readonly id?: unknown;
  readonly status?: unknown;
  readonly outcome?: unknown;
  readonly message?: unknown;
  readonly title?: unknown;
  readonly detail?: unknown;
  readonly code?: unknown;
  readonly errors?: unknown;
  readonly effect?: unknown;
  readonly steps?: unknown;
  readonly waitingFor?: unknown;
}

/** The answer to an ask or a dry run: what came of it in words, then all of it. */
export function AnswerView({ answer, dry }: { answer: AskAnswer; dry: boolean }) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => box.current?.scrollIntoView({ block: 'nearest' }), [answer]);
  const body = readable(answer.body);
  const word = [body.outcome, dry ? body.effect : body.status].find((one) => typeof one === 'string');
  const sentence = [body.message, body.detail, body.title].find((one) => typeof one === 'string');
  return (
    <section
      ref={box}
      class={answer.status < 400 ? 'answer' : 'answer answer-refused'}
      aria-label="Answer"
      aria-live="polite"
    >
      <header>
        <span class="answer-status">{dry ? 'Dry run' : `HTTP ${answer.status}`}</span>
        {typeof body.code === 'string' && <code>{body.code}</code>}
        {typeof word === 'string' && <Chip word={word} />}
        <span class="answer-waiting">{waitingWords(body.waitingFor)}</span>
      </header>
      {typeof sentence === 'string' && <p>{sentence}</p>}
      <FieldProblems problems={body.errors} />
      {dry && <DrySteps steps={body.steps} />}
      <details class="answer-whole">
        <summary class="raw-title">The whole answer</summary>
        <pre class="raw">{JSON.stringify(answer.body, null, 2)}</pre>
      </details>
    </section>
  );
}

/** The id of the request that an answer is about. */
export function requestIn(answer: AskAnswer): string | undefined {
  const { id } = readable(answer.body);
  return typeof id === 'string' ? id : undefined;
}

function FieldProblems({ problems }: { problems: unknown }) {
  if (!Array.isArray(problems)) return null;
  return (
    <ul class="answer-problems">
      {(problems as readonly { field?: unknown; problem?: unknown }[]).map((one, index) => (
        <li key={index}>
          <code>{String(one.field)}</code> {String(one.problem)}
        </li>
      ))}
    </ul>
  );
}

function DrySteps({ steps }: { steps: unknown }) {
  if (!Array.isArray(steps)) return null;
  const shown = steps as readonly {
    tool?: unknown;
    verdict?: { effect?: unknown; rules?: readonly { sentence?: unknown }[] };
  }[];
  return (
    <ol class="answer-steps">
      {shown.map(({ tool, verdict }, index) => (
        <li key={index}>
          <code>{String(tool)}</code> {typeof verdict?.effect === 'string' && <Chip word={verdict.effect} />}
          {verdict?.rules?.map(({ sentence }, at) => (
            <p key={at}>{String(sentence)}</p>
          ))}
        </li>
      ))}
    </ol>
  );
}

function waitingWords(waitingFor: unknown): string {
  const { groups, need, have } = readable(waitingFor) as { groups?: unknown; need?: unknown; have?: unknown };
  if (!Array.isArray(groups) || typeof need !== 'number') return '';
  return `${typeof have === 'number' ? have : 0} of ${need} from ${groups.join(', ')}`;
}

function readable(body: unknown): Readable {
  return typeof body === 'object' && body !== null ? body : {};
}
