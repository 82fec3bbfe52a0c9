/** What every verb of the slash command is given, and how its words are read. */
import type { Person } from '../../domain/people.ts';
import type { Reply } from '../reply.ts';

/** One command of a person that is believed and active. */
export interface AskedCommand {
  readonly person: Person;
  readonly team: string;
  readonly user: string;
  /** What follows the verb, without blanks around it. */
  readonly rest: string;
  /** Opens one modal within three seconds; also tells one command from the next. */
  readonly trigger: string;
}

/** `undefined`: not understood, so that help is shown. */
export type CommandWork = (asked: AskedCommand) => Promise<Reply | undefined>;
