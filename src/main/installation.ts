/**
 * Main: wiring, and nothing else. Rooms know each other by interfaces; here they meet.
 *
 * An installation is what every role of one process shares: the organisation, its policy and its tools. It is loaded
 * whole at start, and a mistake in any part refuses the start with every problem named.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { JudgingDeps } from '../../activities/judge-step.ts';
import { createDirectory, type IdentityLinks } from '../approvals/directory.ts';
import { type Organisation, organisationReader } from '../approvals/people.ts';
import { CountersignError } from '../domain/errors.ts';
import type { Directory } from '../domain/ports.ts';
import { loadCalendar } from '../policy/calendar.ts';
import { type LoadedPolicy, loadPolicy } from '../policy/load.ts';
import { policyTools } from '../policy/vocabulary.ts';
import { CATALOGUE } from '../tools/catalogue.ts';
import { createRegistry } from '../tools/registry.ts';

export interface Installation extends JudgingDeps {
  readonly policy: LoadedPolicy;
  /** As it was at start; deciding uses `directory`, which reads it fresh. */
  readonly organisation: Organisation;
  /** The same directory with the Slack identities people linked themselves. */
  directoryWith(links: IdentityLinks): Directory;
}

const toolsFile = z.strictObject({ disabled: z.array(z.string()).max(500) });

/** Loads and cross-checks `folder`. Rejects with `misconfigured`. */
export async function openInstallation(folder: string): Promise<Installation> {
  const read = organisationReader(folder);
  const organisation = await read();
  const registry = createRegistry(CATALOGUE, { disabled: await disabledTools(folder) });
  const calendar = await loadCalendar(folder);
  const policy = await loadPolicy({
    folder: join(folder, 'policy'),
    tools: policyTools(CATALOGUE),
    groups: organisation.groups.map(({ id }) => id),
    channels: Object.keys(organisation.slack.channels),
    profiles: [...new Set(organisation.agents.map(({ profile }) => profile))],
    agents: organisation.agents.map(({ id }) => id),
  });
  const directory = createDirectory(read);
  const clock = () => new Date();
  const directoryWith = (links: IdentityLinks) => createDirectory(read, links);
  return Object.freeze({ organisation, registry, calendar, policy, directory, clock, directoryWith });
}

async function disabledTools(folder: string): Promise<readonly string[]> {
  const file = join(folder, 'tools.yaml');
  const parsed = toolsFile.safeParse(parse(await readFile(file, 'utf8')));
  if (parsed.success) return parsed.data.disabled;
  const problems = parsed.error.issues.map(({ path, message }) => ({
    field: `tools.yaml/${path.join('/')}`,
    problem: message,
  }));
  throw new CountersignError('misconfigured', 'Cannot read tools: "tools.yaml" is not as wanted', {
    problems,
  });
}
