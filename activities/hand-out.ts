/** What an agent is handed of a result: as far as its clearance goes now, and nothing that looks like a secret. */
import type { JsonValue } from '../src/domain/ask.ts';
import type { Agent } from '../src/domain/people.ts';
import type { Tool } from '../src/tools/define-tool.ts';
import { withhold } from '../src/tools/withhold.ts';
import type { StepResult } from './contract.ts';

/** Results larger than this, as JSON, are not carried through the history. */
export const RESULT_BYTES_MAX = 64 * 1024;

const OMITTED = /^The result has \d{1,15} bytes$/;

/** A result as ledger and history can hold it. */
export function bounded(result: JsonValue): JsonValue {
  const bytes = Buffer.byteLength(JSON.stringify(result));
  return bytes <= RESULT_BYTES_MAX ? result : { omitted: `The result has ${bytes} bytes` };
}

/**
 * The ledger keeps what the vendor said; this is what leaves. Nothing does where nobody knows the agent any more, or
 * the tool that said how sensitive it is.
 */
export function handOut(
  { name, tool }: { readonly name: string; readonly tool: Tool | undefined },
  result: JsonValue,
  agent: Agent | undefined,
): StepResult {
  const base = { kind: 'done', tool: name } as const;
  if (isOmitted(result)) return { ...base, result };
  if (agent === undefined || tool === undefined) {
    const what = `the ${agent === undefined ? 'agent' : 'tool'} is unknown now`;
    return { ...base, result: null, withheld: [{ field: '', what }] };
  }
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
    typeof result.omitted === 'string' &&
    OMITTED.test(result.omitted)
  );
}
