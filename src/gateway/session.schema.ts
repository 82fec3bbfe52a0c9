/** What a session may declare and what the door answers about sessions and access, as zod schemas. */
import { z } from 'zod';
import { line } from '../tools/plain-text.ts';

const ENTRIES_MAX = 100;
/** One sentence. */
export const PURPOSE_LENGTH_MAX = 300;

const purpose = line(PURPOSE_LENGTH_MAX).describe('What the session is for, in one sentence for people');
const recipient = z
  .string()
  .max(254)
  .regex(/^[^\s@,;<>"]{0,64}@[a-zA-Z0-9.-]{1,253}$/, 'Want an address, or a domain as "@example.com"');
const tools = z.array(z.string().min(1).max(100)).max(ENTRIES_MAX).describe('Tools by name');
const targets = z
  .array(line(300))
  .max(ENTRIES_MAX)
  .describe('Scopes, each with everything below it, or ids of single targets');
const recipients = z
  .array(recipient)
  .max(ENTRIES_MAX)
  .describe('Whom it may write to: addresses, or domains as "@example.com"');

/** A list that is left out leaves its kind open; an empty one allows nothing of it. */
export const taskSchema = z.strictObject({
  purpose,
  tools: tools.exactOptional(),
  targets: targets.exactOptional(),
  recipients: recipients.exactOptional(),
});

const time = z.string().describe('ISO 8601, UTC');

export const sessionSchema = z.strictObject({
  id: z.string(),
  agent: z.string(),
  task: z
    .strictObject({
      purpose: z.string(),
      tools: z.array(z.string()).optional(),
      targets: z.array(z.string()).optional(),
      recipients: z.array(z.string()).optional(),
    })
    .optional()
    .describe('Absent until declared'),
  declaredAt: time.optional(),
});

export const accessListSchema = z.strictObject({
  access: z.array(
    z.strictObject({
      tool: z.string(),
      scope: z.string().describe('This scope and everything below it'),
      from: time,
      until: time,
      inForce: z.boolean(),
      revokedAt: time.optional(),
    }),
  ),
});
