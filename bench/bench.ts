/**
 * `npm run bench`: Countersign beside bare Temporal workflows, in one run, on one server and one connection, in turns.
 * `--json` prints the result as JSON, `--quick` measures too little to mean anything (it shows that all of it runs).
 */
import { cpus, totalmem } from 'node:os';
import { Command } from 'commander';
import { casesOf } from './cases.ts';
import { type ClicksSize, measureClicks } from './clicks.ts';
import { type FloodSize, measureFlood } from './flood.ts';
import { measurePolicy, type PolicySize } from './policy.ts';
import { printed, type Report } from './report.ts';
import { type BenchSize, measureRows } from './rows.ts';
import { slackTargets, targetsOf } from './targets.ts';
import { measureWaiting, type WaitingSize } from './waiting.ts';
import { openWorld } from './world.ts';

type Size = BenchSize & WaitingSize & PolicySize & ClicksSize & FloodSize;

const FULL: Size = {
  rounds: 8,
  alone: 25,
  together: 96,
  inFlight: 32,
  // Until then the engines of policy and database are still being compiled.
  warmUp: { alone: 10, together: 320, inFlight: 32 },
  waiting: 2000,
  // More than are cached, so that the cache is full before anything is weighed.
  warmUpWaiting: 300,
  decisions: 60,
  judged: 2000,
  clicks: 1000,
  clicksPerSecond: 50,
  flooding: 2000,
  watchedMs: 120_000,
  uncontended: 30,
};
const QUICK: Size = {
  rounds: 1,
  alone: 3,
  together: 8,
  inFlight: 4,
  warmUp: { alone: 1, together: 1, inFlight: 1 },
  waiting: 10,
  warmUpWaiting: 2,
  decisions: 3,
  judged: 20,
  clicks: 10,
  clicksPerSecond: 10,
  flooding: 6,
  watchedMs: 2_000,
  uncontended: 1,
};

const options = new Command('bench')
  .description('Measures Countersign beside bare Temporal workflows')
  .option('--json', 'print JSON')
  .option('--quick', 'a tiny run, whose numbers mean nothing')
  .parse()
  .opts<{ json?: true; quick?: true }>();

const progress = (line: string) => process.stderr.write(`bench: ${line}\n`);
const report = await run(options.quick === true ? QUICK : FULL);
process.stdout.write(`${options.json === true ? JSON.stringify(report, undefined, 2) : printed(report)}\n`);
process.exit(0);

async function run(size: Size): Promise<Report> {
  progress('policy');
  const policy = await measurePolicy(size);
  progress('starting the server, the workers and the emulators');
  const world = await openWorld(progress);
  try {
    const eventsOf = async (id: string) =>
      (await world.client.workflow.getHandle(id).fetchHistory()).events?.length ?? Number.NaN;
    const rows = await measureRows(casesOf(world), size, { eventsOf, progress });
    progress(`${size.waiting} requests that wait`);
    const waiting = await measureWaiting(world, size);
    progress(`${size.clicks} clicks`);
    const clicks = await measureClicks(world, size);
    progress(`${size.flooding} requests in one channel`);
    const flood = await measureFlood(world, size);
    return {
      date: new Date().toISOString().slice(0, 10),
      machine: machine(),
      size,
      rows,
      waiting,
      policy,
      clicks,
      flood,
      targets: [...targetsOf(rows, waiting, policy), ...slackTargets(clicks, flood)],
    };
  } finally {
    await world.close();
  }
}

function machine(): string {
  const cores = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cores.length} × ${cores[0]?.model.trim() ?? 'unknown processor'}, ${memory} GB, Node ${process.versions.node}`;
}
