/** The example organisation with many more people in support: nobody clicks so often that they are slowed down. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

/** Fewer approvals than make a streak (`src/approvals/slow-down.ts`). */
export const CLICKS_EACH = 8;

/** A copy of `from` in `to` in which these Slack users are people who may approve. */
export async function crowdedConfig(from: string, to: string, users: readonly string[]): Promise<void> {
  await cp(from, to, { recursive: true });
  const file = join(to, 'people.yaml');
  const organisation = parse(await readFile(file, 'utf8')) as { readonly people: readonly object[] };
  const crowd = users.map((user, index) => ({
    ...{ id: `clicker-${index}`, name: `Clicker ${index}`, groups: ['support'], timeZone: 'Europe/Berlin' },
    slack: { user },
  }));
  await writeFile(file, stringify({ ...organisation, people: [...organisation.people, ...crowd] }));
}

/** Slack users enough for so many clicks. */
export function crowdFor(clicks: number): readonly string[] {
  return Array.from({ length: Math.ceil(clicks / CLICKS_EACH) }, (_, index) => `U0CLICKER${index}`);
}
