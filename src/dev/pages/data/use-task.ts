import { useCallback, useState } from 'preact/hooks';

/** Something the person started and waits for. */
export interface Task<Input, Output> {
  readonly running: boolean;
  readonly output: Output | undefined;
  readonly problem: string | undefined;
  /** Starts it; does nothing while it runs. */
  readonly run: (input: Input) => void;
  readonly clear: () => void;
}

interface State<Output> {
  readonly running: boolean;
  readonly output?: Output;
  readonly problem?: string;
}

/** Runs `work` when asked and keeps how it went; `onDone` hears of success. */
export function useTask<Input, Output>(
  work: (input: Input) => Promise<Output>,
  onDone: (output: Output) => void = () => undefined,
): Task<Input, Output> {
  const [state, setState] = useState<State<Output>>({ running: false });
  const clear = useCallback(() => setState({ running: false }), []);
  const run = (input: Input): void => {
    if (state.running) return;
    setState({ running: true });
    work(input).then(
      (output) => {
        setState({ running: false, output });
        onDone(output);
      },
      (error: unknown) => {
        setState({ running: false, problem: error instanceof Error ? error.message : String(error) });
      },
    );
  };
  return { running: state.running, output: state.output, problem: state.problem, run, clear };
}
