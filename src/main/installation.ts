/**
 * Main: wiring, and nothing else. Rooms know each other by interfaces; here they meet.
 *
 * An installation is what every role of one process shares: the organisation, its policy and its tools. It is loaded
 * whole at start, and a mistake in any part refuses the start with every problem named. People, agents, freezes and the
 * policy are then followed while the process runs; tools change with a restart, or by switches at once.
 */
import { join } from 'node:path';
import type { JudgingDeps } from '../../activities/judge-step.ts';
import { createDirectory, type IdentityLinks } from '../approvals/directory.ts';
import { type Organisation, organisationReader } from '../approvals/people.ts';
import type { ApprovalSettingsReader } from '../domain/approval-settings.ts';
import type { FieldProblem } from '../domain/errors.ts';
import type { Environment } from '../domain/facts.ts';
import type { Directory } from '../domain/ports.ts';
import { openCalendar } from '../policy/calendar.ts';
import type { LoadedPolicy, PolicySources } from '../policy/load.ts';
import { type OpenPolicy, openPolicy } from '../policy/open-policy.ts';
import { policyTools } from '../policy/vocabulary.ts';
import { createCatalogue } from '../tools/catalogue.ts';
import type { Tool } from '../tools/define-tool.ts';
import { createRegistry } from '../tools/registry.ts';
import { readToolSettings } from './tool-settings.ts';

/** What judging reads that changes from step to step: each role brings its own. */
export type JudgingStore = Pick<JudgingDeps, 'orders' | 'usage' | 'sessions' | 'access' | 'grants'>;

export interface Installation extends Omit<JudgingDeps, keyof JudgingStore> {
  readonly policy: OpenPolicy;
  /** As it was at start; deciding uses `directory`, which reads it fresh. */
  readonly organisation: Organisation;
  /** Break-glass, alerts and reviews as config/approvals.yaml says now. */
  readonly approvalSettings: ApprovalSettingsReader;
  /** The same directory with the Slack identities people linked themselves. */
  directoryWith(links: IdentityLinks): Directory;
  /** Stops following the policy's folders; the bundles in force go on answering. */
  close(): void;
}

/** Told what became of a changed policy folder. `which` is the enforced bundle or the candidate beside it. */
export interface PolicyNews {
  loaded(which: PolicyPlace, policy: Pick<LoadedPolicy, 'version'>): void;
  /** The bundle in force stays; somebody has to look at the folder. */
  refused(which: PolicyPlace, problems: readonly FieldProblem[]): void;
}

export type PolicyPlace = 'policy' | 'shadow policy';

export interface InstallationOptions {
  readonly environment?: Environment;
  /** A candidate bundle, judged beside the enforced one and only recorded. */
  readonly shadowFolder?: string | undefined;
  readonly news?: PolicyNews;
}

const NO_NEWS: PolicyNews = Object.freeze({ loaded: () => undefined, refused: () => undefined });

/** Loads and cross-checks the configuration. Rejects with `misconfigured`. */
export async function openInstallation(
  folder: string,
  { environment = 'prod', shadowFolder, news = NO_NEWS }: InstallationOptions = {},
): Promise<Installation> {
  const read = organisationReader(folder);
  const organisation = await read();
  const clock = () => new Date();
  const { disabled, switches, mail } = readToolSettings(folder);
  const catalogue = createCatalogue({ mail: { ...mail, clock } });
  const names = async () => policyNames(await read(), catalogue);
  const follow = (which: PolicyPlace, from: string) =>
    openPolicy(
      { folder: from, names },
      {
        onLoaded: (policy) => news.loaded(which, policy),
        onRefused: (problems) => news.refused(which, problems),
      },
    );
  const policy = await follow('policy', join(folder, 'policy'));
  const shadow = shadowFolder === undefined ? undefined : await follow('shadow policy', shadowFolder);
  return Object.freeze({
    ...{ organisation, environment, switches, policy, clock },
    ...(shadow === undefined ? {} : { shadow }),
    registry: createRegistry(catalogue, { disabled }),
    calendar: openCalendar(folder),
    directory: createDirectory(read),
    approvalSettings: async () => (await read()).approvals,
    directoryWith: (links: IdentityLinks) => createDirectory(read, links),
    close() {
      policy.close();
      shadow?.close();
    },
  });
}

/** The names that rules may use in this organisation, with these tools. */
export function policyNames(
  { groups, people, agents, slack }: Organisation,
  tools: readonly Tool[],
): Omit<PolicySources, 'folder'> {
  return {
    tools: policyTools(tools),
    groups: groups.map(({ id }) => id),
    people: people.map(({ id }) => id),
    channels: Object.keys(slack.channels),
    profiles: [...new Set(agents.map(({ profile }) => profile))],
    agents: agents.map(({ id }) => id),
  };
}
