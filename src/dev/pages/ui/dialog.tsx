import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from './icons.tsx';

interface DialogProps {
  readonly title: ComponentChildren;
  readonly kind: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Where writing starts; a dialog without fields is left to the browser. */
const FIRST_FIELD = 'input, select, textarea';

/**
 * A modal dialog of the browser's own: the rest of the page is inert, focus stays inside and returns where it was, Esc
 * asks to close. It is open as long as it is drawn.
 */
export function Dialog({ title, kind, onClose, children }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const leaving = useRef(false);
  const titleId = useId();
  useLayoutEffect(() => {
    const dialog = box.current;
    const before = document.activeElement;
    dialog?.showModal();
    const wanted =
      dialog?.querySelector<HTMLElement>('[data-focus]') ?? dialog?.querySelector<HTMLElement>(FIRST_FIELD);
    wanted?.focus();
    return () => {
      leaving.current = true;
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={box}
      class={`dialog ${kind}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // Chromium closes on a second Esc whatever `cancel` says; what is drawn must stay what is open.
      onClose={() => {
        if (!leaving.current) onClose();
      }}
    >
      <header class="dialog-head">
        <h2 id={titleId}>{title}</h2>
        <button type="button" class="icon-button" aria-label="Close dialog" onClick={onClose}>
          <Icon name="cross" />
        </button>
      </header>
      {children}
    </dialog>
  );
}
