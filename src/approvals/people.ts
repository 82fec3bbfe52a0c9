/** The organisation: people, groups, agents and Slack channels, read from the configuration folder. Data, not code. */
import { existsSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import type { ApprovalSettings } from '../domain/approval-settings.ts';
import { CountersignError, type FieldProblem } from '../domain/errors.ts';
import type { Agent, Group, Person } from '../domain/people.ts';
import { crossCheck } from './organisation-check.ts';
import { agentsFile, peopleFile, slackFile } from './people.schema.ts';
import { approvalsFile } from './settings.schema.ts';

const FILE_BYTES_MAX = 4 * 1024 * 1024;
const FILES = ['people.yaml', 'agents.yaml', 'slack.yaml'] as const;
/** May be absent; then nothing of it exists. */
const OPTIONAL_FILE = 'approvals.yaml';

/** Where in Slack we speak and whom there we believe. Channel values are ids. */
export interface SlackPlace {
  readonly team: string;
  readonly app: string;
  readonly approvalsChannel: string;
  /** Channels for notices by the name policy uses. */
  readonly channels: Readonly<Record<string, string>>;
}

export interface Organisation {
  readonly groups: readonly Group[];
  /** The group of the operators. */
  readonly operators?: string;
  readonly people: readonly Person[];
  readonly agents: readonly Agent[];
  readonly slack: SlackPlace;
  readonly approvals: ApprovalSettings;
}

/** Reads and cross-checks the folder. Rejects with one `misconfigured` that lists every problem of all files together. */
export async function loadOrganisation(folder: string): Promise<Organisation> {
  const problems: FieldProblem[] = [];
  const [people, agents, slack, approvals] = await Promise.all([
    readYaml(folder, 'people.yaml', peopleFile, problems),
    readYaml(folder, 'agents.yaml', agentsFile, problems),
    readYaml(folder, 'slack.yaml', slackFile, problems),
    existsSync(join(folder, OPTIONAL_FILE)) ? readYaml(folder, OPTIONAL_FILE, approvalsFile, problems) : {},
  ]);
  if (people === undefined || agents === undefined || slack === undefined || approvals === undefined)
    throw misconfigured(folder, problems);
  const organisation: Organisation = {
    groups: people.groups,
    ...(people.operators === undefined ? {} : { operators: people.operators }),
    people: people.people.map(({ slack: identity, ...person }) => ({
      ...person,
      ...(people.operators !== undefined && person.groups.includes(people.operators)
        ? { operator: true }
        : {}),
      ...(identity === undefined
        ? {}
        : { slack: { team: identity.team ?? slack.team, user: identity.user } }),
    })),
    agents: agents.agents,
    slack: { team: slack.team, app: slack.app, approvalsChannel: slack.approvals, channels: slack.notices },
    approvals,
  };
  problems.push(...crossCheck(organisation));
  if (problems.length > 0) throw misconfigured(folder, problems);
  return organisation;
}

/**
 * A reader that answers with the folder's present content: files are read again when one of them changed, so a person
 * deactivated there loses their vote at once. Rejects when they cannot be read or have become wrong.
 */
export function organisationReader(folder: string): () => Promise<Organisation> {
  let kept: { readonly stamp: string; readonly organisation: Organisation } | undefined;
  return async () => {
    const stamp = stampOf(folder);
    if (kept?.stamp !== stamp) kept = { stamp, organisation: await loadOrganisation(folder) };
    return kept.organisation;
  };
}

/** In place: it is asked several times for every step, and four looks take 13 µs so, five times as long by the thread pool. */
function stampOf(folder: string): string {
  const stats = [
    ...FILES.map((file) => statSync(join(folder, file))),
    statSync(join(folder, OPTIONAL_FILE), { throwIfNoEntry: false }),
  ];
  return stats.map((one) => (one === undefined ? '' : `${one.mtimeMs}:${one.size}:${one.ino}`)).join(' ');
}

async function readYaml<Schema extends z.ZodType>(
  folder: string,
  file: string,
  schema: Schema,
  problems: FieldProblem[],
): Promise<z.infer<Schema> | undefined> {
  let content: unknown;
  try {
    const path = join(folder, file);
    const { size } = await stat(path);
    if (size > FILE_BYTES_MAX) throw new TypeError(`has ${size} bytes, at most ${FILE_BYTES_MAX} are read`);
    content = parse(await readFile(path, 'utf8'), { maxAliasCount: 0 });
  } catch (error) {
    problems.push({ field: file, problem: error instanceof Error ? error.message : 'cannot be read' });
    return undefined;
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    problems.push({ field: `${file}/${issue.path.join('/')}`, problem: issue.message });
  }
  return undefined;
}

function misconfigured(folder: string, problems: readonly FieldProblem[]): CountersignError {
  const list = problems.map(({ field, problem }) => `${field}: ${problem}`).join('; ');
  return new CountersignError(
    'misconfigured',
    `Cannot read organisation: "${folder}" has ${problems.length} problems: ${list}`,
    { problems },
  );
}
