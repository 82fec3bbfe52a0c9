/** How the Stripe emulator reads a request: form parameters, refusals, and idempotency keys. */
import type { z } from 'zod';
import { type Exchange, VendorRefusal } from '../serve-vendor.ts';
import type { StripeWorld } from './stripe-world.ts';

type Form = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

export function missing(what: string, id: string): VendorRefusal {
  return new VendorRefusal(404, 'resource_missing', `No such ${what}: '${id}'`);
}

/** Parameters as a schema wants them; others are refused as Stripe does. */
export function paramsOf<Params>(form: Form, schema: z.ZodType<Params>): Params {
  const parsed = schema.safeParse(form);
  if (parsed.success) return parsed.data;
  throw new VendorRefusal(400, 'parameter_invalid', `Invalid parameters: ${parsed.error.issues[0]?.message}`);
}

/**
 * Runs a POST under its idempotency key: the same key with the same request replays the first answer, with another
 * one it is refused. Refused parameters are not remembered, as at Stripe.
 */
export async function once(
  world: StripeWorld,
  context: Exchange,
  run: (form: Form) => object,
): Promise<Response> {
  const text = await context.req.text();
  const key = context.req.header('idempotency-key');
  const request = `${context.req.path}?${text}`;
  const before = key === undefined ? undefined : world.replays.get(key);
  if (before !== undefined) {
    if (before.request !== request) {
      throw new VendorRefusal(
        400,
        'idempotency_error',
        'Keys for idempotent requests can only be used with the same parameters',
      );
    }
    return context.json(before.body, before.status, { 'idempotent-replayed': 'true' });
  }
  const body = run(parseForm(text));
  if (key !== undefined) world.replays.set(key, { request, status: 200, body });
  return context.json(body);
}

/** Stripe takes `a=1&metadata[key]=x`: pairs stay, groups of `name[key]` are gathered. */
function parseForm(text: string): Form {
  const form: Record<string, string | Record<string, string>> = Object.create(null);
  for (const [key, value] of new URLSearchParams(text)) {
    const [, group, part] = /^([a-z_]+)\[([^\]]*)\]$/.exec(key) ?? [];
    if (group === undefined || part === undefined) {
      form[key] = value;
      continue;
    }
    const present = form[group];
    form[group] = { ...(typeof present === 'object' ? present : {}), [part]: value };
  }
  return form;
}
