/** The part of Resend's API that the catalogue uses, with its idempotency keys. Everything else answers 404. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type App, type Exchange, VendorRefusal } from '../serve-vendor.ts';
import { type Draft, lastEvent, type Mail, type ResendWorld } from './resend-world.ts';

export function resendRoutes(app: App, world: ResendWorld): void {
  mailRoutes(app, world);
  draftRoutes(app, world);
}

const recipients = z.union([z.email().transform((one) => [one]), z.array(z.email()).min(1).max(50)]);

const mailBody = z.strictObject({
  from: z.string(),
  to: recipients,
  subject: z.string(),
  text: z
    .string()
    .nullish()
    .transform((text) => text ?? null),
  scheduled_at: z.iso
    .datetime()
    .nullish()
    .transform((at) => at ?? null),
  tags: z
    .array(z.strictObject({ name: z.string(), value: z.string().regex(/^[A-Za-z0-9_-]{1,256}$/) }))
    .default([]),
});

/** Runs a POST under its idempotency key: the same key and body repeat the first answer, another body is refused. */
async function once<Body>(
  world: ResendWorld,
  context: Exchange,
  { schema, run }: { readonly schema: z.ZodType<Body>; readonly run: (body: Body) => object },
): Promise<Response> {
  const text = await context.req.text();
  const key = context.req.header('idempotency-key');
  const request = `${context.req.path}?${text}`;
  const before = key === undefined ? undefined : world.replays.get(key);
  if (before !== undefined && before.request !== request) {
    throw new VendorRefusal(
      409,
      'invalid_idempotent_request',
      'This idempotency key was used with a different request',
    );
  }
  if (before !== undefined) return context.json(before.body);
  const parsed = schema.safeParse(JSON.parse(text));
  if (!parsed.success)
    throw new VendorRefusal(422, 'validation_error', parsed.error.issues[0]?.message ?? 'Invalid');
  const body = run(parsed.data);
  if (key !== undefined) world.replays.set(key, { request, body });
  return context.json(body);
}

function mailRoutes(app: App, world: ResendWorld): void {
  app.post('/emails', (context) =>
    once(world, context, { schema: mailBody, run: (body) => ({ id: accept(world, body) }) }),
  );

  app.get('/emails', (context) => {
    const limit = z.coerce.number().int().min(1).max(100).default(20).parse(context.req.query('limit'));
    const newest = world.mails.rows().toReversed();
    const data = newest.slice(0, limit).map((mail) => mailJson(mail, world.clock()));
    // The list leaves out what only the single mail shows.
    return context.json({
      object: 'list',
      has_more: newest.length > limit,
      data: data.map(({ text, tags, ...row }) => row),
    });
  });

  app.get('/emails/:id', (context) => context.json(mailJson(mailOf(world, context), world.clock())));

  app.post('/emails/:id/cancel', (context) => {
    const mail = mailOf(world, context);
    if (lastEvent(mail, world.clock()) !== 'scheduled') {
      throw new VendorRefusal(422, 'validation_error', 'Only scheduled emails can be canceled');
    }
    world.mails.set(mail.id, { ...mail, canceledAt: world.clock().toISOString() });
    return context.json({ object: 'email', id: mail.id });
  });
}

function accept(world: ResendWorld, { scheduled_at, ...mail }: z.output<typeof mailBody>): string {
  if (!mail.from.replace(/>$/, '').endsWith(`@${world.domain}`)) {
    throw new VendorRefusal(403, 'validation_error', 'The domain of "from" is not verified');
  }
  const now = world.clock();
  if (scheduled_at !== null && new Date(scheduled_at) <= now) {
    throw new VendorRefusal(422, 'validation_error', 'scheduled_at must be in the future');
  }
  const id = randomUUID();
  world.mails.set(id, {
    ...mail,
    id,
    scheduledAt: scheduled_at,
    canceledAt: null,
    createdAt: now.toISOString(),
  });
  return id;
}

function mailOf(world: ResendWorld, context: Exchange): Mail {
  const found = world.mails.get(context.req.param('id') ?? '');
  if (found === undefined) throw new VendorRefusal(404, 'not_found', 'Email not found');
  return found;
}

function mailJson(mail: Mail, now: Date) {
  const { id, from, to, subject, text, tags, scheduledAt, createdAt } = mail;
  return {
    object: 'email',
    id,
    from,
    to,
    subject,
    text,
    tags,
    scheduled_at: scheduledAt,
    created_at: createdAt,
    last_event: lastEvent(mail, now),
  };
}

const draftBody = z.strictObject({ to: recipients, subject: z.string(), text: z.string() });

function draftRoutes(app: App, world: ResendWorld): void {
  const inboxOf = (context: Exchange) => {
    if (context.req.param('inbox') !== world.inbox)
      throw new VendorRefusal(404, 'not_found', 'Inbox not found');
    return world.inbox;
  };
  const draftOf = (context: Exchange) => {
    inboxOf(context);
    const found = world.drafts.get(context.req.param('id') ?? '');
    if (found === undefined) throw new VendorRefusal(404, 'not_found', 'Draft not found');
    return found;
  };
  app.post('/inboxes/:inbox/drafts', (context) => {
    const inbox = inboxOf(context);
    const run = (body: z.output<typeof draftBody>) => {
      const id = randomUUID();
      world.drafts.set(id, { ...body, id, inbox, updatedAt: world.clock().toISOString() });
      return { object: 'inbox_draft', id };
    };
    return once(world, context, { schema: draftBody, run });
  });
  app.get('/inboxes/:inbox/drafts', (context) => {
    inboxOf(context);
    const data = world.drafts
      .rows()
      .toReversed()
      .map(({ id, to, subject, updatedAt }) => ({
        id,
        type: 'standalone',
        to,
        subject,
        updated_at: updatedAt,
      }));
    return context.json({ object: 'list', has_more: data.length > 100, data: data.slice(0, 100) });
  });
  app.get('/inboxes/:inbox/drafts/:id', (context) => context.json(draftJson(draftOf(context))));
  app.delete('/inboxes/:inbox/drafts/:id', (context) => {
    const { id } = draftOf(context);
    world.drafts.delete(id);
    return context.json({ object: 'inbox_draft', id, deleted: true });
  });
}

function draftJson({ id, to, subject, text, updatedAt }: Draft) {
  return { object: 'inbox_draft', id, type: 'standalone', to, subject, text, updated_at: updatedAt };
}
