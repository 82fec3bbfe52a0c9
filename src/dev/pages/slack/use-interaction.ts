import { useState } from 'preact/hooks';
import type { InteractionAnswer } from '../../slack-emulator/contract.ts';

/** What is under way in one place of Slack, and what Slack would say went wrong. */
export interface Interaction {
  /** The awaited button as `blockId actionId`. */
  readonly pressing: string | undefined;
  readonly problem: string | undefined;
  readonly send: (
    button: { readonly blockId: string; readonly actionId: string; readonly label: string },
    act: () => Promise<InteractionAnswer>,
  ) => void;
}

/** One interaction at a time; `onActed` is called after each, whatever came of it. */
export function useInteraction(onActed: () => void): Interaction {
  const [state, setState] = useState<{ readonly pressing?: string; readonly problem?: string }>({});
  const send: Interaction['send'] = ({ blockId, actionId, label }, act) => {
    if (state.pressing !== undefined) return;
    setState({ pressing: `${blockId} ${actionId}` });
    act()
      .then(
        ({ status }) => setState(status < 300 ? {} : { problem: trouble(label, status) }),
        (error: unknown) => setState({ problem: error instanceof Error ? error.message : String(error) }),
      )
      .finally(onActed);
  };
  return { pressing: state.pressing, problem: state.problem, send };
}

/** Slack's warning for an app that did not take an interaction, with the status that Slack hides. */
export function trouble(what: string, status: number): string {
  return `“${what}” did not go through: the app answered ${status}.`;
}
