/** What a command may touch, as parameters: tests run every command without a process of its own. */
import type { Clock } from '../../domain/ports.ts';
import type { HaltBook } from '../../store/halts.ts';
import type { CliSettings } from './cli-settings.ts';

/** An open place for halts; `close` gives the connection back. */
export interface OpenHalts {
  readonly book: HaltBook;
  readonly where: string;
  close(): Promise<void>;
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
  /** Who runs the command, as the operating system says; recorded with halts. */
  readonly user: string;
  readonly openHalts: (settings: CliSettings) => Promise<OpenHalts>;
}
