import { useId, useState } from 'preact/hooks';
import type { AskAnswer, Example, WorldAnswer } from '../../sandbox/api.ts';
import { ask, dryRun } from '../data/sandbox-api.ts';
import { useTask } from '../data/use-task.ts';
import { Icon } from '../ui/icons.tsx';
import { Problem } from '../ui/notice.tsx';
import { AnswerView, requestIn } from './answer-view.tsx';
import { checkBody } from './body-check.ts';
import { ExampleHint, ExampleList } from './example-list.tsx';

interface AskFormProps {
  readonly world: WorldAnswer;
  /** Told of the request that came of an ask. */
  readonly onAsked: (request: string | undefined) => void;
}

interface Draft {
  readonly agent: string;
  readonly text: string;
  readonly example?: Example;
}

/** Ask as an agent: choose one, write or choose a request, send it, read the answer. */
export function AskForm({ world, onAsked }: AskFormProps) {
  const [draft, setDraft] = useState<Draft>(() => firstDraft(world));
  const [dry, setDry] = useState(false);
  const checked = checkBody(draft.text);
  const sending = useTask<{ dry: boolean; request: Readonly<Record<string, unknown>> }, AskAnswer>(
    (input) => (input.dry ? dryRun(draft.agent, input.request) : ask(draft.agent, input.request)),
    (answer) => onAsked(requestIn(answer)),
  );
  const choose = (example: Example): void => {
    setDraft({ agent: example.agent, text: pretty(example.request), example });
    sending.clear();
  };
  const send = (asDry: boolean): void => {
    if (!checked.ok) return;
    setDry(asDry);
    sending.run({ dry: asDry, request: checked.request });
  };
  return (
    <form
      class="ask"
      onSubmit={(event) => {
        event.preventDefault();
        send(false);
      }}
    >
      <AgentChooser world={world} agent={draft.agent} onChoose={(agent) => setDraft({ ...draft, agent })} />
      <ExampleList world={world} agent={draft.agent} chosen={draft.example} onChoose={choose} />
      <BodyEditor draft={draft} onText={(text) => setDraft({ agent: draft.agent, text })} />
      {sending.problem !== undefined && <Problem>{sending.problem}</Problem>}
      {sending.output !== undefined && <AnswerView answer={sending.output} dry={dry} />}
      <div class="ask-buttons">
        <button type="submit" class="button button-primary" disabled={!checked.ok || sending.running}>
          <Icon name="send" size={14} /> {sending.running ? 'Waiting for the answer…' : 'Send request'}
        </button>
        {world.canDryRun && (
          <button
            type="button"
            class="button"
            disabled={!checked.ok || sending.running}
            onClick={() => send(true)}
          >
            Dry run
          </button>
        )}
      </div>
    </form>
  );
}

interface AgentChooserProps {
  readonly world: WorldAnswer;
  readonly agent: string;
  readonly onChoose: (agent: string) => void;
}

function AgentChooser({ world, agent, onChoose }: AgentChooserProps) {
  const id = useId();
  const chosen = world.agents.find((one) => one.id === agent);
  const owner = world.people.find((person) => person.id === chosen?.owner)?.name ?? chosen?.owner;
  return (
    <div class="field">
      <label for={id}>Agent</label>
      <select id={id} value={agent} onChange={(event) => onChoose(event.currentTarget.value)}>
        {world.agents.map((one) => (
          <option key={one.id} value={one.id}>
            {one.id}
          </option>
        ))}
      </select>
      {chosen !== undefined && (
        <p class="field-note">
          {chosen.title} · profile {chosen.profile} · owned by {owner}
        </p>
      )}
    </div>
  );
}

function BodyEditor({ draft, onText }: { draft: Draft; onText: (text: string) => void }) {
  const id = useId();
  const checked = checkBody(draft.text);
  const note = checked.ok ? checked.doubts.join('; ') : checked.problem;
  const lines = draft.text.split('\n').length;
  return (
    <div class="field">
      <label for={id}>
        Request <span class="field-aside">body of POST /v1/requests</span>
      </label>
      <textarea
        id={id}
        class="editor"
        rows={Math.min(16, Math.max(7, lines))}
        spellcheck={false}
        value={draft.text}
        aria-invalid={!checked.ok}
        aria-describedby={`${id}-note`}
        onInput={(event) => onText(event.currentTarget.value)}
      />
      <p id={`${id}-note`} class={checked.ok ? 'field-doubt' : 'field-error'} role="status">
        {checked.ok && note !== '' ? `The door will refuse this: ${note}` : note}
      </p>
      {draft.example !== undefined && <ExampleHint example={draft.example} />}
    </div>
  );
}

function firstDraft(world: WorldAnswer): Draft {
  const [example] = world.examples;
  if (example === undefined) return { agent: world.agents[0]?.id ?? '', text: '' };
  return { agent: example.agent, text: pretty(example.request), example };
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
