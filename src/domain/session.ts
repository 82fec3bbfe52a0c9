/**
 * A session: one run of an agent, named by its token. It may declare its task once, before it asks for anything else;
 * what leaves the task is a fact (`task.outside`) that policy gates or denies. An injected agent can't widen it later.
 */
import type { Target } from './ask.ts';

/** What a session says it is for. An empty list allows nothing of its kind; an absent one leaves it open. */
export interface DeclaredTask {
  /** One sentence for people. The agent's own words: untrusted. */
  readonly purpose: string;
  /** Tools by name. */
  readonly tools?: readonly string[];
  /** Scopes, each covering everything below it, or ids of single targets. */
  readonly targets?: readonly string[];
  /** Mail addresses, or domains written `@example.com`. */
  readonly recipients?: readonly string[];
}

export interface Session {
  readonly id: string;
  readonly agent: string;
  readonly task: DeclaredTask;
  readonly declaredAt: string;
}

/** A step as a task is held against it. `recipients` are the addresses it would write to, in lower case. */
export interface StepInTask {
  readonly tool: string;
  readonly target: Pick<Target, 'id' | 'scope'>;
  readonly recipients: readonly string[];
}

/** Whether the step leaves the task: its tool, its target or one of its recipients is not in it. */
export function leavesTask(task: DeclaredTask, { tool, target, recipients }: StepInTask): boolean {
  const within = (scope: string) => target.scope === scope || target.scope.startsWith(`${scope}/`);
  const known = (address: string) =>
    task.recipients?.some((one) => {
      const wanted = one.toLowerCase();
      return wanted.startsWith('@') ? address.slice(address.lastIndexOf('@')) === wanted : address === wanted;
    });
  return (
    (task.tools !== undefined && !task.tools.includes(tool)) ||
    (task.targets !== undefined && !task.targets.some((one) => one === target.id || within(one))) ||
    (task.recipients !== undefined && !recipients.every(known))
  );
}
