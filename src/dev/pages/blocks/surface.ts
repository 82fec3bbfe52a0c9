/** What blocks need of the place they are drawn in: names, the reader's clock, and somewhere to send a click. */
import { createContext } from 'preact';
import type { Reader } from './slack-date.ts';

/** One pressed button; `label` is for messages to the person. */
export interface Press {
  readonly blockId: string;
  readonly actionId: string;
  readonly label: string;
}

/** The answers typed into a modal so far, and what was wrong with them. */
export interface Form {
  value(blockId: string, actionId: string): string | undefined;
  set(blockId: string, actionId: string, value: string): void;
  readonly errors: Readonly<Record<string, string>>;
}

export interface Surface {
  readonly userNames: ReadonlyMap<string, string>;
  readonly channelNames: ReadonlyMap<string, string>;
  readonly reader: Reader;
  /** The reader's own user id: mentions of it stand out. */
  readonly self: string;
  press(press: Press): void;
  /** The button whose answer is awaited, as `blockId actionId`; no other can be pressed meanwhile. */
  readonly pressing: string | undefined;
  readonly form?: Form;
}

const NOWHERE: Surface = {
  userNames: new Map(),
  channelNames: new Map(),
  reader: { timeZone: 'UTC', now: new Date(0) },
  self: '',
  press: () => undefined,
  pressing: undefined,
};

export const SurfaceContext = createContext<Surface>(NOWHERE);
