/** What we read of Slack's interaction payloads, and no more. Anything else about them is not believed. */
import { z } from 'zod';

const id = z.string().min(1).max(60);

/** `user.team_id` differs from `team.id` for people of other companies (Slack Connect). */
const sender = {
  api_app_id: id,
  team: z.object({ id }),
  user: z.object({ id, team_id: id.nullish() }),
};

/** One click on one button of a message: more than one action is not a click. */
export const messageClick = z.object({
  ...sender,
  trigger_id: z.string().min(1).max(300),
  channel: z.object({ id }),
  container: z.object({ type: z.literal('message'), message_ts: id }),
  actions: z.tuple([
    z.object({
      type: z.literal('button'),
      action_id: id,
      block_id: z.string().max(255),
      action_ts: id,
      value: z.string().max(2_000),
    }),
  ]),
});
export type MessageClick = z.infer<typeof messageClick>;

const option = z.object({ value: z.string().max(150) });

/** A submitted modal of ours. */
export const submission = z.object({
  ...sender,
  trigger_id: z.string().max(300).nullish(),
  view: z.object({
    id,
    callback_id: id,
    private_metadata: z.string().max(3_000),
    state: z.object({
      values: z.record(
        z.string(),
        z.record(
          z.string(),
          z.object({
            value: z.string().max(3_000).nullish(),
            selected_option: option.nullish(),
            selected_options: z.array(option).max(100).nullish(),
          }),
        ),
      ),
    }),
  }),
});
export type Submission = z.infer<typeof submission>;

/** A submitted modal with a choice for each of several requests. */
export const batchSubmission = z.object({
  ...sender,
  trigger_id: z.string().max(300).nullish(),
  view: z.object({
    id,
    callback_id: id,
    state: z.object({
      values: z.record(
        z.string().max(255),
        z.record(
          z.string(),
          z.object({
            value: z.string().max(3_000).nullish(),
            selected_option: z.object({ value: z.string().max(75) }).nullish(),
          }),
        ),
      ),
    }),
  }),
});
export type BatchSubmission = z.infer<typeof batchSubmission>;

/** A slash command. */
export const command = z.object({
  api_app_id: id,
  team_id: id,
  user_id: id,
  text: z.string().max(4_000).default(''),
  /** Opens one modal within three seconds. */
  trigger_id: z.string().max(300).default(''),
});
export type Command = z.infer<typeof command>;
