/**
 * Everything an executor stands on, real: the example organisation with its policy and catalogue, signing keys, and a
 * store in a folder of its own. Opened once a file, because a database costs seconds; every request has an id of its
 * own, and every test its own vendors.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { afterAll, onTestFinished } from 'vitest';
import type { ExecutorActivities, PrepareInput, StepInput } from '../../activities/contract.ts';
import { executorActivities } from '../../activities/index.ts';
import type { ExecuteDeps } from '../../activities/running.ts';
import {
  amendmentSigner,
  amendmentVerifier,
  decisionSigner,
  decisionVerifier,
  publicKeyOf,
  questionSigner,
  questionVerifier,
  sealSigner,
  sealVerifier,
} from '../../src/approvals/signing.ts';
import type { Ask } from '../../src/domain/ask.ts';
import type { Decision } from '../../src/domain/decision.ts';
import { askDigest } from '../../src/domain/digest.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Policy } from '../../src/domain/ports.ts';
import type { SealClaims } from '../../src/domain/seal.ts';
import { openInstallation } from '../../src/main/installation.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createOrders } from '../../src/store/orders.ts';
import type { Vendors } from '../../src/tools/vendors.ts';
import { inActivity } from './in-activity.ts';

export const CONFIG = join(import.meta.dirname, '..', '..', 'config');

export const privateKey = (): JWK =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK;

/** A folder that is gone when the test is, or the file's tests are. */
export async function temporaryFolder(atEnd: typeof afterAll | typeof onTestFinished = onTestFinished) {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-activities-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function openOffice() {
  const dataDir = await temporaryFolder(afterAll);
  const [installation, store] = await Promise.all([openInstallation(CONFIG), openStore({ dataDir })]);
  afterAll(() => store.close());
  afterAll(() => installation.close());
  const [sealKey, decisionKey] = [privateKey(), privateKey()];
  const { sign: seal } = await sealSigner(sealKey);
  const { sign: decide } = await decisionSigner(decisionKey);
  const { sign: amend } = await amendmentSigner(decisionKey);
  const { sign: question } = await questionSigner(decisionKey);
  const proofs = {
    seals: await sealVerifier([await publicKeyOf(sealKey)]),
    decisions: await decisionVerifier([await publicKeyOf(decisionKey)]),
    amendments: await amendmentVerifier([await publicKeyOf(decisionKey)]),
    questions: await questionVerifier([await publicKeyOf(decisionKey)]),
  };
  const secrets = [sealKey.d ?? '', decisionKey.d ?? ''];
  // Read at every question, so that a test need not wait for what a process may remember.
  const orders = createOrders(store, { maxAgeMs: 0 });
  const { usage, sessions, access, grants, absences } = store;
  const judging = {
    ...installation,
    ...{ orders, usage, sessions, access, grants, absences, switches: [], environment: 'prod' as const },
  };
  /** The executor's activities, each run in an activity context. */
  const executor = (
    vendors: Vendors,
    over: Partial<ExecuteDeps> = {},
    info: { readonly attempt?: number } = {},
  ): ExecutorActivities => {
    const ledger = store.effects;
    const activities = executorActivities({
      ...judging,
      ...proofs,
      ledger,
      vendors,
      ...over,
    });
    return {
      prepare: (input) => inActivity(activities.prepare, input, info),
      execute: (input) => inActivity(activities.execute, input, info),
      undo: (input) => inActivity(activities.undo, input, info),
    };
  };
  return { dataDir, installation, judging, store, proofs, seal, decide, amend, question, secrets, executor };
}

export type Office = Awaited<ReturnType<typeof openOffice>>;

/** A request as an agent asked it and the gateway sealed it. */
export interface Sealed {
  readonly claims: SealClaims;
  readonly seal: string;
  readonly steps: readonly Ask[];
}

export async function sealed(
  { seal }: Pick<Office, 'seal'>,
  agent: string,
  steps: readonly Ask[],
  over: Partial<SealClaims> = {},
): Promise<Sealed> {
  const claims: SealClaims = {
    request: `req_${randomUUID()}`,
    agent,
    onBehalfOf: null,
    confidence: null,
    asks: steps.map(askDigest),
    receivedAt: new Date().toISOString(),
    ...over,
  };
  return { claims, seal: await seal(claims), steps };
}

/** By default the tool asked for or planned, announced wherever policy may want it. */
interface StepProofs {
  readonly step?: number;
  readonly plan?: Plan;
  readonly decisions?: readonly string[];
  readonly runs?: string;
  readonly announced?: readonly string[];
}

/** What the story hands the executor for one step; with a plan and decisions where people were asked. */
export function stepInput(
  { claims, seal, steps }: Sealed,
  { step = 0, plan, decisions = [], runs, announced = ['agent-notices'] }: StepProofs = {},
): StepInput {
  const ask = steps[step];
  if (ask === undefined) throw new Error(`no step ${step}`);
  const planStep = plan?.steps[step];
  const tool = runs ?? planStep?.tool ?? ask.tool;
  const base = { request: claims.request, seal, step, ask, runs: tool, announced, decisions };
  if (plan === undefined || planStep === undefined) return base;
  const { version, digest, stepDigests } = plan;
  return { ...base, plan: { version, digest, stepDigests, step: planStep } };
}

export function planInput(
  { claims, steps }: Sealed,
  { version = 1, from = 0, tools = steps.map(({ tool }) => tool) } = {},
): PrepareInput {
  const { request: id, agent, onBehalfOf, receivedAt } = claims;
  const request = {
    id,
    agent,
    reason: 'the test wants it',
    receivedAt,
    steps,
    ...(onBehalfOf === null ? {} : { onBehalfOf }),
  };
  return { request, version, tools, from };
}

/** A signed decision on a plan, as the approvals role makes it. */
export function decision(
  { claims }: Sealed,
  { version, digest }: Pick<Plan, 'version' | 'digest'>,
  person: string,
  over: Partial<Decision> = {},
): Decision {
  return {
    id: randomUUID(),
    request: claims.request,
    version,
    digest,
    person,
    answer: 'approve',
    surface: 'slack',
    assurance: 'reviewed',
    at: new Date().toISOString(),
    ...over,
  };
}

/** Prepares the plan, has `people` approve it, and hands over one step of it. */
export async function approved(
  office: Office,
  vendors: Vendors,
  request: Sealed,
  people: readonly string[],
): Promise<StepInput> {
  const plan = await office.executor(vendors).prepare(planInput(request));
  const decisions = await Promise.all(people.map((person) => office.decide(decision(request, plan, person))));
  return stepInput(request, { plan, decisions });
}

/** The policy of the example organisation with one file changed. */
export async function changedPolicy(file: string, change: (text: string) => string): Promise<Policy> {
  const installation = await openInstallation(await changedConfig(file, change));
  onTestFinished(() => installation.close());
  return installation.policy;
}

/** The example organisation with one file changed. */
export async function changedConfig(file: string, change: (text: string) => string): Promise<string> {
  const folder = join(await temporaryFolder(), 'config');
  await cp(CONFIG, folder, { recursive: true });
  const path = join(folder, file);
  const before = await readFile(path, 'utf8');
  const after = change(before);
  if (after === before) throw new Error(`"${file}" was not changed`);
  await writeFile(path, after);
  return folder;
}
