/** The shapes of people.yaml, agents.yaml and slack.yaml. Unknown keys are refused: a misspelt one must not widen anything. */
import { z } from 'zod';
import { hoursList, timeZoneName } from '../domain/working-time.schema.ts';

const name = z.string().min(1).max(100);
/** Ids appear in cards, tokens and policy entities, so they stay plain. */
export const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'wanted lower-case letters, digits and dashes');
/** How policy and approvals.yaml name a notice channel of slack.yaml. */
export const noticeName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,79}$/);
const slackId = z.string().regex(/^[A-Z0-9]{2,30}$/, 'wanted a Slack id such as "U0123ABC"');

/** Exactly as an outside issuer writes them in `iss` and `sub`; compared letter by letter. */
const claim = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[\x21-\x7e]+$/, 'wanted visible ASCII characters without spaces');
const identity = z.strictObject({ issuer: claim, subject: claim });

export const peopleFile = z.strictObject({
  groups: z.array(z.strictObject({ id, title: name })).max(1_000),
  /** The group whose members are operators; absent: nobody is. */
  operators: id.exactOptional(),
  people: z
    .array(
      z.strictObject({
        id,
        name,
        groups: z.array(id).max(100),
        active: z.boolean().default(true),
        timeZone: timeZoneName,
        /** Without a team, the one of slack.yaml. */
        slack: z.strictObject({ team: slackId.exactOptional(), user: slackId }).exactOptional(),
        identities: z.array(identity).max(20).exactOptional(),
        email: z.email().max(254).exactOptional(),
        hours: hoursList.min(1).exactOptional(),
        onCall: z.boolean().exactOptional(),
      }),
    )
    .max(10_000),
});

export const agentsFile = z.strictObject({
  agents: z
    .array(
      z.strictObject({
        id,
        title: name,
        owner: id,
        editor: id.exactOptional(),
        profile: id,
        environment: z.enum(['prod', 'staging', 'dev']),
        maxTier: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]),
        suspended: z.boolean().default(false),
        tenant: id.default('main'),
        identities: z.array(identity).max(20).default([]),
      }),
    )
    .max(10_000),
});

export const slackFile = z.strictObject({
  team: slackId,
  app: slackId,
  /** Id of the private channel of the cards. */
  approvals: slackId,
  /** Channels for notices, by the name policy uses. */
  notices: z.record(noticeName, slackId).default({}),
});
