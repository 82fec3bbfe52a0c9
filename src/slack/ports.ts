/** What the Slack room needs from elsewhere, as narrow interfaces. The store implements the first three. */
import type { WebClient } from '@slack/web-api';
import type { DecisionDesk } from '../approvals/desk.ts';
import type { Names } from '../approvals/names.ts';
import type { DoorOversight, Oversight } from '../approvals/oversight.ts';
import type { AmendmentDesk } from '../approvals/record-amendment.ts';
import type { Ask } from '../domain/ask.ts';
import type { CardView } from '../domain/card.ts';
import type { ArgumentForms } from '../domain/edit-form.ts';
import type { AmendmentSigner, Directory } from '../domain/ports.ts';

export interface MessagePlace {
  readonly channel: string;
  readonly ts: string;
}

/** One version's card: what is wanted, where it stands, what was last drawn. */
export interface CardRow {
  readonly request: string;
  readonly version: number;
  readonly place: MessagePlace | undefined;
  readonly wantedSeq: number;
  readonly wantedView: CardView;
  readonly shownSeq: number;
}

/** Which message is which card. Rejects when it cannot be read or written. */
export interface CardStore {
  /** Keeps the view unless a newer or equal one is kept already; returns what is wanted now. */
  want(view: CardView): Promise<{ readonly row: CardRow }>;
  /**
   * Notes where a card was posted. The first place stands; with `gone` (a place whose message no longer exists) the
   * new one takes its stead. A caller that reads back another place than its own has posted a double.
   */
  placed(
    request: string,
    version: number,
    place: MessagePlace,
    gone?: MessagePlace,
  ): Promise<{ readonly row: CardRow }>;
  shown(request: string, version: number, seq: number): Promise<void>;
  current(request: string, version: number): Promise<CardRow | undefined>;
  /** Every version's card, oldest version first. */
  forRequest(request: string): Promise<readonly CardRow[]>;
}

/** Things said once, by key. */
export interface MessageStore {
  find(key: string): Promise<MessagePlace | undefined>;
  /** The first record stands. */
  record(key: string, place: MessagePlace): Promise<void>;
}

/** What editing needs beside the desk: what is asked, forms for it, and where a signed edit goes. */
export interface EditDesk {
  readonly requests: AmendmentDesk['requests'] & {
    asks(id: string): Promise<OpenAsks | undefined>;
  };
  readonly amendments: AmendmentSigner;
  readonly forms: ArgumentForms;
}

/** What a request asks now. Steps before `from` ran. */
export interface OpenAsks {
  readonly version: number;
  readonly from: number;
  readonly steps: readonly Ask[];
}

/** What every listener works with. */
export interface Desk extends DecisionDesk {
  /** The only workspace and app whose interactions are believed. */
  readonly team: string;
  readonly appId: string;
  readonly cards: Pick<CardStore, 'current'>;
  readonly directory: Directory;
  readonly names: Names;
  readonly client: WebClient;
  readonly oversight: DoorOversight & Pick<Oversight, 'earlier'>;
  readonly edits: EditDesk;
}
