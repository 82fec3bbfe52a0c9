/**
 * What working on policy needs and serving does not: an organisation's words and tools with no database, vendor or
 * Temporal, bundles loaded from any folder against them, and facts of calls that nobody made.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { asked, callOf } from '../../activities/asked.ts';
import { type Organisation, organisationReader } from '../approvals/people.ts';
import { CountersignError } from '../domain/errors.ts';
import type { StepFacts } from '../domain/facts.ts';
import { type Calendar, openCalendar } from '../policy/calendar.ts';
import { gatherFacts, inputFacts } from '../policy/facts.ts';
import { type LoadedPolicy, loadPolicy } from '../policy/load.ts';
import { type GivenCall, withGiven } from '../policy/scenarios.ts';
import { createCatalogue } from '../tools/catalogue.ts';
import { createRegistry, type Registry } from '../tools/registry.ts';
import { policyNames } from './installation.ts';
import { readToolSettings } from './tool-settings.ts';

/** One organisation, as its configuration folder describes it. */
export interface PolicyDesk {
  readonly folder: string;
  /** The bundle of the configuration: `policy` in its folder. */
  readonly bundleFolder: string;
  readonly organisation: Organisation;
  readonly calendar: Calendar;
  /** Every tool, switched off or not: rules about those are tested too. */
  readonly registry: Registry;
  /** Without the tools that are switched off: what agents may ask for. */
  readonly enabled: Registry;
  /**
   * Loads a bundle against this organisation: a folder with rules, or a configuration folder with `policy` in it.
   * Rejects with `misconfigured`.
   */
  load(folder?: string): Promise<LoadedPolicy>;
  /** Facts of a call by an agent of the organisation. Throws `not-found`, or what the tool says about its arguments. */
  factsOf(call: GivenCall): StepFacts;
}

/** A working day of most calendars, in the morning: when a call is made that does not say when. */
const NOW = new Date('2026-11-24T10:00:00Z');

/** Reads the configuration. Rejects with `misconfigured`, as starting the service would. */
export async function openPolicyDesk(folder: string): Promise<PolicyDesk> {
  const organisation = await organisationReader(folder)();
  const { disabled, mail } = readToolSettings(folder);
  const catalogue = createCatalogue({ mail: { ...mail, clock: () => new Date() } });
  const registry = createRegistry(catalogue);
  const calendar = openCalendar(folder);
  const bundleFolder = join(folder, 'policy');
  const names = policyNames(organisation, catalogue);
  return Object.freeze({
    ...{ folder, bundleFolder, organisation, calendar, registry },
    enabled: createRegistry(catalogue, { disabled }),
    load: (from = bundleFolder) => loadPolicy({ ...names, folder: bundleIn(from) }),
    factsOf: (call: GivenCall) => factsOf(call, { organisation, calendar, registry }),
  });
}

/** The folder of rules in the folder that somebody named. */
export function bundleIn(folder: string): string {
  const inside = join(folder, 'policy');
  return existsSync(join(folder, 'gates.cedar')) || !existsSync(inside) ? folder : inside;
}

function factsOf(
  { agent: id, tool: name, args, given }: GivenCall,
  { organisation, calendar, registry }: Pick<PolicyDesk, 'organisation' | 'calendar' | 'registry'>,
): StepFacts {
  const agent = organisation.agents.find((one) => one.id === id);
  if (agent === undefined) {
    throw new CountersignError('not-found', `Cannot make facts: "${id}" is no agent`);
  }
  // A file's arguments are JSON like an agent's; the tool's own schema says what of them counts.
  const call = callOf(asked({ tool: name, args: JSON.parse(JSON.stringify(args)) }, registry));
  const input = inputFacts(call.tool, call.args);
  const { now = NOW } = given;
  return withGiven(gatherFacts({ agent, ...call, input, stepCount: 1, calendar, now }), given);
}
