import type { ConfirmationDialog } from '@slack/types';
import { Dialog } from '../ui/dialog.tsx';
import { TextView } from './text-view.tsx';

interface ConfirmDialogProps {
  readonly confirm: ConfirmationDialog;
  readonly onAnswer: (yes: boolean) => void;
}

/** Slack's "are you sure" before a button is sent. Closing it any way but the confirming button means no. */
export function ConfirmDialog({ confirm, onAnswer }: ConfirmDialogProps) {
  const style = confirm.style === 'danger' ? 'danger' : 'primary';
  return (
    <Dialog
      kind="dialog-confirm"
      title={confirm.title?.text ?? 'Are you sure?'}
      onClose={() => onAnswer(false)}
    >
      <div class="dialog-body">
        <TextView text={confirm.text} />
      </div>
      <footer class="dialog-foot">
        <button type="button" class="bk-button" onClick={() => onAnswer(false)}>
          {confirm.deny?.text ?? 'Cancel'}
        </button>
        <button type="button" class={`bk-button bk-button-${style}`} onClick={() => onAnswer(true)}>
          {confirm.confirm?.text ?? 'Yes'}
        </button>
      </footer>
    </Dialog>
  );
}
