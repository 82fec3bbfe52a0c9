/**
 * Denials that need no policy: who asks, with which credentials, where, with what. Each has a rule id of its own and a
 * sentence, like a rule that somebody wrote.
 */
import type { Verdict } from '../src/domain/verdict.ts';

/** Why a step is denied before policy is asked. Thrown and caught inside this room; `judgeStep` makes it a verdict. */
export class Denied extends Error {
  readonly id: DenialId;

  /** `message` is the sentence that agents and people read. */
  constructor(id: DenialId, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = 'Denied';
    this.id = id;
  }
}

/** Free of outside text, which sentences may hold. */
const WHY = {
  'unknown-agent': 'the directory knows no agent of this id',
  'unknown-person': 'the directory knows no active person whom the request is for',
  'agent-suspended': 'the agent is suspended',
  revoked: 'the credentials behind the request were revoked',
  'other-environment': 'the agent belongs to another environment than this installation',
  'tool-off': 'the tool is switched off here',
  'unreadable-step': 'the step is not one that its tool can read',
  'facts-missing': 'facts that a rule for the tool reads could not be gathered',
} as const;

export type DenialId = keyof typeof WHY;

/** The denial as a verdict, with its chain. */
export function verdictOf({ id, message }: Pick<Denied, 'id' | 'message'>, policyVersion: string): Verdict {
  return {
    effect: 'deny',
    rules: [{ id, sentence: message }],
    gates: [],
    policyVersion,
    explanation: [`deny before policy is asked: ${WHY[id]}`, `rule ${id} decides`],
  };
}
