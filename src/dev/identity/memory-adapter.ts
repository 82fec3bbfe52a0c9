/** What the local identity provider remembers, in this process and for as long as each thing lives. */
import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Kept {
  payload: AdapterPayload;
  readonly until: number;
}

/** Kept at most of each kind; the oldest goes first. */
const KEPT_MAX = 1_000;

/** A store of one kind of thing, as `oidc-provider` asks for it. */
export function memoryAdapter(_kind: string): Adapter {
  const things = new Map<string, Kept>();
  const find = (is: (id: string, payload: AdapterPayload) => boolean): AdapterPayload | undefined => {
    for (const [id, { payload, until }] of things) {
      if (until <= Date.now()) things.delete(id);
      else if (is(id, payload)) return payload;
    }
    return undefined;
  };
  return {
    async upsert(id, payload, expiresIn = 0) {
      if (things.size >= KEPT_MAX) things.delete(things.keys().next().value ?? '');
      things.set(id, { payload, until: Date.now() + expiresIn * 1_000 });
    },
    find: async (wanted) => find((id) => id === wanted),
    findByUid: async (uid) => find((_, payload) => payload.uid === uid),
    findByUserCode: async (code) => find((_, payload) => payload.userCode === code),
    async consume(id) {
      const kept = things.get(id);
      if (kept !== undefined) kept.payload = { ...kept.payload, consumed: Math.floor(Date.now() / 1_000) };
    },
    async destroy(id) {
      things.delete(id);
    },
    async revokeByGrantId(grant) {
      for (const [id, { payload }] of things) if (payload.grantId === grant) things.delete(id);
    },
  };
}
