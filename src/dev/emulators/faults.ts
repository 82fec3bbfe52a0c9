/** Failures on demand: what the next matching requests to an emulator meet instead of, or after, the real thing. */

export type VendorName = 'github' | 'stripe' | 'resend';

export interface Fault {
  readonly provider: VendorName;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Of the URL's path, e.g. `/repos/acme/webshop/pulls`. */
  readonly pathPrefix: string;
  /** A status is answered before anything happens; `timeout-after-effect` does the request and never answers. */
  readonly status: number | 'timeout-after-effect';
  /** How many requests meet it; 1 by default. */
  readonly times?: number;
}

export interface Faults {
  failNext(fault: Fault): void;
  /** The fault this request meets, used up by one. */
  take(provider: VendorName, method: string, path: string): Fault['status'] | undefined;
  clear(): void;
}

export function createFaults(): Faults {
  let open: { readonly fault: Fault; left: number }[] = [];
  return {
    failNext: (fault) => {
      open.push({ fault, left: fault.times ?? 1 });
    },
    take: (provider, method, path) => {
      const met = open.find(
        ({ fault }) =>
          fault.provider === provider && fault.method === method && path.startsWith(fault.pathPrefix),
      );
      if (met === undefined) return undefined;
      met.left -= 1;
      open = open.filter(({ left }) => left > 0);
      return met.fault.status;
    },
    clear: () => {
      open = [];
    },
  };
}
