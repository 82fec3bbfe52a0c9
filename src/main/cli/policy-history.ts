/** `policy simulate` and `policy shadow`: what histories say about a candidate policy. Reads Temporal, changes nothing. */
import { type PastJudgement, pastJudgement, pastJudgements } from '../../orchestrator/past-judgements.ts';
import { shadowBook } from '../../policy/shadow-report.ts';
import { createSimulation, type PastRequest } from '../../policy/simulate.ts';
import { connectTemporal, type TemporalConnection } from '../../process/temporal-connection.ts';
import { openPolicyDesk } from '../policy-desk.ts';
import type { CliSettings } from './cli-settings.ts';
import { describeShadow, describeSimulation } from './describe-history.ts';
import { EXIT, type Exit } from './exit-codes.ts';
import type { HistoryOptions, SimulateOptions } from './policy-options.ts';
import { json } from './print.ts';
import { progress } from './progress.ts';
import type { CommandContext } from './request-commands.ts';

/** Judges the recorded facts by the candidate and prints what would be otherwise. */
export async function policySimulateCommand(
  { candidate, ...options }: SimulateOptions,
  context: CommandContext,
): Promise<Exit> {
  const { world, settings, asJson } = context;
  const policy = await (await openPolicyDesk(settings.configFolder)).load(candidate);
  const simulation = createSimulation(policy);
  await eachPast(options, context, (one) => simulation.add(one));
  const report = simulation.report();
  world.out(asJson ? json(report) : describeSimulation(report));
  return EXIT.done;
}

/** Prints how the candidate that is judged beside the enforced policy did. */
export async function policyShadowCommand(options: HistoryOptions, context: CommandContext): Promise<Exit> {
  const { world, asJson } = context;
  const book = shadowBook();
  await eachPast(options, context, (one) => book.add(one));
  const report = book.report();
  world.out(asJson ? json(report) : describeShadow(report));
  return EXIT.done;
}

/** What one request's history recorded; undefined when Temporal knows no such request. */
export async function recordedJudgement(
  id: string,
  { temporal }: CliSettings,
): Promise<PastJudgement | undefined> {
  return await withTemporal(temporal, ({ client }) => pastJudgement(client, id));
}

async function eachPast(
  { since, limit }: HistoryOptions,
  { world, settings }: CommandContext,
  take: (one: PastRequest) => void,
): Promise<void> {
  const say = progress(world);
  const from = since(world.now());
  await withTemporal(settings.temporal, async ({ client }) => {
    let count = 0;
    for await (const one of pastJudgements(client, { since: from, limit })) {
      take(one);
      count += 1;
      say(`Requests read: ${count}`);
    }
  });
}

async function withTemporal<Result>(
  { embedded, ...place }: CliSettings['temporal'],
  work: (temporal: TemporalConnection) => Promise<Result>,
): Promise<Result> {
  const temporal = await connectTemporal(place, embedded);
  try {
    return await work(temporal);
  } finally {
    await temporal.close();
  }
}
