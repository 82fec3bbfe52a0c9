/**
 * A policy that follows its folder: a changed bundle is checked whole and then takes the place of the one in force, in
 * one moment; a bundle with any mistake changes nothing and is reported.
 */
import { canonicalHash } from '../domain/digest.ts';
import { CountersignError, type FieldProblem } from '../domain/errors.ts';
import { folderContent, folderStamp } from './folder-state.ts';
import { type LoadedPolicy, loadPolicy, type PolicySources } from './load.ts';

/** The folder of the bundle, and the names its rules may use as they are now: they change with the organisation. */
export interface OpenSources {
  readonly folder: string;
  names(): Promise<Omit<PolicySources, 'folder'>>;
}

export interface OpenPolicyOptions {
  /** How often the folder is looked at. A change is read once it has rested that long. */
  readonly everyMs?: number;
  /** Told about each bundle that takes over, and when the folder holds again what is in force after it held a wrong one. */
  readonly onLoaded?: (policy: LoadedPolicy) => void;
  /** Told once about each wrong content, with every problem found. */
  readonly onRefused?: (problems: readonly FieldProblem[]) => void;
}

/** Each answer is of the bundle in force at that moment; `pinned` keeps one for several questions that belong together. */
export interface OpenPolicy extends LoadedPolicy {
  pinned(): LoadedPolicy;
  /** Stops following the folder; the bundle in force goes on answering. */
  close(): void;
}

const EVERY_MS = 500;

/** What the folder and the names were at one moment. */
interface Candidate {
  readonly content: string;
  readonly names: Awaited<ReturnType<OpenSources['names']>> | CountersignError;
}

/** Loads the bundle and follows it. Rejects with `misconfigured` where the first one is wrong. Nothing keeps a process up. */
export async function openPolicy(
  sources: OpenSources,
  { everyMs = EVERY_MS, ...told }: OpenPolicyOptions = {},
): Promise<OpenPolicy> {
  const first = await candidateOf(sources);
  const follower = new Follower(sources, told, {
    content: first.content,
    policy: await load(sources, first),
  });
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const lookLater = () => {
    if (closed) return;
    timer = setTimeout(() => follower.look().finally(lookLater), everyMs);
    timer.unref();
  };
  lookLater();
  const current = () => follower.policy;
  return Object.freeze({
    get version() {
      return current().version;
    },
    get permissions() {
      return current().permissions;
    },
    get gates() {
      return current().gates;
    },
    decide: (facts) => current().decide(facts),
    mentions: (tool) => current().mentions(tool),
    mayAsk: (profile, tool) => current().mayAsk(profile, tool),
    pinned: current,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  } satisfies OpenPolicy);
}

type Told = Pick<OpenPolicyOptions, 'onLoaded' | 'onRefused'>;

class Follower {
  readonly #sources: OpenSources;
  readonly #told: Told;
  #inForce: { readonly content: string; readonly policy: LoadedPolicy };
  /** Content that was refused last; undefined while the folder holds what is in force. */
  #refused: string | undefined;
  /** The stamp seen last, and whether what it stands for was looked into. */
  #seen = { stamp: '', read: false };

  constructor(
    sources: OpenSources,
    told: Told,
    inForce: { readonly content: string; readonly policy: LoadedPolicy },
  ) {
    this.#sources = sources;
    this.#told = told;
    this.#inForce = inForce;
  }

  get policy(): LoadedPolicy {
    return this.#inForce.policy;
  }

  /** Never rejects: whatever goes wrong, the bundle in force stays in force and the next look comes. */
  async look(): Promise<void> {
    try {
      const stamp = await stampOf(this.#sources);
      const rested = stamp === this.#seen.stamp;
      if (rested && this.#seen.read) return;
      // Half of what is being written is no bundle: a change is read only once it has rested.
      this.#seen = { stamp, read: rested };
      if (rested) await this.#read();
    } catch (error) {
      this.#seen = { stamp: '', read: false };
      this.#refuse(`failed: ${String(error)}`, asMisconfigured(error));
    }
  }

  async #read(): Promise<void> {
    const candidate = await candidateOf(this.#sources);
    const { content } = candidate;
    if (content === this.#inForce.content) return this.#accept(this.#inForce);
    if (content === this.#refused) return;
    const loaded = await load(this.#sources, candidate).catch(asMisconfigured);
    // It changed while it was read: what was loaded may be of two minds.
    if ((await candidateOf(this.#sources)).content !== content) this.#seen = { stamp: '', read: false };
    else if (loaded instanceof CountersignError) this.#refuse(content, loaded);
    else this.#accept({ content, policy: loaded });
  }

  #accept(found: { readonly content: string; readonly policy: LoadedPolicy }): void {
    const news = found !== this.#inForce || this.#refused !== undefined;
    this.#inForce = found;
    this.#refused = undefined;
    if (news) this.#told.onLoaded?.(found.policy);
  }

  #refuse(content: string, { message, problems }: CountersignError): void {
    if (this.#refused === content) return;
    this.#refused = content;
    this.#told.onRefused?.(problems.length > 0 ? problems : [{ field: 'policy', problem: message }]);
  }
}

async function stampOf({ folder, names }: OpenSources): Promise<string> {
  const said = await names().then(canonicalHash, String);
  return `${said} ${folderStamp(folder)}`;
}

async function candidateOf({ folder, names }: OpenSources): Promise<Candidate> {
  const known = await names().catch(asMisconfigured);
  const said = known instanceof CountersignError ? known.message : canonicalHash(known);
  return { content: `${said} ${folderContent(folder)}`, names: known };
}

async function load({ folder }: OpenSources, { names }: Candidate): Promise<LoadedPolicy> {
  if (names instanceof CountersignError) throw names;
  return await loadPolicy({ ...names, folder });
}

function asMisconfigured(error: unknown): CountersignError {
  if (error instanceof CountersignError) return error;
  return new CountersignError('misconfigured', `Cannot load policy: ${String(error)}`, { cause: error });
}
