/** Which tools a profile may ask for at all: what an agent is shown as its catalogue. Each request is judged all the same. */

import { entitiesIn, scopedActions } from './literals.ts';
import type { Rule } from './rules.ts';
import type { PolicyTool } from './vocabulary.ts';

/** Whether some grant names the profile and the tool, whatever its scope and conditions. */
export type MayAsk = (profile: string, tool: Pick<PolicyTool, 'name' | 'effect'>) => boolean;

export function grantedTools(rules: Iterable<Rule>): MayAsk {
  const grants = [...rules].filter(({ json }) => json.effect === 'permit');
  return (profile, { name, effect }) =>
    grants.some(({ json }) => {
      const actions = scopedActions(json.action) ?? [];
      const named = entitiesIn(json).some(({ type, id }) => type === 'Profile' && id === profile);
      return named && (actions.includes(name) || actions.includes(effect));
    });
}
