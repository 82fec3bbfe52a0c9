/** How often a change of policy would ask people more, or less: requests by group and day. */

/** One group on one day. A request that asks a group counts once for it, however many steps wait. */
export interface PromptRow {
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly group: string;
  readonly added: number;
  readonly removed: number;
}

/** Requests go in, rows come out by day and group; days and groups without a difference are left out. */
export interface PromptBook {
  add(day: string, was: ReadonlySet<string>, now: ReadonlySet<string>): void;
  rows(): readonly PromptRow[];
}

export function promptBook(): PromptBook {
  const rows = new Map<string, { day: string; group: string; added: number; removed: number }>();
  const rowOf = (day: string, group: string) => {
    const key = `${day} ${group}`;
    const row = rows.get(key) ?? { day, group, added: 0, removed: 0 };
    rows.set(key, row);
    return row;
  };
  return Object.freeze({
    add: (day: string, was: ReadonlySet<string>, now: ReadonlySet<string>) => {
      for (const group of now) if (!was.has(group)) rowOf(day, group).added += 1;
      for (const group of was) if (!now.has(group)) rowOf(day, group).removed += 1;
    },
    rows: () =>
      [...rows.values()].toSorted((one, other) =>
        `${one.day} ${one.group}`.localeCompare(`${other.day} ${other.group}`),
      ),
  });
}
