/**
 * Canaries: values planted where no honest request takes them from (a mailbox, a wiki page, a customer's notes). One
 * that turns up in what an agent sends means that it does what its data told it. We keep only their hashes, so that our
 * configuration is no place to find one.
 *
 * It finds a canary that is split over fields or lines, in other letters of the same kind, and percent- or
 * base64-encoded, also both over each other. It does not find one that was enciphered.
 */
import { createHash } from 'node:crypto';

/** A canary as the configuration keeps it. */
export interface Canary {
  readonly id: string;
  /** SHA-256 of the canary in lower case, in hex. */
  readonly sha256: string;
}

/** Looks for the canaries of this installation. */
export interface Canaries {
  /** The id of the first canary in the texts, all of them read as one. */
  find(texts: readonly string[]): string | undefined;
}

/** How a canary looks: `csc_` and 26 characters of base32. In lower case, as it is hashed. */
const CANARY = /csc_(?=([a-z2-7]{26}))/g;
const BASE64_RUN = /[A-Za-z0-9+/_-]{40,}/g;
const PERCENT_RUN = /(?:%[0-9a-fA-F]{2})+/g;
const BETWEEN = /[\s\p{Cf}\p{M}]+/gu;
/** Encodings over each other that are undone. */
const DEPTH_MAX = 2;

/** A finder over a fixed list. */
export function canariesOf(list: readonly Canary[]): Canaries {
  const ids = new Map(list.map(({ id, sha256 }) => [sha256, id]));
  return { find: (texts) => (ids.size === 0 ? undefined : findIn(texts, ids)) };
}

/** The hash by which a canary is kept. */
export function canaryHash(canary: string): string {
  return createHash('sha256').update(canary.toLowerCase()).digest('hex');
}

/** Every text in a JSON value: values in the order written, then the keys of objects. The value is bounded already. */
export function textsIn(value: unknown): readonly string[] {
  const open = [value];
  const [values, keys]: [string[], string[]] = [[], []];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one === 'string') values.push(one);
    if (typeof one !== 'object' || one === null) continue;
    open.push(...Object.values(one).reverse());
    if (!Array.isArray(one)) keys.push(...Object.keys(one));
  }
  return [...values, ...keys];
}

function findIn(texts: readonly string[], ids: ReadonlyMap<string, string>): string | undefined {
  for (const reading of readings(texts)) {
    for (const [prefix, rest = ''] of reading.toLowerCase().matchAll(CANARY)) {
      const id = ids.get(canaryHash(prefix + rest));
      if (id !== undefined) return id;
    }
  }
  return undefined;
}

/** Everything the texts can be read as: as they stand, and decoded. */
function* readings(texts: readonly string[]): Generator<string> {
  let layer = [texts.join('')].map(plain);
  for (let depth = 0; depth < DEPTH_MAX; depth += 1) {
    yield* layer;
    layer = layer.flatMap((text) => [percentDecoded(text), base64Decoded(text)]).map(plain);
  }
  yield* layer;
}

/** Letters as they look, without what stands between them unseen. */
function plain(text: string): string {
  // Before too: sorting the marks of one letter takes the square of their number.
  return text.replaceAll(BETWEEN, '').normalize('NFKD').replaceAll(BETWEEN, '');
}

/** The text with its percent-encoded runs decoded; empty where there are none. */
function percentDecoded(text: string): string {
  const decoded = text.replaceAll(PERCENT_RUN, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
  return decoded === text ? '' : decoded;
}

/** Long runs decoded from each of four places: where in a run the encoding began is not known. */
function base64Decoded(text: string): string {
  const runs = text.match(BASE64_RUN) ?? [];
  return runs
    .flatMap((run) => [0, 1, 2, 3].map((from) => Buffer.from(run.slice(from), 'base64').toString('latin1')))
    .join('\n');
}
