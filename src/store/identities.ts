import { sql } from 'kysely';
import type { FieldProblem } from '../domain/errors.ts';
import { CountersignError } from '../domain/errors.ts';
import type { SlackIdentity } from '../domain/people.ts';
import type { Database } from './database.ts';

/** One Slack identity and the one person it is. */
export interface IdentityLink extends SlackIdentity {
  readonly person: string;
}

/** Who is who in Slack. One person per Slack user and one Slack user per person. */
export interface Identities {
  /** Makes the links from configuration what they are there; other links stay. Rejects whole on any clash. */
  sync(fromConfig: readonly IdentityLink[]): Promise<void>;
  /**
   * Whom somebody linked themselves. Links from configuration are not answered: the directory reads those fresh, and a
   * row would outlive its removal there until the next start.
   */
  personFor(identity: SlackIdentity): Promise<string | undefined>;
  /** The Slack user whom this person linked themselves; as above, nothing from configuration. */
  slackOf(person: string): Promise<SlackIdentity | undefined>;
  /**
   * Links what a person proved to be theirs. `taken` and nothing changed when either side is linked otherwise, also by
   * configuration; linking what is linked already is `linked`.
   */
  link(link: IdentityLink): Promise<'linked' | 'taken'>;
  /** Takes back what the person linked; false when there is none. Links from configuration stay. */
  unlink(person: string): Promise<boolean>;
}

/** Identity links on a database. */
export function createIdentities(db: Database): Identities {
  return {
    sync: (fromConfig) => sync(db, fromConfig),
    personFor: (identity) => personFor(db, identity),
    slackOf: (person) => slackOf(db, person),
    link: (wanted) => link(db, wanted),
    unlink: (person) => unlink(db, person),
  };
}

async function sync(db: Database, wanted: readonly IdentityLink[]): Promise<void> {
  const doubles = [...repeated(wanted, slackKey), ...repeated(wanted, (link) => link.person)];
  if (doubles.length > 0) throw clash(doubles);
  await db.transaction().execute(async (transaction) => {
    // Every role syncs at its start: one at a time, so that two can't both add the same link.
    await sql`lock table identities in share row exclusive mode`.execute(transaction);
    const found = await transaction.selectFrom('identities').selectAll().execute();
    const wantedKeys = new Set(wanted.map(linkKey));
    const isKept = (link: (typeof found)[number]) => link.source === 'linked' || wantedKeys.has(rowKey(link));
    const kept = found.filter(isKept);
    const missing = wanted.filter((link) => !kept.some((row) => rowKey(row) === linkKey(link)));
    const clashes = missing.filter((link) =>
      kept.some(
        (row) => row.person === link.person || (row.team === link.team && row.slack_user === link.user),
      ),
    );
    if (clashes.length > 0) throw clash(clashes);
    // Removed first: two people may have swapped their Slack users.
    for (const row of found.filter((link) => !isKept(link))) {
      await transaction.deleteFrom('identities').where('person', '=', row.person).execute();
    }
    for (const { team, user, person } of missing) {
      await transaction
        .insertInto('identities')
        .values({ team, slack_user: user, person, source: 'config' })
        .execute();
    }
  });
}

async function personFor(db: Database, { team, user }: SlackIdentity): Promise<string | undefined> {
  const row = await db
    .selectFrom('identities')
    .select('person')
    .where('team', '=', team)
    .where('slack_user', '=', user)
    .where('source', '=', 'linked')
    .executeTakeFirst();
  return row?.person;
}

async function slackOf(db: Database, person: string): Promise<SlackIdentity | undefined> {
  const row = await db
    .selectFrom('identities')
    .select(['team', 'slack_user'])
    .where('person', '=', person)
    .where('source', '=', 'linked')
    .executeTakeFirst();
  return row === undefined ? undefined : { team: row.team, user: row.slack_user };
}

async function link(db: Database, { team, user, person }: IdentityLink): Promise<'linked' | 'taken'> {
  // The table is unique in both directions, so whoever comes second adds nothing.
  await db
    .insertInto('identities')
    .values({ team, slack_user: user, person, source: 'linked' })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await db
    .selectFrom('identities')
    .select('person')
    .where('team', '=', team)
    .where('slack_user', '=', user)
    .executeTakeFirst();
  return row?.person === person ? 'linked' : 'taken';
}

async function unlink(db: Database, person: string): Promise<boolean> {
  const gone = await db
    .deleteFrom('identities')
    .where('person', '=', person)
    .where('source', '=', 'linked')
    .returning('person')
    .executeTakeFirst();
  return gone !== undefined;
}

function repeated(
  links: readonly IdentityLink[],
  key: (link: IdentityLink) => string,
): readonly IdentityLink[] {
  const seen = new Set<string>();
  return links.filter((link) => seen.size === seen.add(key(link)).size);
}

function clash(links: readonly IdentityLink[]): CountersignError {
  const problems: readonly FieldProblem[] = links.map((link) => ({
    field: `people.${link.person}.slack`,
    problem: 'linked twice, wanted one Slack user per person and one person per Slack user',
  }));
  const names = links.map((link) => `"${link.person}"`).join(', ');
  return new CountersignError('misconfigured', `Cannot link Slack users: linked twice for ${names}`, {
    problems,
  });
}

function slackKey({ team, user }: SlackIdentity): string {
  return JSON.stringify([team, user]);
}

function linkKey({ team, user, person }: IdentityLink): string {
  return JSON.stringify([team, user, person]);
}

function rowKey(row: {
  readonly team: string;
  readonly slack_user: string;
  readonly person: string;
}): string {
  return JSON.stringify([row.team, row.slack_user, row.person]);
}
