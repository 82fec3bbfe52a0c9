/** The Slack room on real parts: emulator, Bolt over HTTP, client, keys. Only the stores and the orchestrator are kept in memory. */
import { createDirectory } from '../../src/approvals/directory.ts';
import { namesOf } from '../../src/approvals/names.ts';
import {
  amendmentSigner,
  amendmentVerifier,
  decisionSigner,
  decisionVerifier,
  publicKeyOf,
  questionSigner,
  questionVerifier,
} from '../../src/approvals/signing.ts';
import type { SlackEmulator } from '../../src/dev/slack-emulator/contract.ts';
import { startSlackEmulator } from '../../src/dev/slack-emulator/emulator.ts';
import type { Amendment, HandedAmendment } from '../../src/domain/amendment.ts';
import type { CardView, OpenApproval } from '../../src/domain/card.ts';
import type { Decision } from '../../src/domain/decision.ts';
import type { Directory, Inbox, Log, Surface } from '../../src/domain/ports.ts';
import type { Question } from '../../src/domain/question.ts';
import type { RequestView } from '../../src/domain/request.ts';
import { createSlackApp, type SlackAppOptions } from '../../src/slack/app.ts';
import type { Affairs } from '../../src/slack/home/affairs.ts';
import { createPacer, type Pace } from '../../src/slack/pacing.ts';
import type { CardRow, CardStore, MessagePlace, MessageStore, OpenAsks } from '../../src/slack/ports.ts';
import { createSlackClient } from '../../src/slack/slack-client.ts';
import { createSlackSurface } from '../../src/slack/surface.ts';
import { createArgumentForms } from '../../src/tools/argument-forms.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { person, privateKey, SETTINGS } from '../approvals/acme.ts';
import { OversightInMemory } from '../approvals/oversight-in-memory.ts';
import { openBooks, WITH_OPERATOR } from '../approvals/people-affairs.ts';
import { CATALOGUE } from '../tools/catalogue.ts';

export const SECRET = 'sandbox-signing-secret';
export const BOT_TOKEN = 'xoxb-sandbox-token';
export const CHANNEL = 'C0APPROVALS';

/** For tests of what is said, not of when. */
const OFTEN = { calls: 1_000, everyMs: 1_000 };
export const UNHURRIED: Pace = {
  channel: OFTEN,
  workspace: OFTEN,
  'chat.update': OFTEN,
  'chat.postEphemeral': OFTEN,
  look: OFTEN,
};

export const NOBODY_AWAY = { absences: { inForce: async () => [] }, clock: () => new Date() };

/** Two Slack users on purpose: a guest and a bot that the directory, wrongly, knows as people. */
export const ORGANISATION = {
  ...WITH_OPERATOR,
  people: [
    ...WITH_OPERATOR.people,
    person('gus', ['platform'], { slack: { team: 'T0ACME', user: 'U0GUEST' } }),
  ],
};

export class CardsInMemory implements CardStore {
  readonly rows = new Map<string, CardRow>();
  async want(view: CardView) {
    const known = this.rows.get(`${view.request} ${view.version}`);
    const { request, version, seq } = view;
    const fresh = {
      request,
      version,
      place: undefined,
      shownSeq: -1,
      ...known,
      wantedSeq: seq,
      wantedView: view,
    };
    return { row: known !== undefined && known.wantedSeq >= seq ? known : this.#keep(fresh) };
  }
  async placed(request: string, version: number, place: MessagePlace, gone?: MessagePlace) {
    const row = this.#row(request, version);
    return {
      row: row.place === undefined || row.place.ts === gone?.ts ? this.#keep({ ...row, place }) : row,
    };
  }
  async shown(request: string, version: number, seq: number) {
    const row = this.#row(request, version);
    this.#keep({ ...row, shownSeq: Math.max(row.shownSeq, seq) });
  }
  async current(request: string, version: number) {
    return this.rows.get(`${request} ${version}`);
  }
  async forRequest(request: string) {
    return [...this.rows.values()]
      .filter((row) => row.request === request)
      .sort((a, b) => a.version - b.version);
  }
  #row(request: string, version: number): CardRow {
    const row = this.rows.get(`${request} ${version}`);
    if (row === undefined) throw new Error('never wanted');
    return row;
  }
  #keep(row: CardRow): CardRow {
    this.rows.set(`${row.request} ${row.version}`, row);
    return row;
  }
}

export function messagesInMemory(): MessageStore {
  const said = new Map<string, MessagePlace>();
  return {
    find: async (key) => said.get(key),
    record: async (key, place) => void (said.has(key) || said.set(key, place)),
  };
}

export function inboxInMemory(): Inbox {
  const rows = new Map<string, OpenApproval & { open: boolean }>();
  return {
    open: async (approval) =>
      void rows.set(`${approval.request} ${approval.version}`, { ...approval, open: true }),
    close: async (request, version) => {
      const row = rows.get(`${request} ${version}`);
      if (row !== undefined) row.open = false;
    },
    find: async (request, version) => rows.get(`${request} ${version}`),
    list: async () => [...rows.values()].filter((row) => row.open),
  };
}

export interface Lines extends Log {
  readonly lines: string[];
}

export function logInMemory(): Lines {
  const lines: string[] = [];
  const write = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  return { lines, debug: write, info: write, warn: write, error: write };
}

/** Stands for the orchestrator: keeps what was decided and answers as told. */
export class RequestsInMemory {
  readonly decided: string[] = [];
  answer: () => Promise<'recorded' | 'closed' | 'unknown'> = async () => 'recorded';
  views = new Map<string, RequestView>();
  async decide(_: string, jws: string) {
    const answer = await this.answer();
    if (answer === 'recorded') this.decided.push(jws);
    return answer;
  }
  readonly asked: string[] = [];
  async question(_: string, jws: string) {
    const answer = await this.answer();
    if (answer === 'recorded') this.asked.push(jws);
    return answer;
  }
  readonly amended: HandedAmendment[] = [];
  async amend(_: string, amendment: HandedAmendment) {
    const answer = await this.answer();
    if (answer === 'recorded') this.amended.push(amendment);
    return answer;
  }
  readonly asking = new Map<string, OpenAsks>();
  async asks(id: string) {
    return this.asking.get(id);
  }
  async view(id: string) {
    return this.views.get(id);
  }
}

export interface World {
  readonly slack: SlackEmulator;
  readonly surface: Surface;
  readonly cards: CardsInMemory;
  readonly inbox: Inbox;
  readonly requests: RequestsInMemory;
  readonly log: Lines;
  readonly security: Lines;
  readonly oversight: OversightInMemory;
  readonly boltUrl: () => string;
  readonly options: SlackAppOptions;
  /** Signed decisions that were made durable, verified. */
  decisions(): Promise<readonly Decision[]>;
  /** Signed edits that were made durable, verified. */
  amendments(): Promise<readonly Amendment[]>;
  /** Signed questions that were made durable, verified. */
  questions(): Promise<readonly Question[]>;
  /** Shows a card as the workflow would: inbox first. */
  raise(view: CardView): Promise<MessagePlace>;
  close(): Promise<void>;
}

export async function createWorld(
  changes: { readonly directory?: Directory; readonly affairs?: Partial<Affairs> } = {},
): Promise<World> {
  let port = 0;
  const boltUrl = () => `http://127.0.0.1:${port}/slack/events`;
  const slack = await startSlackEmulator({
    port: 0,
    signingSecret: SECRET,
    botToken: BOT_TOKEN,
    boltUrl,
    team: { id: 'T0ACME', name: 'Acme' },
    appId: 'A0COUNTERSIGN',
    users: [
      ...ORGANISATION.people.map(({ id, name, timeZone, slack: identity }) => ({
        id: identity?.user ?? '',
        name: id,
        realName: name,
        timeZone,
        ...(id === 'gus' ? { flags: { isRestricted: true } } : {}),
      })),
      { id: 'U0STRANGER', name: 'stranger', realName: 'Stranger', timeZone: 'Europe/Berlin' },
      {
        id: 'U0COUNTERSIGN',
        name: 'countersign',
        realName: 'Countersign',
        timeZone: 'UTC',
        flags: { isBot: true },
      },
    ],
    channels: [
      { id: CHANNEL, name: 'approvals', private: true },
      { id: 'C0NOTICES', name: 'agent-notices', private: false },
    ],
  });
  const [log, security, names, seen] = [
    logInMemory(),
    logInMemory(),
    namesOf(ORGANISATION),
    new Set<string>(),
  ];
  const client = createSlackClient({ token: BOT_TOKEN, apiUrl: slack.apiUrl, log });
  const key = privateKey();
  const verifier = await decisionVerifier([await publicKeyOf(key)]);
  const amendments = await amendmentVerifier([await publicKeyOf(key)]);
  const questions = await questionVerifier([await publicKeyOf(key)]);
  const directory = changes.directory ?? createDirectory(ORGANISATION);
  const [cards, inbox, requests] = [new CardsInMemory(), inboxInMemory(), new RequestsInMemory()];
  const oversight = new OversightInMemory();
  const { channels } = ORGANISATION.slack;
  const surface = createSlackSurface({
    client,
    cards,
    directory,
    names,
    channels,
    messages: messagesInMemory(),
    approvalsChannel: CHANNEL,
    pacer: createPacer(UNHURRIED),
    ...NOBODY_AWAY,
    log,
  });
  const books = await openBooks(() => new Date());
  const options: SlackAppOptions = {
    oversight,
    ...{ team: 'T0ACME', appId: 'A0COUNTERSIGN', signingSecret: SECRET, botToken: BOT_TOKEN },
    ...{ requests, inbox, cards, directory, names, client, log, security, clock: () => new Date() },
    signer: await decisionSigner(key),
    questionSigner: await questionSigner(key),
    edits: {
      requests,
      amendments: await amendmentSigner(key),
      forms: createArgumentForms(createRegistry(CATALOGUE)),
    },
    affairs: {
      ...{ absences: books.absences, halts: books.halts, decidedBy: async () => [] },
      approvalSettings: async () => SETTINGS,
      tools: ['github.delete_branch', 'stripe.refund_payment'],
      tell: (note) => surface.tell({ ...note, request: note.key }),
      ...changes.affairs,
    },
    clicks: {
      seen: async (id) => seen.has(id),
      firstSeen: async (id) => seen.size < seen.add(id).size,
    },
  };
  const app = createSlackApp(options);
  port = await app.start(0);
  return {
    ...{ slack, surface, cards, inbox, requests, log, security, oversight, boltUrl, options },
    amendments: () => Promise.all(requests.amended.map(({ jws }) => amendments.verify(jws))),
    decisions: () => Promise.all(requests.decided.map((jws) => verifier.verify(jws))),
    questions: () => Promise.all(requests.asked.map((jws) => questions.verify(jws))),
    async raise(view) {
      const { request, version, digest, agent, owner, tier, needs, excluded, expiresAt } = view;
      const title = view.steps[0]?.title ?? '';
      await inbox.open({
        request,
        version,
        digest,
        agent,
        owner,
        tier,
        needs,
        excluded,
        expiresAt,
        title,
        openedAt: view.requestedAt,
      });
      await surface.showCard(view);
      app.cardShown(view);
      return (await cards.current(request, version))?.place ?? { channel: '', ts: '' };
    },
    async close() {
      await app.stop();
      await slack.close();
      books.close();
    },
  };
}
