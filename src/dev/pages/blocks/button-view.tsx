import type { Button } from '@slack/types';
import { useContext, useState } from 'preact/hooks';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { linkable } from './safe-link.tsx';
import { SurfaceContext } from './surface.ts';

/** A button of a card or modal. With `confirm` it asks first and sends nothing when the person steps back. */
export function ButtonView({ button, blockId }: { button: Button; blockId: string }) {
  const { press, pressing } = useContext(SurfaceContext);
  const [asking, setAsking] = useState(false);
  const actionId = button.action_id ?? '';
  const label = button.text.text;
  const busy = pressing === `${blockId} ${actionId}`;
  const send = () => press({ blockId, actionId, label });

  if (button.url !== undefined) return <LinkButton button={button} url={button.url} />;
  return (
    <>
      <button
        type="button"
        class={`bk-button bk-button-${button.style ?? 'default'}`}
        aria-label={button.accessibility_label ?? label}
        aria-busy={busy}
        // Not `disabled`: that would drop the focus of whoever works by keyboard.
        aria-disabled={pressing !== undefined}
        data-action={actionId}
        data-block={blockId}
        onClick={() => (button.confirm === undefined ? send() : setAsking(true))}
      >
        {label}
      </button>
      {asking && button.confirm !== undefined && (
        <ConfirmDialog
          confirm={button.confirm}
          onAnswer={(yes) => {
            setAsking(false);
            if (yes) send();
          }}
        />
      )}
    </>
  );
}

function LinkButton({ button, url }: { button: Button; url: string }) {
  const href = linkable(url);
  if (href === undefined) return <span class="bk-text">{`${button.text.text} (${url})`}</span>;
  return (
    <a
      class={`bk-button bk-button-${button.style ?? 'default'}`}
      href={href}
      target="_blank"
      rel="noopener noreferrer"
    >
      {button.text.text}
    </a>
  );
}
