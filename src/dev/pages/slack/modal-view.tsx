import type { ModalView, View } from '@slack/types';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { InteractionAnswer } from '../../slack-emulator/contract.ts';
import { BlocksView } from '../blocks/block-view.tsx';
import { collectValues, type FormValues } from '../blocks/form-values.ts';
import { type Surface, SurfaceContext } from '../blocks/surface.ts';
import { closeView, pressButton, submitView } from '../data/sandbox-api.ts';
import { useTask } from '../data/use-task.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Problem } from '../ui/notice.tsx';
import { useInteraction } from './use-interaction.ts';

interface ModalProps {
  readonly view: View & { readonly id: string };
  readonly onActed: () => void;
}

/** The topmost modal. What was typed stays while the app updates the view, as in Slack. */
export function ModalDialog({ view, onActed }: ModalProps) {
  const surface = useContext(SurfaceContext);
  const interaction = useInteraction(onActed);
  const [typed, setTyped] = useState<FormValues>({});
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const form = useRef<HTMLFormElement>(null);
  const closing = useTask(closeView, onActed);
  const submitting = useTask(submitView, (answer: InteractionAnswer) => {
    setErrors(answer.errors ?? {});
    onActed();
  });
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [errors]);

  const submit = (): void => {
    submitting.run({ user: surface.self, viewId: view.id, values: collectValues(view.blocks, typed) });
  };
  const own: Surface = {
    ...surface,
    pressing: submitting.running ? 'submit' : interaction.pressing,
    press: (button) => interaction.send(button, () => pressButton(surface.self, { viewId: view.id }, button)),
    form: {
      value: (blockId, actionId) => typed[blockId]?.[actionId],
      set: (blockId, actionId, value) => setTyped((last) => withValue(last, blockId, actionId, value)),
      errors,
    },
  };
  const modal: Partial<ModalView> = view.type === 'modal' ? view : {};
  // Slack's API says null where a view has no such button; its types do not.
  const submitLabel = modal.submit?.text;
  const close = (): void => closing.run({ user: surface.self, viewId: view.id });
  const problem = submitting.problem ?? closing.problem ?? interaction.problem ?? refusal(submitting.output);
  return (
    <Dialog kind="dialog-modal" title={modal.title?.text ?? 'Countersign'} onClose={close}>
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <div class="dialog-body">
          {problem !== undefined && <Problem>{problem}</Problem>}
          <StrayErrors errors={errors} view={view} />
          <SurfaceContext.Provider value={own}>
            <BlocksView blocks={view.blocks} />
          </SurfaceContext.Provider>
        </div>
        <footer class="dialog-foot">
          <button type="button" class="bk-button" onClick={close}>
            {modal.close?.text ?? 'Cancel'}
          </button>
          {submitLabel !== undefined && (
            <button
              type="submit"
              class="bk-button bk-button-primary"
              aria-disabled={own.pressing !== undefined}
            >
              {submitLabel}
            </button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}

/** Errors for blocks that the view does not have: Slack drops them, which hides a bug of the app; here they are shown. */
function StrayErrors({ errors, view }: { errors: Readonly<Record<string, string>>; view: View }) {
  const stray = Object.entries(errors).filter(([id]) => !view.blocks.some(({ block_id }) => block_id === id));
  return (
    <>
      {stray.map(([id, error]) => (
        <Problem key={id}>
          {error} (for a field “{id}” that is not here)
        </Problem>
      ))}
    </>
  );
}

function refusal(answer: InteractionAnswer | undefined): string | undefined {
  if (answer === undefined || answer.status < 300) return undefined;
  return `We had some trouble connecting. Try again? (The app answered ${answer.status}.)`;
}

function withValue(values: FormValues, blockId: string, actionId: string, value: string): FormValues {
  return { ...values, [blockId]: { ...values[blockId], [actionId]: value } };
}
