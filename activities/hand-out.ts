/** What an agent is handed of a result: as far as its clearance goes now, and nothing that looks like a secret. */
import type { JsonValue } from '../src/domain/ask.ts';
import type { Agent } from '../src/domain/people.ts';
import type { Tool } from '../src/tools/define-tool.ts';
import { withhold } from '../src/tools/withhold.ts';
import type { StepResult } from './contract.ts';

/** Results larger than this, as JSON, are not carried through the history. */
export const RESULT_BYTES_MAX = 64 * 1024;

/** A result as ledger and history can hold it. */
export function bounded(result: JsonValue): JsonValue {
  const bytes = Buffer.byteLength(JSON.stringify(result));
  return bytes <= RESULT_BYTES_MAX ? result : { omitted: `The result has ${bytes} bytes` };
}

/** The ledger keeps what the vendor said; this is what leaves. An agent that nobody knows any more is handed nothing. */
export function handOut(tool: Tool, result: JsonValue, agent: Agent | undefined): StepResult {
  const base = { kind: 'done', tool: tool.name } as const;
  if (agent === undefined) {
    return { ...base, result: null, withheld: [{ field: '', what: 'the agent is unknown now' }] };
  }
  if (isOmitted(result)) return { ...base, result };
  const { result: shown, withheld } = withhold(result, { schema: tool.output, maxTier: agent.maxTier });
  return { ...base, result: shown, ...(withheld.length === 0 ? {} : { withheld }) };
}

/** Our own words in the place of a result that was too large. */
function isOmitted(result: JsonValue): boolean {
  return (
    typeof result === 'object' &&
    result !== null &&
    Object.keys(result).length === 1 &&
    'omitted' in result &&
    typeof result.omitted === 'string'
  );
}
