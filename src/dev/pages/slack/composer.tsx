import { useId, useState } from 'preact/hooks';
import { slashCommand } from '../data/sandbox-api.ts';
import { useTask } from '../data/use-task.ts';
import { Icon } from '../ui/icons.tsx';
import { trouble } from './use-interaction.ts';

interface ComposerProps {
  readonly user: string;
  readonly channel: string;
  readonly onActed: () => void;
}

/** Where one types in Slack. The sandbox sends slash commands only; the app listens to nothing else. */
export function Composer({ user, channel, onActed }: ComposerProps) {
  const [typed, setTyped] = useState('');
  const [hint, setHint] = useState<string>();
  const id = useId();
  const sending = useTask(slashCommand, ({ status }) => {
    if (status < 300) setTyped('');
    else setHint(trouble(typed, status));
    onActed();
  });
  const submit = (): void => {
    const [, command, text = ''] = /^(\/[a-z0-9_-]+)(?:\s+(.*))?$/s.exec(typed.trim()) ?? [];
    setHint(
      command === undefined
        ? 'Only slash commands are sent from here, for example /countersign help'
        : undefined,
    );
    if (command !== undefined) sending.run({ user, channel, command, text });
  };
  const problem = sending.problem ?? hint;
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <label class="visually-hidden" for={id}>
        Slash command
      </label>
      <input
        id={id}
        class="composer-field"
        value={typed}
        maxLength={500}
        placeholder="/countersign help"
        autocomplete="off"
        spellcheck={false}
        aria-describedby={problem === undefined ? undefined : `${id}-problem`}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setHint(undefined);
        }}
      />
      <button
        type="submit"
        class="icon-button"
        aria-label="Send command"
        disabled={sending.running || typed.trim() === ''}
      >
        <Icon name="send" />
      </button>
      {problem !== undefined && (
        <p class="composer-problem" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
