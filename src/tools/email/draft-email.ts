import { z } from 'zod';
import { defineTool, type Tool, type ToolContext } from '../define-tool.ts';
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

const DRAFTS_SEARCHED_MAX = 100;
const DRAFTS_OPENED_MAX = 10;

const input = z.strictObject(mailFields);

const output = z.strictObject({ draft: z.string().max(100) });

const captured = z.object({ alike: z.array(z.string()) });
const result = z.object({ draft: z.string() });

/**
 * Puts a mail into the drafts folder of our inbox at Resend, where people read, change and send it. Nothing leaves.
 *
 * Resend's Inbox Drafts are in private beta (November 2026): without access Resend refuses and the tool fails as
 * final. Broadcasts and templates are its other drafts, but neither holds who a mail is for.
 */
export function draftEmail(settings: MailSettings): Tool {
  return defineTool({
    name: 'email.draft',
    summary: 'Put a plain-text mail into the drafts folder, for people to send',
    title: 'Draft mail',
    input,
    output,
    effect: 'draft',
    reversibility: 'reversible',
    target: (args) => mailTarget(args, settings),
    recipients: (args) => mailRecipients(args),
    preview: (args) => mailFacts(args, settings),
    capture: async (args, context) => ({ alike: await draftsAlike(args, context, settings) }),
    execute: (args, context) => execute(args, context, settings),
    find: (args, context, state) => find(args, context, { settings, ...captured.parse(state) }),
    undoSentence: () => 'The draft is deleted, unless somebody has sent it',
    undo: async (args, context, state) => {
      const known = result.safeParse(state.result);
      const found = known.success
        ? known.data
        : await find(args, context, { settings, ...captured.parse(state.captured) });
      return found === undefined
        ? { undone: false, sentence: 'There is no such draft' }
        : remove(found.draft, context, settings);
    },
  });
}

const listAnswer = z.object({
  data: z.array(
    z.object({ id: z.string(), to: z.array(z.string()).nullable(), subject: z.string().nullable() }),
  ),
});

/** Ids of drafts with the same recipients and subject. Those there before ours are never taken for it. */
async function draftsAlike(
  { to, subject }: Mail,
  context: ToolContext,
  { draftsInbox }: MailSettings,
): Promise<string[]> {
  const call = { access: 'read', action: 'look at drafts', schema: listAnswer } as const;
  const { data } = await askResend(context, call, (resend, { signal }) =>
    resend.inboxes.drafts.list({ emailAddress: draftsInbox, limit: DRAFTS_SEARCHED_MAX }, { signal }),
  );
  const alike = data.filter(
    (draft) => draft.subject === subject && sameRecipients(draft.to ?? []) === sameRecipients(to),
  );
  return alike.map(({ id }) => id);
}

async function execute({ to, subject, text }: Mail, context: ToolContext, { draftsInbox }: MailSettings) {
  const call = {
    access: 'write',
    action: 'draft mail',
    schema: z.object({ object: z.literal('inbox_draft'), id: z.string() }),
  } as const;
  const { id } = await askResend(context, call, (resend, options) =>
    resend.inboxes.drafts.create({ emailAddress: draftsInbox, to: [...to], subject, text }, options),
  );
  return { draft: id };
}

const draftAnswer = z.object({ id: z.string(), text: z.string().nullable() });

async function find(
  mail: Mail,
  context: ToolContext,
  { settings, alike }: z.output<typeof captured> & { readonly settings: MailSettings },
) {
  const call = { access: 'read', action: 'look at draft', schema: draftAnswer } as const;
  const fresh = (await draftsAlike(mail, context, settings)).filter((id) => !alike.includes(id));
  for (const id of fresh.slice(0, DRAFTS_OPENED_MAX)) {
    const draft = await unlessMissing(
      askResend(context, call, (resend, { signal }) =>
        resend.inboxes.drafts.get({ emailAddress: settings.draftsInbox, draftId: id }, { signal }),
      ),
    );
    if (draft?.text?.trim() === mail.text) return { draft: id };
  }
  return undefined;
}

async function remove(draft: string, context: ToolContext, { draftsInbox }: MailSettings) {
  const schema = z.object({ deleted: z.literal(true) });
  const call = { access: 'write', action: 'delete draft', schema } as const;
  const deleted = await unlessMissing(
    askResend(context, call, (resend, { signal }) =>
      resend.inboxes.drafts.remove({ emailAddress: draftsInbox, draftId: draft }, { signal }),
    ),
  );
  const undone = deleted !== undefined;
  return { undone, sentence: undone ? 'The draft is deleted' : 'The draft was deleted or sent already' };
}
