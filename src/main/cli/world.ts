/** What a command may touch, as parameters: tests run every command without a process of its own. */
import type { AbsenceBook, AccessBook, Clock, StandingGrants } from '../../domain/ports.ts';
import type { ListedGrant } from '../../store/grant-files.ts';
import type { HaltBook } from '../../store/halts.ts';
import type { RevocationBook } from '../../store/revocations.ts';
import type { SwitchBook } from '../../store/switches.ts';
import type { OversightAnswer, OversightQuery } from '../operator-door.schema.ts';
import type { CliSettings } from './cli-settings.ts';

/** An open place for halts; `close` gives the connection back. */
export interface OpenHalts {
  readonly book: HaltBook;
  readonly where: string;
  close(): Promise<void>;
}

/** The open books of orders that are no halts; `close` gives the connection back. */
export interface OpenOrders {
  readonly revocations: RevocationBook;
  readonly switches: SwitchBook;
  readonly access: AccessBook;
  /** What approvers allowed in advance. */
  readonly allowances: AllowanceBook;
  readonly absences: AbsenceBook;
  readonly where: string;
  close(): Promise<void>;
}

/** Reads the report; a connection it opens it closes. */
export type ReadOversight = (query: OversightQuery, settings: CliSettings) => Promise<OversightAnswer>;

/** Standing grants as operators see them, in the database or in files. */
export interface AllowanceBook {
  list(whose: Parameters<StandingGrants['list']>[0]): Promise<readonly ListedGrant[]>;
  revoke(id: string, by: string): Promise<boolean>;
}

/** The outside of one run of the command line. */
export interface CliWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes to standard output and standard error, text with its own line ends. */
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether standard output is a terminal that shows colours. */
  readonly colours: boolean;
  readonly fetch: typeof fetch;
  readonly now: Clock;
  readonly readStdin: () => Promise<string>;
  /** Who runs the command, as the operating system says; recorded with orders. */
  readonly user: string;
  readonly openHalts: (settings: CliSettings) => Promise<OpenHalts>;
  readonly openOrders: (settings: CliSettings) => Promise<OpenOrders>;
  readonly readOversight: ReadOversight;
}
