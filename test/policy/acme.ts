/** The example organisation with the real catalogue: what its policy says about a call, as an agent would make it. */
import { join } from 'node:path';
import { loadOrganisation } from '../../src/approvals/people.ts';
import type { StepFacts } from '../../src/domain/facts.ts';
import type { Agent } from '../../src/domain/people.ts';
import type { Policy } from '../../src/domain/ports.ts';
import { readCalendar } from '../../src/policy/calendar.ts';
import { gatherFacts, inputFacts } from '../../src/policy/facts.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { policyTools } from '../../src/policy/vocabulary.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { CATALOGUE } from '../tools/catalogue.ts';

export const CONFIG = join(import.meta.dirname, '../../config');

export interface Call {
  readonly agent: string;
  readonly tool: string;
  readonly args: unknown;
  readonly confidence?: number;
  readonly stepCount?: number;
  readonly now?: Date;
  /** Facts that are looked up elsewhere: who it is for, what was done lately, whether access was given. */
  readonly given?: Partial<StepFacts>;
}

/** A Wednesday morning in every time zone of the organisation. */
export const WORKING_HOURS = new Date('2026-11-18T10:00:00Z');

export async function loadAcme() {
  const organisation = await loadOrganisation(CONFIG);
  const calendar = readCalendar(CONFIG);
  const registry = createRegistry(CATALOGUE);
  const { groups, people, agents, slack } = organisation;
  const names = {
    tools: policyTools(CATALOGUE),
    groups: groups.map(({ id }) => id),
    people: people.map(({ id }) => id),
    channels: Object.keys(slack.channels),
    profiles: [...new Set(agents.map(({ profile }) => profile))],
    agents: agents.map(({ id }) => id),
  };
  const policy: Policy = await loadPolicy({ ...names, folder: join(CONFIG, 'policy') });
  const factsOf = ({
    agent: id,
    tool: name,
    args,
    confidence,
    stepCount = 1,
    now = WORKING_HOURS,
    given = {},
  }: Call): StepFacts => {
    const agent = agents.find((one): one is Agent => one.id === id);
    const tool = registry.get(name);
    if (agent === undefined || tool === undefined) throw new Error(`no such agent or tool: ${id} ${name}`);
    const parsed = registry.parse(name, args);
    const facts = gatherFacts({
      agent,
      tool,
      target: tool.target(parsed),
      amountCents: tool.amountCents?.(parsed) ?? 0,
      confidence: confidence ?? null,
      stepCount,
      calendar,
      now,
      input: inputFacts(tool, parsed),
    });
    return { ...facts, ...given };
  };
  return { organisation, names, policy, factsOf, judge: (call: Call) => policy.decide(factsOf(call)) };
}
