import { z } from 'zod';
import { OutsideError } from '../../domain/retry.ts';
import { defineTool, type Tool, type ToolContext, type Undone } from '../define-tool.ts';
import { unlessMissing } from '../vendor-errors.ts';
import {
  askResend,
  type Mail,
  type MailSettings,
  mailFacts,
  mailFields,
  mailRecipients,
  mailTarget,
  sameRecipients,
} from './mail.ts';

/** Newest mails that are looked through for ours, and how many of them are opened. */
const MAILS_SEARCHED_MAX = 100;
const MAILS_OPENED_MAX = 10;

const input = z.strictObject({
  ...mailFields,
  recallMinutes: z
    .int()
    .min(1)
    .max(60)
    .meta({ policyFact: true })
    .default(10)
    .describe('How long the mail waits, and can be recalled, before it goes out'),
});
type Args = z.output<typeof input>;

const output = z.strictObject({ email: z.string().max(100), sendAt: z.iso.datetime().max(30) });

const captured = z.object({ sendAt: z.iso.datetime(), tag: z.string() });
const result = z.object({ email: z.string() });

/**
 * Sends a mail after a recall window: it is scheduled at Resend `recallMinutes` ahead and can be cancelled until
 * then. The time is captured once, so that a repeat under the same idempotency key has the same body.
 */
export function sendEmail(settings: MailSettings): Tool {
  return defineTool({
    name: 'email.send',
    summary: 'Send a plain-text mail after a recall window of some minutes',
    title: 'Send mail',
    input,
    output,
    effect: 'message',
    reversibility: 'costly',
    target: (args) => mailTarget(args, settings),
    recipients: (args) => mailRecipients(args),
    preview: (args) => [
      ...mailFacts(args, settings),
      { label: 'Goes out', value: `${args.recallMinutes} minutes after it is handed over` },
    ],
    capture: async ({ recallMinutes }, { idempotencyKey }) => ({
      sendAt: new Date(settings.clock().getTime() + recallMinutes * 60_000).toISOString(),
      tag: idempotencyKey.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 256),
    }),
    execute: (args, context, state) => execute(args, context, { settings, ...captured.parse(state) }),
    find: (args, context, state) => find(args, context, captured.parse(state)),
    undoSentence: ({ recallMinutes }) =>
      `The mail is recalled; that works for ${recallMinutes} minutes, afterwards it is sent`,
    undo: async (args, context, state) => {
      const known = result.safeParse(state.result);
      const found = known.success ? known.data : await find(args, context, captured.parse(state.captured));
      return found === undefined
        ? { undone: false, sentence: 'No mail was handed over' }
        : recall(context, found.email);
    },
    smaller: { 'email.draft': ({ to, subject, text }) => ({ to, subject, text }) },
  });
}

async function execute(
  { to, subject, text }: Mail,
  context: ToolContext,
  { settings, sendAt, tag }: z.output<typeof captured> & { readonly settings: MailSettings },
) {
  // Handed over later than planned (a long outage), the mail could not be recalled as promised on the card.
  if (new Date(sendAt) <= settings.clock()) {
    throw new OutsideError(
      'final',
      'Cannot send mail: its recall window ended before it could be handed over',
    );
  }
  const call = { access: 'write', action: 'send mail', schema: z.object({ id: z.string() }) } as const;
  const { id } = await askResend(context, call, (resend, options) =>
    resend.emails.send(
      {
        from: settings.from,
        to: [...to],
        subject,
        text,
        scheduledAt: sendAt,
        tags: [{ name: 'countersign', value: tag }],
      },
      options,
    ),
  );
  return { email: id, sendAt };
}

const listAnswer = z.object({
  data: z.array(z.object({ id: z.string(), to: z.array(z.string()), subject: z.string() })),
});
const mailAnswer = z.object({
  id: z.string(),
  last_event: z.string(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
});

async function find({ to, subject }: Args, context: ToolContext, { sendAt, tag }: z.output<typeof captured>) {
  const call = { access: 'read', action: 'look for the mail', schema: listAnswer } as const;
  const { data } = await askResend(context, call, (resend, { signal }) =>
    resend.emails.list({ limit: MAILS_SEARCHED_MAX }, { signal }),
  );
  const alike = data.filter(
    (mail) => mail.subject === subject && sameRecipients(mail.to) === sameRecipients(to),
  );
  for (const { id } of alike.slice(0, MAILS_OPENED_MAX)) {
    const mail = await readMail(context, id);
    if (mail?.tags?.some(({ name, value }) => name === 'countersign' && value === tag))
      return { email: id, sendAt };
  }
  return undefined;
}

function readMail(context: ToolContext, id: string) {
  const call = { access: 'read', action: 'look at the mail', schema: mailAnswer } as const;
  return unlessMissing(askResend(context, call, (resend, { signal }) => resend.emails.get(id, { signal })));
}

async function recall(context: ToolContext, id: string): Promise<Undone> {
  const state = (await readMail(context, id))?.last_event;
  if (state === 'canceled') return { undone: false, sentence: 'The mail was recalled already' };
  if (state !== 'scheduled')
    throw new OutsideError(
      'final',
      `Cannot recall mail: it is "${state ?? 'unknown'}", wanted "scheduled": it was sent already`,
    );
  const call = { access: 'write', action: 'recall mail', schema: z.object({ id: z.string() }) } as const;
  await askResend(context, call, (resend, { signal }) => resend.emails.cancel(id, { signal }));
  return { undone: true, sentence: 'The mail was recalled before it went out' };
}
