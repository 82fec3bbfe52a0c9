/** What is measured. Each case makes shots; firing one is what is timed. */
import { randomUUID } from 'node:crypto';
import type { Ask } from '../src/domain/ask.ts';
import type { NewRequest } from '../src/orchestrator/requests.ts';
import { GO_SIGNAL } from './messages.ts';
import { outcomeStands } from './outcome-event.ts';
import { untilQuiet } from './quiet.ts';
import { APPROVER, READ, RISKY, readRequest, riskyRequest, WRITE, writeRequest } from './samples.ts';
import { signedApproval } from './signed-approval.ts';
import { BARE_QUEUE, type World } from './world.ts';

/** One thing to time. */
export interface Shot {
  /** Resolves to the workflow's id when the result is there. */
  fire(): Promise<string>;
  /** Resolves when nothing of it runs any more. Not timed; its processor time counts. */
  over(): Promise<void>;
}

export interface Case {
  readonly name: string;
  /** The name of the case it is compared with. */
  readonly against?: string;
  /** Ready to fire; what comes before it is not timed. */
  ready(): Promise<Shot>;
}

const WAIT_MS = 30_000;

export function casesOf(world: World): readonly Case[] {
  return [
    { name: 'bare: one activity', ready: startBare(world, 'bare') },
    { name: 'bare + the call of the read', ready: startBare(world, 'bareCall', READ) },
    { name: 'read', against: 'bare: one activity', ready: start(world, readRequest) },
    { name: 'bare + the call of the write', ready: startBare(world, 'bareCall', WRITE) },
    { name: 'write', against: 'bare: one activity', ready: start(world, writeRequest) },
    { name: 'bare: signal → one activity', ready: signalBare(world, 'bareSignal') },
    { name: 'bare signal + the call of the step', ready: signalBare(world, 'bareSignalCall', RISKY) },
    { name: 'decision → executed', against: 'bare: signal → one activity', ready: decide(world) },
  ];
}

function startBare({ client }: World, workflow: string, ask?: Ask): Case['ready'] {
  return async () => ({
    async fire() {
      const handle = await client.workflow.start(workflow, {
        workflowId: `bare-${randomUUID()}`,
        taskQueue: BARE_QUEUE,
        args: ask === undefined ? [] : [ask],
        requestEagerStart: true,
      });
      if (!handle.eagerlyStarted)
        throw new Error('Cannot compare: the bare workflow was not started eagerly');
      await handle.result();
      return handle.workflowId;
    },
    over: async () => undefined,
  });
}

/** As the agents' door does it. */
function start({ countersign: { requests } }: World, newRequest: () => NewRequest): Case['ready'] {
  return async () => ({
    async fire() {
      const ask = newRequest();
      const { id } = await requests.start(ask);
      const view = await requests.settled(id, WAIT_MS, ask);
      if (view?.outcome !== 'executed') throw new Error(`Cannot measure: "${id}" is "${view?.outcome}"`);
      return id;
    },
    over: async () => undefined,
  });
}

function signalBare({ client }: World, workflow: string, ask?: Ask): Case['ready'] {
  return async () => {
    const handle = await client.workflow.start(workflow, {
      workflowId: `bare-${randomUUID()}`,
      taskQueue: BARE_QUEUE,
      args: ask === undefined ? [] : [ask],
      requestEagerStart: true,
    });
    await untilQuiet(client, handle.workflowId);
    return {
      async fire() {
        await handle.signal(GO_SIGNAL);
        await handle.result();
        return handle.workflowId;
      },
      over: async () => undefined,
    };
  };
}

/** From the moment a signed decision is handed over until the outcome stands. */
function decide({ client, countersign }: World): Case['ready'] {
  const { requests, signer, store } = countersign;
  return async () => {
    const { id } = await requests.start(riskyRequest());
    await untilQuiet(client, id);
    const jws = await signedApproval({ id, person: APPROVER }, { signer, inbox: store.inbox });
    return {
      async fire() {
        await requests.decide(id, jws);
        await outcomeStands(client, id, 'executed');
        return id;
      },
      async over() {
        await client.workflow.getHandle(id).result();
      },
    };
  };
}
