/**
 * `policy explain`: why policy answers as it does. For a file it judges here and now, with nothing done lately, no task
 * and no access given; for a request it reads what was judged, from its history.
 */
import { readFile, stat } from 'node:fs/promises';
import { parse } from 'yaml';
import { judgeRequest } from '../../../activities/judge.ts';
import type { JudgingDeps } from '../../../activities/judge-step.ts';
import { createDirectory } from '../../approvals/directory.ts';
import { CountersignError } from '../../domain/errors.ts';
import type { Agent } from '../../domain/people.ts';
import { NOTHING_RECENT } from '../../domain/usage.ts';
import { strictest } from '../../domain/verdict.ts';
import { askSchema } from '../../gateway/ask.schema.ts';
import { parseAsk } from '../../gateway/parse-ask.ts';
import { isRequestId } from '../../orchestrator/request-id.ts';
import { openPolicyDesk, type PolicyDesk } from '../policy-desk.ts';
import { describeJudgement, type Explained } from './describe-judgement.ts';
import { type Exit, exitOfVerdict } from './exit-codes.ts';
import { json, printable } from './print.ts';
import type { CommandContext } from './request-commands.ts';
import type { CliWorld } from './world.ts';

const BODY_BYTES_MAX = 262_144;

/** Explains a request by its id, or the ask in a file. */
export async function policyExplainCommand(
  what: string,
  { agent }: { readonly agent?: string },
  context: CommandContext,
): Promise<Exit> {
  const { world, asJson } = context;
  const explained = isRequestId(what)
    ? await fromHistory(what, context)
    : await fromBody(await readBody(what, world), agent, context);
  world.out(asJson ? json(explained) : describeJudgement(explained));
  return exitOfVerdict(strictest(explained.judgement.steps.map(({ verdict }) => verdict.effect)));
}

async function fromHistory(id: string, { settings }: CommandContext): Promise<Explained> {
  const { recordedJudgement } = await import('./policy-history.ts');
  const past = await recordedJudgement(id, settings);
  if (past === undefined)
    throw new CountersignError('not-found', `Cannot explain: no request "${id}" is known`);
  const { judgement } = past;
  if (judgement !== undefined) return { ...past, judgement };
  throw new CountersignError('not-found', `Cannot explain: request "${id}" was never judged, or not yet`);
}

async function fromBody(
  body: Readonly<Record<string, unknown>>,
  named: string | undefined,
  { settings, world }: CommandContext,
): Promise<Explained> {
  const desk = await openPolicyDesk(settings.configFolder);
  const { agent: inFile, ...ask } = body;
  const agent = agentOf(desk, named ?? inFile);
  const parsed = askSchema.safeParse(ask);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => ({
      field: `/${path.join('/')}`,
      problem: message,
    }));
    throw new CountersignError('invalid-field', `Cannot explain: the body of the ask is wrong`, { problems });
  }
  const directory = createDirectory(desk.organisation);
  const caller = { agent, session: null, token: null };
  const request = await parseAsk(parsed.data, { caller, registry: desk.enabled, directory });
  const deps = await judgingDeps(desk, agent, world);
  const judgement = await judgeRequest({ id: 'req_explained', ...request }, deps);
  return { agent: agent.id, at: world.now().toISOString(), judgement };
}

function agentOf({ organisation }: PolicyDesk, id: unknown): Agent {
  const agent = organisation.agents.find((one) => one.id === id);
  if (agent !== undefined) return agent;
  const names = organisation.agents.map((one) => `"${one.id}"`).join(', ');
  const shown = typeof id === 'string' ? `"${printable(id, 100)}" is no agent` : 'nobody asks';
  throw new CountersignError(
    'not-found',
    `Cannot explain: ${shown}, want one of ${names} in "agent" or --agent`,
  );
}

/** Judging with no installation around it: nothing was done, declared, given or ordered. */
async function judgingDeps(desk: PolicyDesk, agent: Agent, world: CliWorld): Promise<JudgingDeps> {
  const { calendar, enabled: registry, organisation } = desk;
  return {
    policy: await desk.load(),
    ...{ calendar, registry, clock: world.now, switches: [] },
    directory: createDirectory(organisation),
    environment: agent.environment,
    orders: { inForce: async () => ({ halts: [], revocations: [], switches: [] }) },
    usage: { recent: async () => NOTHING_RECENT, observe: async () => undefined },
    sessions: { find: async () => undefined },
    access: { inForce: async () => [] },
    grants: { inForce: async () => [] },
  };
}

async function readBody(file: string, world: CliWorld): Promise<Readonly<Record<string, unknown>>> {
  const text = file === '-' ? await world.readStdin() : await readBounded(file);
  const body = parsed(text);
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body };
  throw new CountersignError('bad-json', `Cannot explain: "${file}" is no JSON or YAML object`);
}

/** YAML holds JSON. */
function parsed(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch {
    return undefined;
  }
}

async function readBounded(file: string): Promise<string> {
  const { size } = await stat(file).catch((cause: unknown) => {
    throw new CountersignError('not-found', `Cannot explain: "${file}" is neither a request id nor a file`, {
      cause,
    });
  });
  if (size > BODY_BYTES_MAX)
    throw new CountersignError('body-too-large', `Cannot explain: "${file}" is larger than 256 KiB`);
  return await readFile(file, 'utf8');
}
