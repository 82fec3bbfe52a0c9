/** `show` and `pending`: what the agents' door says about requests, of one agent or of all. */
import { CountersignError, type ErrorCode } from '../../domain/errors.ts';
import type { RequestAnswer } from './answers.schema.ts';
import { doorClients, type Speaker } from './credentials.ts';
import { describeRequest } from './describe-request.ts';
import type { DoorClient } from './door-client.ts';
import { EXIT, type Exit, exitOfRequest } from './exit-codes.ts';
import { json, printable, table } from './print.ts';
import type { CommandContext } from './request-commands.ts';

/** The door lets in some agents and not others: that one is out is no reason to hide the others. */
const SHUT_OUT: readonly ErrorCode[] = ['agent-suspended', 'revoked', 'wrong-environment'];

/** Prints one request. Without a token or an agent, every active agent's requests are looked through. */
export async function showCommand(id: string, speaker: Speaker, context: CommandContext): Promise<Exit> {
  const { world, settings, asJson } = context;
  const answer = await firstToKnow(id, await doorClients(world, settings, speaker));
  world.out(asJson ? json(answer) : describeRequest(answer, world));
  return exitOfRequest(answer);
}

async function firstToKnow(id: string, doors: readonly DoorClient[]): Promise<RequestAnswer> {
  const refusals: CountersignError[] = [];
  for (const door of doors) {
    try {
      return await door.read(id, 0);
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      if (error.code !== 'not-found') refusals.push(passable(error, doors));
    }
  }
  throw new CountersignError('not-found', `Cannot show request: no agent of ours has "${id}"`, {
    problems: refusals.map(({ message }) => ({ field: 'not looked through', problem: message })),
  });
}

/** Prints what waits for people: of one agent, or of all. */
export async function pendingCommand(speaker: Speaker, context: CommandContext): Promise<Exit> {
  const { world, settings, asJson } = context;
  const doors = await doorClients(world, settings, speaker);
  const answers = await Promise.all(
    doors.map((door) =>
      door.waiting().catch((error: unknown) => {
        if (!(error instanceof CountersignError)) throw error;
        world.err(`Not listed: ${printable(passable(error, doors).message)}\n`);
        return [];
      }),
    ),
  );
  const requests = answers.flat().toSorted((a, b) => a.receivedAt.localeCompare(b.receivedAt));
  if (asJson) world.out(json({ requests }));
  else if (requests.length === 0) world.out('Nothing waits for people\n');
  else {
    const rows = requests.map(({ id, agent: by, tools, risk, receivedAt }) => [
      id,
      by,
      tools.join(', '),
      risk ?? '-',
      receivedAt,
    ]);
    world.out(table(['id', 'agent', 'tools', 'risk', 'since'], rows));
  }
  return EXIT.done;
}

/** The refusal again where it concerns one of several agents only; thrown otherwise. */
function passable(error: CountersignError, doors: readonly DoorClient[]): CountersignError {
  if (doors.length > 1 && SHUT_OUT.includes(error.code)) return error;
  throw error;
}
