/** What the emulated vendors hold, read from the files they keep: the outside world's own word on what happened. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  Access,
  Branch,
  Comment,
  Pull,
  Repository,
} from '../../src/dev/emulators/github/github-world.ts';
import type { Draft, Mail } from '../../src/dev/emulators/resend/resend-world.ts';
import type { Customer, Refund, Subscription } from '../../src/dev/emulators/stripe/stripe-world.ts';
import type { AccessGrant } from '../../src/domain/access.ts';
import { idempotencyKey } from '../../src/domain/effect.ts';

interface Rows {
  readonly repositories: Repository;
  readonly branches: Branch;
  readonly comments: Comment;
  readonly pulls: Pull;
  readonly access: Access;
  readonly customers: Customer;
  readonly subscriptions: Subscription;
  readonly refunds: Refund;
  readonly mails: Mail;
  readonly drafts: Draft;
}

export interface VendorState {
  /** Ids of the access that is given now, in a product that keeps it as files; empty elsewhere. */
  readonly access: ReadonlySet<string>;
  all<Name extends keyof Rows>(table: Name): readonly Rows[Name][];
}

/** Replays the journals of `folder` (`<data>/vendors`). A line that is still being written is left out. */
export function vendorState(folder: string): VendorState {
  const tables = new Map<string, Map<string, unknown>>();
  for (const vendor of ['github', 'stripe', 'resend']) {
    const lines = readFileSync(join(folder, `${vendor}.jsonl`), 'utf8')
      .split('\n')
      .slice(0, -1);
    for (const line of lines) {
      const [name, id, row] = JSON.parse(line) as [string, string, unknown];
      const rows = tables.get(name) ?? new Map<string, unknown>();
      tables.set(name, rows);
      if (row === undefined) rows.delete(id);
      else rows.set(id, row);
    }
  }
  return { access: accessBeside(folder), all: (name) => [...(tables.get(name)?.values() ?? [])] as never };
}

/** Not a vendor's, but outside of the request all the same. */
function accessBeside(folder: string): ReadonlySet<string> {
  const files = join(folder, '..', 'orders', 'access');
  if (!existsSync(files)) return new Set();
  const grants = readdirSync(files).map(
    (file) => JSON.parse(readFileSync(join(files, file), 'utf8')) as AccessGrant,
  );
  return new Set(grants.flatMap(({ id, revokedAt }) => (revokedAt === undefined ? [id] : [])));
}

type Args = Readonly<Record<string, unknown>>;

export interface StepTrace {
  readonly request: string;
  readonly step: number;
  /** The tool that ran. */
  readonly tool: string;
  readonly args: Args;
}

type Standing = (state: VendorState, args: Args, trace: StepTrace) => boolean;

/** Whether the effect of a changing step is in the outside world now; throws for a tool it does not know. */
export function standsOutside(state: VendorState, trace: StepTrace): boolean {
  const look = STANDS[trace.tool];
  if (look === undefined) throw new Error(`No look at the vendor for "${trace.tool}"`);
  return look(state, trace.args, trace);
}

const STANDS: Readonly<Record<string, Standing>> = {
  'access.request': ({ access }, _, { request, step }) =>
    access.has(idempotencyKey({ request, step, direction: 'do' })),
  'github.comment_on_issue': (state, { repository, number, body }) =>
    state
      .all('comments')
      .some(
        (one) => one.repository === repository && one.issue === number && one.body.includes(String(body)),
      ),
  'github.delete_branch': (state, { repository, branch }) =>
    !state.all('branches').some((one) => one.repository === repository && one.name === branch),
  'github.merge_pull_request': (state, { repository, number }) =>
    state
      .all('pulls')
      .some((one) => one.repository === repository && one.number === number && one.mergedAs !== undefined),
  'github.add_collaborator': (state, { repository, user }) =>
    state.all('access').some((one) => one.repository === repository && one.login === user),
  'github.delete_repository': (state, { repository }) =>
    !state.all('repositories').some(({ name }) => name === repository),
  'stripe.update_customer': (state, { customer, fields }) =>
    state
      .all('customers')
      .some(
        (one) =>
          one.id === customer &&
          Object.entries(fields as Args).every(([name, value]) => one[name as 'phone'] === value),
      ),
  'stripe.cancel_subscription': (state, { subscription }) =>
    state.all('subscriptions').some((one) => one.id === subscription && one.cancelAtPeriodEnd),
  'stripe.refund_payment': (state, _, { request, step }) => refundsOf(state, request, step).length === 1,
  'email.send': (state, { subject }) =>
    state.all('mails').filter((one) => one.subject === subject && one.canceledAt === null).length === 1,
  'email.draft': (state, { subject }) =>
    state.all('drafts').filter((one) => one.subject === subject).length === 1,
};

/** Refunds made for one step: the vendor's side of "no effect twice". */
export function refundsOf(state: VendorState, request: string, step: number): readonly Refund[] {
  const key = idempotencyKey({ request, step, direction: 'do' });
  return state.all('refunds').filter(({ metadata }) => metadata.countersign === key);
}
