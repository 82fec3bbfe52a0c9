/** One vendor's emulator on loopback: credential check, faults, refusals in the vendor's own form, durable changes. */
import { timingSafeEqual } from 'node:crypto';
import { createEmulator, defineEmulator, type EmulatorContext } from 'emulate';
import type { Faults, VendorName } from './faults.ts';
import type { Journal } from './journal.ts';

export type App = EmulatorContext<object>['app'];
/** One request being answered; `Handler` gives its parameters types. */
export type Exchange = Parameters<Parameters<App['onError']>[0]>[1];

/** A refusal as a vendor makes it; thrown by routes, turned into the vendor's JSON by `body`. */
export class VendorRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'VendorRefusal';
    this.status = status;
    this.code = code;
  }
}

export interface VendorServer {
  readonly provider: VendorName;
  readonly port: number;
  readonly secret: string;
  readonly journal: Journal;
  readonly faults: Faults;
  /** The body of a refusal, in this vendor's form. */
  readonly body: (refusal: VendorRefusal) => object;
  readonly routes: (app: App) => void;
}

/** Starts listening on 127.0.0.1. Rejects when the port is taken. */
export async function serveVendor(
  server: VendorServer,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const service = defineEmulator({
    name: server.provider,
    state: () => ({}),
    cors: false,
    setup: ({ app, signal }) => setUp(app, signal, server),
  });
  const { url, close } = await createEmulator({ service, port: server.port });
  return { url: url.replace('//localhost:', '//127.0.0.1:'), close };
}

function setUp(
  app: App,
  signal: AbortSignal,
  { provider, secret, journal, faults, body, routes }: VendorServer,
): void {
  const refuse = (context: Exchange, refusal: VendorRefusal) =>
    context.json(
      body(refusal),
      refusal.status,
      refusal.status === 429 || refusal.status === 503 ? { 'retry-after': '1' } : {},
    );
  app.use(async (context, next) => {
    const presented = (context.req.header('authorization') ?? '').replace(/^(?:Bearer|token) /i, '');
    if (!sameSecret(presented, secret))
      return refuse(context, new VendorRefusal(401, 'unauthorized', 'Bad credentials'));
    const fault = faults.take(provider, context.req.method, decodeURIComponent(context.req.path));
    if (typeof fault === 'number')
      return refuse(context, new VendorRefusal(fault, 'injected', 'Injected failure'));
    await next();
    journal.commit();
    if (fault !== undefined) await aborted(signal);
    return undefined;
  });
  app.onError((error, context) => refuse(context, error instanceof VendorRefusal ? error : asRefusal(error)));
  app.notFound((context) =>
    refuse(
      context,
      new VendorRefusal(404, 'not_found', `No route ${context.req.method} ${context.req.path}`),
    ),
  );
  routes(app);
}

/** Malformed JSON, else mistakes of ours. */
function asRefusal(error: unknown): VendorRefusal {
  const status = error instanceof SyntaxError ? 400 : 500;
  return new VendorRefusal(status, 'error', error instanceof Error ? error.message : 'Unknown error');
}

function sameSecret(presented: string, secret: string): boolean {
  const [one, other] = [Buffer.from(presented), Buffer.from(secret)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** The client has long given up by then; this only ends the request when the emulator closes. */
function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
