/** Which tools a profile may ask for at all: what an agent is shown as its catalogue. Each request is judged all the same. */
import { scopedActions, uidOf } from './literals.ts';
import type { Rule } from './rules.ts';
import type { PolicyTool } from './vocabulary.ts';

/**
 * Whether some line of the permission matrix names the profile and the tool, whatever its scope and conditions: what
 * may be had on request is shown too.
 */
export type MayAsk = (profile: string, tool: Pick<PolicyTool, 'name'>) => boolean;

/** Answers from the grants among the rules. Showing a tool promises nothing: blocks and gates are not looked at. */
export function grantedTools(rules: Iterable<Rule>): MayAsk {
  const grants = [...rules].filter(({ json }) => json.effect === 'permit');
  return (profile, { name }) =>
    grants.some((grant) => {
      const actions = scopedActions(grant.json.action) ?? [];
      return profileOf(grant) === profile && actions.includes(name);
    });
}

function profileOf({ json: { principal } }: Rule): string | undefined {
  if (principal.op !== 'in' || !('entity' in principal)) return undefined;
  const { type, id } = uidOf(principal.entity);
  return type === 'Profile' ? id : undefined;
}
