/** `token` and `ask`: what the command line does in an agent's place. */
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { CountersignError } from '../../domain/errors.ts';
import type { RequestAnswer } from './answers.schema.ts';
import type { CliSettings } from './cli-settings.ts';
import { doorClients, mintFor, type Speaker } from './credentials.ts';
import { describeDryRun, describeRequest } from './describe-request.ts';
import type { DoorClient } from './door-client.ts';
import { EXIT, type Exit, exitOfRequest, exitOfVerdict } from './exit-codes.ts';
import { json } from './print.ts';
import type { CliWorld } from './world.ts';

const BODY_BYTES_MAX = 262_144;
/** Seconds the door waits in one call at most. */
const DOOR_WAIT_SECONDS = 30;

/** What every command has: the outside, the settings, and whether to print JSON. */
export interface CommandContext {
  readonly world: CliWorld;
  readonly settings: CliSettings;
  readonly asJson: boolean;
}

/** The options of `token`: the session by name, `false` for none, absent for a new one. */
export interface TokenOptions {
  readonly ttl: number;
  readonly session?: string | false;
}

/** Prints a token, and nothing else, for `$(…)`; as JSON also the names by which it can be revoked. */
export async function tokenCommand(
  agent: string,
  { ttl, session }: TokenOptions,
  { world, settings, asJson }: CommandContext,
): Promise<Exit> {
  const now = world.now();
  const token = await mintFor(agent, {
    ...{ settings, now, ttlSeconds: ttl },
    ...(session === undefined ? {} : { session: session === false ? null : session }),
  });
  const { jti, sid } = decodeJwt<{ readonly sid: string | null }>(token);
  const expiresAt = new Date(now.getTime() + ttl * 1000).toISOString();
  world.out(asJson ? json({ agent, token, jti, session: sid, expiresAt }) : `${token}\n`);
  return EXIT.done;
}

/** The options of `ask` as commander gives them; `file` is a path, or `-` for standard input. */
export interface AskOptions extends Speaker {
  readonly file?: string | undefined;
  readonly tool?: string;
  readonly args?: string;
  readonly reason?: string;
  readonly onBehalfOf?: string;
  readonly requestedBy?: string;
  readonly key?: string;
  readonly wait: number;
  readonly dryRun?: boolean;
}

/** Asks, waits as long as told, prints how the request stands. */
export async function askCommand(options: AskOptions, context: CommandContext): Promise<Exit> {
  const { world, settings, asJson } = context;
  if (settings.token === undefined && options.agent === undefined) {
    throw new CountersignError(
      'unauthenticated',
      'Cannot ask: nobody asks, want --agent or COUNTERSIGN_TOKEN',
    );
  }
  const body = await askBody(options, world);
  const door = onlyDoor(await doorClients(world, settings, options));
  if (options.dryRun === true) {
    const answer = await door.dryRun(body);
    world.out(asJson ? json(answer) : describeDryRun(answer, world));
    return exitOfVerdict(answer.effect);
  }
  const answer = await settle(door, body, options);
  world.out(asJson ? json(answer) : describeRequest(answer, world));
  return exitOfRequest(answer);
}

/** The options of `answer` as commander gives them. */
export interface AnswerOptions extends Speaker {
  readonly question: string;
  readonly text: string;
}

/** Answers an approver's question as the agent, and prints the request with the answer in it. */
export async function answerCommand(
  id: string,
  { question, text, ...speaker }: AnswerOptions,
  { world, settings, asJson }: CommandContext,
): Promise<Exit> {
  if (settings.token === undefined && speaker.agent === undefined) {
    throw new CountersignError(
      'unauthenticated',
      'Cannot answer: nobody answers, want --agent or COUNTERSIGN_TOKEN',
    );
  }
  const door = onlyDoor(await doorClients(world, settings, speaker));
  const answer = await door.answer(id, { question, text });
  world.out(asJson ? json(answer) : describeRequest(answer, world));
  return EXIT.done;
}

async function askBody(options: AskOptions, world: CliWorld): Promise<Record<string, unknown>> {
  const { file, tool, args, reason, onBehalfOf, requestedBy } = options;
  const base =
    file === undefined
      ? { tool, args: parseJson(args ?? '{}', '--args') }
      : parseJson(await readBody(file, world), file);
  if (typeof base !== 'object' || base === null || Array.isArray(base)) {
    throw new CountersignError('bad-json', `Cannot ask: "${file ?? '--args'}" is no JSON object`);
  }
  return {
    ...base,
    ...(reason === undefined ? {} : { reason }),
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    ...(requestedBy === undefined ? {} : { requestedBy }),
  };
}

async function readBody(file: string, world: CliWorld): Promise<string> {
  if (file === '-') return await world.readStdin();
  const { size } = await stat(file).catch((cause: unknown) => {
    throw new CountersignError('not-found', `Cannot ask: "${file}" cannot be read`, { cause });
  });
  if (size > BODY_BYTES_MAX)
    throw new CountersignError('body-too-large', `Cannot ask: "${file}" is larger than 256 KiB`);
  return await readFile(file, 'utf8');
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CountersignError('bad-json', `Cannot ask: "${where}" is not JSON`, { cause });
  }
}

async function settle(
  door: DoorClient,
  body: unknown,
  { key, wait }: Pick<AskOptions, 'key' | 'wait'>,
): Promise<RequestAnswer> {
  const endsAt = performance.now() + wait * 1000;
  const leftSeconds = () =>
    Math.max(0, Math.min(DOOR_WAIT_SECONDS, Math.ceil((endsAt - performance.now()) / 1000)));
  let answer = await door.ask(body, { key, waitSeconds: leftSeconds() });
  while (answer.status !== 'closed' && leftSeconds() > 0) {
    // A closing door answers at once; this keeps us from asking it in a tight loop.
    await pause(200);
    answer = await door.read(answer.id, leftSeconds());
  }
  return answer;
}

function onlyDoor([door]: readonly DoorClient[]): DoorClient {
  if (door === undefined) throw new CountersignError('unauthenticated', 'Cannot ask: no agent to ask as');
  return door;
}
