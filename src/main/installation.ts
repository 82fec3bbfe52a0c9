/**
 * Main: wiring, and nothing else. Rooms know each other by interfaces; here they meet.
 *
 * An installation is what every role of one process shares: the organisation, its policy and its tools. It is loaded
 * whole at start, and a mistake in any part refuses the start with every problem named. People, agents and freezes are
 * then read fresh at every decision; policy and tools change with a restart.
 */
import { join } from 'node:path';
import type { JudgingDeps } from '../../activities/judge-step.ts';
import { createDirectory, type IdentityLinks } from '../approvals/directory.ts';
import { type Organisation, organisationReader } from '../approvals/people.ts';
import type { Directory } from '../domain/ports.ts';
import { openCalendar } from '../policy/calendar.ts';
import { type LoadedPolicy, loadPolicy } from '../policy/load.ts';
import { policyTools } from '../policy/vocabulary.ts';
import { createCatalogue } from '../tools/catalogue.ts';
import { createRegistry } from '../tools/registry.ts';
import { readToolSettings } from './tool-settings.ts';

export interface Installation extends JudgingDeps {
  readonly policy: LoadedPolicy;
  /** As it was at start; deciding uses `directory`, which reads it fresh. */
  readonly organisation: Organisation;
  /** The same directory with the Slack identities people linked themselves. */
  directoryWith(links: IdentityLinks): Directory;
}

/** Loads and cross-checks `folder`. Rejects with `misconfigured`. */
export async function openInstallation(folder: string): Promise<Installation> {
  const read = organisationReader(folder);
  const organisation = await read();
  const clock = () => new Date();
  const { disabled, mail } = readToolSettings(folder);
  const catalogue = createCatalogue({ mail: { ...mail, clock } });
  const registry = createRegistry(catalogue, { disabled });
  const calendar = openCalendar(folder);
  const policy = await loadPolicy({
    folder: join(folder, 'policy'),
    tools: policyTools(catalogue),
    groups: organisation.groups.map(({ id }) => id),
    people: organisation.people.map(({ id }) => id),
    channels: Object.keys(organisation.slack.channels),
    profiles: [...new Set(organisation.agents.map(({ profile }) => profile))],
    agents: organisation.agents.map(({ id }) => id),
  });
  const directory = createDirectory(read);
  const directoryWith = (links: IdentityLinks) => createDirectory(read, links);
  return Object.freeze({ organisation, registry, calendar, policy, directory, clock, directoryWith });
}
