import { isDeepStrictEqual } from 'node:util';
import type { Sessions } from '../domain/ports.ts';
import type { Session } from '../domain/session.ts';
import type { Database } from './database.ts';
import { json } from './database.ts';

/** Declared tasks on a database. The first declaration of a session stands for as long as the row does. */
export function createSessions(db: Database): Sessions {
  return {
    find: (id) => find(db, id),
    declare: (session) => declare(db, session),
  };
}

async function find(db: Database, id: string): Promise<Session | undefined> {
  const row = await db.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return undefined;
  return { id: row.id, agent: row.agent, task: row.task, declaredAt: row.declared_at.toISOString() };
}

async function declare(db: Database, session: Session): Promise<boolean> {
  const { id, agent, task, declaredAt } = session;
  const row = await db
    .insertInto('sessions')
    .values({ id, agent, task: json(task), declared_at: new Date(declaredAt) })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (row !== undefined) return true;
  const found = await find(db, id);
  return found !== undefined && found.agent === agent && sameTask(found.task, task);
}

/** As JSON keeps them: a field that is undefined is a field that is absent. */
function sameTask(one: Session['task'], other: Session['task']): boolean {
  return isDeepStrictEqual(one, JSON.parse(JSON.stringify(other)));
}
